package io.github.shmrpc.shm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.OutboundFrame;
import io.github.shmrpc.transport.ProtocolException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

class SlabTests {

    private static final int SLOTS = 2;

    private static final int SLOT_LENGTH = 64 * 1024;

    @TempDir
    private Path directory = Path.of("");

    private Slab acceptor;

    private Slab dialler;

    private SegmentDirectory files() {
        return new SegmentDirectory(directory, false);
    }

    @BeforeEach
    void map() throws IOException {
        acceptor = Slab.create(files(), "key", SLOTS, SLOT_LENGTH);
        dialler = Slab.open(files(), acceptor.path(), SLOTS, SLOT_LENGTH);
    }

    @AfterEach
    void unmap() {
        acceptor.hide();
    }

    @Test
    void whatOneSideWritesTheOtherReads() throws ProtocolException {
        int slot = dialler.outbound().claim(100);
        dialler.outbound().write(slot, frameOf("hello", 20_000), 0, 20_005);
        dialler.outbound().settle(slot, true);
        InboundFrame frame = new InboundFrame();
        acceptor.inbound().lend(slot, 20_005, frame);

        assertThat(frame.frameLength()).isEqualTo(20_005);
        frame.gather();
        assertThat(new String(frame.array(), 0, 5, StandardCharsets.UTF_8)).isEqualTo("hello");
        assertThat(frame.array()[20_004]).isEqualTo((byte) 'x');
    }

    @Test
    void slotIsFreeAgainOnceItWasRead() throws ProtocolException {
        assertThat(dialler.outbound().claim(1)).isZero();
        assertThat(dialler.outbound().claim(1)).isEqualTo(1);
        assertThat(dialler.outbound().claim(1)).isEqualTo(-1);
        InboundFrame frame = new InboundFrame();
        acceptor.inbound().lend(1, 10, frame);
        frame.clear();

        assertThat(dialler.outbound().claim(1)).isEqualTo(1);
    }

    @Test
    void slotsOfTheTwoWaysAreNotTheSame() {
        int there = dialler.outbound().claim(10);
        int back = acceptor.outbound().claim(10);
        dialler.outbound().write(there, frameOf("there", 0), 0, 5);
        acceptor.outbound().write(back, frameOf("back.", 0), 0, 5);

        byte[] read = new byte[5];
        acceptor.memory().get(SlabDescriptor.slotOffset(true, there, SLOTS, SLOT_LENGTH), read);
        assertThat(new String(read, StandardCharsets.UTF_8)).isEqualTo("there");
    }

    @Test
    void frameThatIsNotSentGivesItsSlotBack() {
        OutboundFrame frame = new OutboundFrame();
        for (int i = 0; i < 10 * SLOTS; i++) {
            int slot = dialler.outbound().claim(20_000);
            dialler.outbound().lend(slot, frame, 20_000);
            assertThat(frame.writable(20_000).remaining()).isEqualTo(20_000);
            frame.clear();
        }
        assertThat(frame.frameLength()).isZero();
    }

    @ParameterizedTest
    @CsvSource({ "-1, 10", "2, 10", "0, 0", "0, -5", "1, 65537", "1, 2147483647" })
    @Tag("F26")
    void referenceOutOfRangeIsAProtocolError(int slot, int length) {
        assertThatExceptionOfType(ProtocolException.class)
            .isThrownBy(() -> acceptor.inbound().lend(slot, length, new InboundFrame()))
            .withMessageContaining("expected 1 to 65536 bytes and slots 0 to 1");
    }

    @Test
    @Tag("F28")
    void slotThatIsLentAlreadyIsAProtocolError() throws ProtocolException {
        acceptor.inbound().lend(0, 10, new InboundFrame());
        assertThatExceptionOfType(ProtocolException.class)
            .isThrownBy(() -> acceptor.inbound().lend(0, 10, new InboundFrame()))
            .withMessageContaining("slot 0 again");
    }

