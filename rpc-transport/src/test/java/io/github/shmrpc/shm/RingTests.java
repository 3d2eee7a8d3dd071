package io.github.shmrpc.shm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.ProtocolException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class RingTests {

    private static final int LENGTH = 1024;

    private static final int BASE = 256;

    private static final int HEAD_OFFSET = 128;

    private static final int MAX_FRAME_LENGTH = 300;

    private final ByteBuffer memory = ByteBuffer.allocateDirect(BASE + LENGTH).order(ByteOrder.LITTLE_ENDIAN);

    private final RingProducer producer = new RingProducer(memory, BASE, LENGTH, HEAD_OFFSET);

    private final RingConsumer consumer = new RingConsumer(memory, BASE, LENGTH, HEAD_OFFSET, MAX_FRAME_LENGTH,
            SlabRecords.NONE);

    private final InboundFrame frame = new InboundFrame(16);

    @Test
    void framesArriveWholeAndInOrderOverManyLaps() throws ProtocolException {
        for (int i = 0; i < 10_000; i++) {
            byte[] sent = frameOf(1 + i % 100, (byte) i);
            assertThat(offer(sent)).isTrue();
            assertThat(consumer.poll(frame)).isTrue();
            assertThat(Arrays.copyOf(frame.array(), frame.length())).isEqualTo(sent);
        }
        assertThat(consumer.hasRecord()).isFalse();
    }

    @Test
    @Tag("F06")
    void pollStopsAtOpenClaim() throws ProtocolException {
        long first = producer.claim(16);
        assertThat(offer(frameOf(8, (byte) 2))).isTrue();
        assertThat(consumer.poll(frame)).isFalse();
        producer.commit(first, 16, RingDescriptor.WHOLE);
        producer.leave(16);
        assertThat(consumer.poll(frame)).isTrue();
        assertThat(consumer.poll(frame)).isTrue();
    }

    @Test
    @Tag("F23")
    void fullRingRefusesAndTakesAgainOnceReadOn() throws ProtocolException {
        int taken = 0;
        while (offer(frameOf(120, (byte) taken))) {
            taken++;
        }
        assertThat(taken).isEqualTo(LENGTH / 128);
        assertThat(consumer.poll(frame)).isTrue();
        assertThat(offer(frameOf(120, (byte) 1))).isTrue();
    }

    @Test
    @Tag("F57")
    void closedRingRefusesClaimsAndTheLastThatLeavesUnmaps() throws ProtocolException {
        AtomicInteger unmapped = new AtomicInteger();
        producer.claim(16);
        producer.claim(LENGTH / 2);
        producer.close();
        assertThat(producer.claim(16)).isEqualTo(RingProducer.CLOSED);
        producer.whenQuiet(unmapped::incrementAndGet);
        producer.leave(16);
        assertThat(producer.claim(16)).isEqualTo(RingProducer.CLOSED);
        assertThat(unmapped).hasValue(0);
        producer.leave(LENGTH / 2);
        assertThat(unmapped).hasValue(1);
        assertThat(producer.claim(16)).isEqualTo(RingProducer.CLOSED);
        assertThat(unmapped).hasValue(1);
    }

    @Test
    @Tag("F57")
    void threadsThatFindNoRoomOrTheEndKeepNothingMapped() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < 200; round++) {
                closeWhileOthersLook(threads);
            }
        }
        finally {
            threads.shutdownNow();
        }
    }

    private void closeWhileOthersLook(ExecutorService threads) throws Exception {
        RingProducer ring = new RingProducer(ByteBuffer.allocateDirect(memory.capacity()), BASE, LENGTH, HEAD_OFFSET);
        while (ring.claim(128) >= 0) {
            ring.leave(128);
        }
        CountDownLatch looking = new CountDownLatch(2);
        Runnable look = () -> {
            looking.countDown();
            lookUntilClosed(ring);
        };
        List<Future<?>> looks = List.of(threads.submit(look), threads.submit(look));
        AtomicInteger unmapped = new AtomicInteger();
        assertThat(looking.await(10, TimeUnit.SECONDS)).isTrue();
        ring.close();
        ring.whenQuiet(unmapped::incrementAndGet);
        for (Future<?> one : looks) {
            one.get(10, TimeUnit.SECONDS);
        }
        assertThat(unmapped).hasValue(1);
    }

    private static void lookUntilClosed(RingProducer ring) {
        try {
            while (ring.claim(128) != RingProducer.CLOSED) {
                Thread.onSpinWait();
            }
        }
        catch (ProtocolException ex) {
            throw new AssertionError(ex);
        }
    }

    @ParameterizedTest
    @CsvSource({ "-1, 1", "7, 1", "1, 1", "137, 1", "2147483647, 1", "-2147483648, 2", "1032, 2", "16, 0", "16, 5",
            "16, -1", "12, 3" })
    @Tag("F26")
    @Tag("T6")
    void corruptRecordIsAProtocolErrorAndReadsNothingOutside(int recordLength, int type) {
        Words.putLongRelease(memory, BASE, RingDescriptor.header(recordLength, type));
        assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> consumer.poll(frame));
    }

    @ParameterizedTest
    @ValueSource(longs = { 4, -8, Long.MIN_VALUE, Long.MAX_VALUE, 2048, 1 << 20 })
    @Tag("F27")
    @Tag("T6")
    void corruptHeadIsAProtocolError(long head) throws ProtocolException {
        while (offer(frameOf(120, (byte) 1))) {
            // Until the producer has to look at the head.
        }
        Words.putLongRelease(memory, HEAD_OFFSET, head);
        assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> producer.claim(128))
            .withMessageContaining("ring head is " + head);
    }

    @Test
    @Tag("F27")
    void headThatGoesBackIsAProtocolError() throws ProtocolException {
        for (int i = 0; i < 20; i++) {
            offer(frameOf(100, (byte) i));
            consumer.poll(frame);
        }
        producer.refreshedHead();
        Words.putLongRelease(memory, HEAD_OFFSET, 8);
        assertThatExceptionOfType(ProtocolException.class).isThrownBy(producer::refreshedHead);
    }

    @ParameterizedTest
    @ValueSource(longs = { 0, -1, MAX_FRAME_LENGTH + 1, Long.MAX_VALUE })
    @Tag("F26")
    void firstPartMustTellASensibleTotal(long total) throws ProtocolException {
        long position = producer.claim(24);
        producer.writeLong(position, 0, total);
        producer.commit(position, 24, RingDescriptor.FIRST);
        assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> consumer.poll(frame))
            .withMessageContaining("expected 1 to 300");
    }

    @Test
    @Tag("F26")
    void partWithoutFirstIsAProtocolError() throws ProtocolException {
        long position = producer.claim(24);
        producer.commit(position, 24, RingDescriptor.NEXT);
        assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> consumer.poll(frame));
    }

    /** A peer that writes as fast as it is read must not hold the poll role for ever. */
    @Test
    @Tag("F68")
    @Tag("T8")
    void pollEndsThoughThePeerNeverDoes() throws ProtocolException {
        int[] wanted = new int[1];
        RingConsumer held = new RingConsumer(memory, BASE, LENGTH, HEAD_OFFSET, MAX_FRAME_LENGTH, new SlabRecords() {

            @Override
            public void wanted() throws ProtocolException {
                assertThat(wanted[0]++).as("records that one poll takes").isLessThan(1000);
                part(RingDescriptor.SLAB_WANTED, 0, new byte[0]);
            }

            @Override
            public InboundSlots inbound() throws ProtocolException {
                return NONE.inbound();
            }

            @Override
            public void offered(String path, int slots, int slotLength) throws ProtocolException {
                NONE.offered(path, slots, slotLength);
            }

            @Override
            public void mapped(boolean done) throws ProtocolException {
                NONE.mapped(done);
            }
        });
        part(RingDescriptor.SLAB_WANTED, 0, new byte[0]);
        assertThat(held.poll(frame)).isFalse();
        assertThat(held.hasRecord()).as("it comes back for the rest").isTrue();
    }

    @Test
    void newFirstPartDiscardsAnAbandonedFrame() throws ProtocolException {
        part(RingDescriptor.FIRST, 200, frameOf(50, (byte) 1));
        part(RingDescriptor.FIRST, 60, frameOf(50, (byte) 2));
        part(RingDescriptor.NEXT, 0, frameOf(10, (byte) 2));
        assertThat(consumer.poll(frame)).isTrue();
        assertThat(Arrays.copyOf(frame.array(), frame.length())).isEqualTo(frameOf(60, (byte) 2));
    }

    @Test
    void producersOfManyThreadsLoseAndMixNothing() throws Exception {
        int producers = 4;
        int each = 50_000;
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread[] threads = new Thread[producers];
        for (int t = 0; t < producers; t++) {
            int id = t;
            threads[t] = new Thread(() -> produce(id, each, failure));
            threads[t].start();
        }
        int[] next = new int[producers];
        for (int received = 0; received < producers * each;) {
            if (!consumer.poll(frame)) {
                assertThat(failure.get()).isNull();
                Thread.onSpinWait();
                continue;
            }
            int id = frame.getInt(0);
            assertThat(frame.getInt(4)).isEqualTo(next[id]++);
            assertThat(frame.length()).isEqualTo(8 + next[id] % 40);
            received++;
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(consumer.hasRecord()).isFalse();
    }

    private void produce(int id, int count, AtomicReference<Throwable> failure) {
        try {
            InboundFrame message = new InboundFrame(64);
            for (int i = 0; i < count; i++) {
                message.length(8 + (i + 1) % 40);
                message.putInt(0, id);
                message.putInt(4, i);
                while (!offer(Arrays.copyOf(message.array(), message.length()))) {
                    Thread.onSpinWait();
                }
            }
        }
        catch (Throwable ex) {
            failure.set(ex);
        }
    }

    private void part(int type, long total, byte[] bytes) throws ProtocolException {
        int at = (type == RingDescriptor.FIRST) ? Long.BYTES : 0;
        int recordLength = RingDescriptor.HEADER_LENGTH + at + bytes.length;
        long position = producer.claim(recordLength);
        if (at > 0) {
            producer.writeLong(position, 0, total);
        }
        producer.write(position, at, bytes, 0, bytes.length);
        producer.commit(position, recordLength, type);
        producer.leave(recordLength);
    }

    private boolean offer(byte[] bytes) throws ProtocolException {
        int recordLength = RingDescriptor.HEADER_LENGTH + bytes.length;
        long position = producer.claim(recordLength);
        if (position < 0) {
            return false;
        }
        producer.write(position, 0, bytes, 0, bytes.length);
        producer.commit(position, recordLength, RingDescriptor.WHOLE);
        producer.leave(recordLength);
        return true;
    }

    private static byte[] frameOf(int length, byte value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, value);
        return bytes;
    }

}
