package io.github.shmrpc.shm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.ProtocolException;
import org.junit.jupiter.api.Tag;

import static org.assertj.core.api.Assertions.assertThat;

/** A ring, and the peer's head, that hold any bytes. */
class RingFuzzTests {

    private static final int LENGTH = 1024;

    private static final int BASE = 256;

    private static final int HEAD_OFFSET = 128;

    private static final int END = BASE + LENGTH;

    private static final int MAX_FRAME_LENGTH = 300;

    private static final byte CANARY = 0x5a;

    @FuzzTest
    @Tag("F26")
    @Tag("F27")
    @Tag("T6")
    void ring(byte[] bytes) {
        ByteBuffer memory = ByteBuffer.allocateDirect(END + BASE).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < memory.capacity(); i++) {
            memory.put(i, isOfRing(i) ? 0 : CANARY);
        }
        int headBytes = Math.min(Long.BYTES, bytes.length);
        memory.put(BASE, bytes, headBytes, Math.min(LENGTH, bytes.length - headBytes));
        read(new RingConsumer(memory, BASE, LENGTH, HEAD_OFFSET, MAX_FRAME_LENGTH, SlabRecords.NONE));
        memory.putLong(HEAD_OFFSET, 0).put(HEAD_OFFSET, bytes, 0, headBytes);
        write(new RingProducer(memory, BASE, LENGTH, HEAD_OFFSET));
        for (int i = 0; i < memory.capacity(); i++) {
            if (!isOfRing(i) && memory.get(i) != CANARY) {
                throw new AssertionError("Written outside of the ring, at " + i);
            }
        }
    }

    private static boolean isOfRing(int at) {
        return (at >= HEAD_OFFSET && at < HEAD_OFFSET + Long.BYTES) || (at >= BASE && at < END);
    }

    private static void read(RingConsumer consumer) {
        InboundFrame frame = new InboundFrame(16);
        try {
            // What is read is cleared, so there is nothing after one lap.
            for (int records = 0; consumer.poll(frame); records++) {
                assertThat(records).isLessThan(LENGTH / RingDescriptor.ALIGNMENT);
                assertThat(frame.length()).isBetween(1, MAX_FRAME_LENGTH);
            }
            assertThat(consumer.head()).isBetween(0L, (long) LENGTH);
        }
        catch (ProtocolException ex) {
            assertThat(ex).hasMessageMatching("(?s).{10,300}");
        }
    }

    private static void write(RingProducer producer) {
        try {
            for (int i = 0; i < 2 * LENGTH / 128; i++) {
                long position = producer.claim(120);
                if (position >= 0) {
                    producer.commit(position, 120, RingDescriptor.WHOLE);
                    producer.leave(120);
                }
            }
        }
        catch (ProtocolException ex) {
            assertThat(ex).hasMessageContaining("ring head");
        }
        assertThat(producer.unread()).isBetween(0, LENGTH);
    }

}