    @Test
    void messageStaysReadableWhenTheConnectionEnds() throws ProtocolException {
        int slot = dialler.outbound().claim(20_000);
        dialler.outbound().write(slot, frameOf("hello", 20_000), 0, 20_005);
        InboundFrame frame = new InboundFrame();
        acceptor.inbound().lend(slot, 20_005, frame);
        acceptor.close();

        assertThat(frame.body().get(0)).isEqualTo((byte) 'h');
        assertThat(acceptor.outbound().claim(10)).isEqualTo(-1);
        frame.release();
        assertThatExceptionOfType(ProtocolException.class)
            .isThrownBy(() -> acceptor.inbound().lend(1, 10, new InboundFrame()));
    }

    /**
     * Where the application keeps a view too long it gets old bytes or an exception, no
     * crash.
     */
    @Test
    @Tag("F57")
    void viewThatIsKeptTooLongDoesNotCrashTheProcess() throws ProtocolException {
        InboundFrame frame = new InboundFrame();
        acceptor.inbound().lend(0, 10, frame);
        ByteBuffer kept = frame.view(0);
        frame.release();
        acceptor.close();

        try {
            assertThat(kept.get(0)).isZero();
        }
        catch (IllegalStateException closed) {
            assertThat(Runtime.version().feature()).isGreaterThanOrEqualTo(22);
        }
    }

    /**
     * By a write that blocks, which on Java 22 and later keeps the memory mapped.
     */
    @Test
    void viewThatAnOperationStillReadsDoesNotDisturbTheEnd() throws Exception {
        InboundFrame frame = new InboundFrame();
        acceptor.inbound().lend(0, SLOT_LENGTH, frame);
        ByteBuffer kept = frame.view(0);
        frame.release();
        Pipe pipe = Pipe.open();
        AtomicInteger written = new AtomicInteger();
        Thread writer = new Thread(() -> {
            try {
                while (true) {
                    written.addAndGet(pipe.sink().write(kept.clear()));
                }
            }
            catch (IOException | IllegalStateException ex) {
                // The pipe, or the memory, is closed.
            }
        });
        writer.start();
        await().until(() -> written.get() >= SLOT_LENGTH && writer.getStackTrace()[0].getMethodName().equals("write0"));

        assertThatCode(acceptor::close).doesNotThrowAnyException();
        pipe.source().close();
        pipe.sink().close();
        writer.join();
    }

    @Test
    @Tag("F32")
    void slabOfOtherSizesIsRefused() throws IOException {
        assertThatExceptionOfType(ProtocolException.class)
            .isThrownBy(() -> Slab.open(files(), acceptor.path(), SLOTS + 1, SLOT_LENGTH));
        assertThatExceptionOfType(ProtocolException.class)
            .isThrownBy(() -> Slab.open(files(), acceptor.path(), 0, SLOT_LENGTH))
            .withMessageContaining("0 slots");
        assertThatExceptionOfType(ProtocolException.class)
            .isThrownBy(() -> Slab.open(files(), acceptor.path(), 1 << 20, 1 << 20));
        Words.putInt(acceptor.memory(), SlabDescriptor.SLOT_LENGTH_OFFSET, 1);
        assertThatExceptionOfType(ProtocolException.class)
            .isThrownBy(() -> Slab.open(files(), acceptor.path(), SLOTS, SLOT_LENGTH))
            .withMessageContaining("another header");
    }

    @Test
    void slabThatIsNotMadeLeavesNothing() throws IOException {
        acceptor.hide();
        assertThatExceptionOfType(IOException.class).isThrownBy(
                () -> Slab.create(new SegmentDirectory(directory.resolve("missing"), false), "key", SLOTS, SLOT_LENGTH))
            .withMessageContaining("No shared memory in");
        try (var files = Files.list(directory)) {
            assertThat(files).isEmpty();
        }
    }

    private static OutboundFrame frameOf(String text, int more) {
        OutboundFrame frame = new OutboundFrame();
        frame.append(text.getBytes(StandardCharsets.UTF_8), 0, text.length());
        byte[] rest = "x".repeat(more).getBytes(StandardCharsets.UTF_8);
        frame.appendLast(rest, 0, rest.length);
        return frame;
    }

}
