package io.github.shmrpc.shm;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.OutboundFrame;
import io.github.shmrpc.transport.ProtocolException;

/**
 * A slab in ordinary direct memory, as both sides have mapped it; messages go to the
 * acceptor. One object for each round of a test.
 * <p>
 * What a small slab uses of its memory are a few cache lines, pages apart. So several of
 * them share their pages, each with its own lines; else a round would spend its time on
 * getting memory.
 */
final class TestSlab {

    static final int MESSAGE_LENGTH = 16;

    private static final int MOST_SLOTS = 2;

    /** Bytes between slabs on the same pages: the states of two slots. */
    private static final int STEP = SlabDescriptor.stateOffset(true, MOST_SLOTS) - SlabDescriptor.stateOffset(true, 0);

    private static final int SLABS_ON_PAGES = (SlabDescriptor.stateOffset(false, 0)
            - SlabDescriptor.stateOffset(true, 0)) / STEP;

    private static final int LENGTH = (int) SlabDescriptor.slabLength(MOST_SLOTS, MESSAGE_LENGTH);

    private static final ThreadLocal<Pages> PAGES = ThreadLocal.withInitial(Pages::new);

    /** How often the sender's mapping went. */
    final AtomicInteger unmapped = new AtomicInteger();

    final Slab sender;

    final Slab receiver;

    /**
     * An empty slab.
     * @param slots 1 or 2
     */
    TestSlab(int slots) {
        ByteBuffer memory = PAGES.get().next();
        this.sender = new Slab(file(memory, unmapped::incrementAndGet), true, slots, MESSAGE_LENGTH);
        this.receiver = new Slab(file(memory, () -> {
        }), false, slots, MESSAGE_LENGTH);
    }

    private static SegmentFile file(ByteBuffer memory, AutoCloseable owner) {
        return new NamedFile(Path.of("none"), new Mapping(memory.duplicate(), owner));
    }

    /** What a sender writes: one value all over. */
    static OutboundFrame message(byte value) {
        OutboundFrame frame = new OutboundFrame();
        frame.length(MESSAGE_LENGTH);
        Arrays.fill(frame.array(), 0, MESSAGE_LENGTH, value);
        return frame;
    }

    /**
     * Sends a message in a slot.
     * @return the slot, or -1 if none is free
     */
    int send(OutboundFrame message) {
        int slot = sender.outbound().claim(MESSAGE_LENGTH);
        if (slot >= 0) {
            sender.outbound().write(slot, message, 0, MESSAGE_LENGTH);
            sender.outbound().settle(slot, true);
        }
        return slot;
    }

    /**
     * Polls the record of a message.
     * @return a frame with the slot as its body
     */
    InboundFrame receive(int slot) throws ProtocolException {
        InboundFrame frame = new InboundFrame(MESSAGE_LENGTH);
        receiver.inbound().lend(slot, MESSAGE_LENGTH, frame);
        return frame;
    }

    /** Both, in a slab that has room. */
    InboundFrame sendAndReceive(OutboundFrame message) {
        try {
            return receive(send(message));
        }
        catch (ProtocolException ex) {
            throw new IllegalStateException(ex);
        }
    }

    /**
     * Reads a message and gives its slot back.
     * @return its value, or -1 if it has several
     */
    static int read(InboundFrame frame) {
        frame.gather();
        byte value = frame.array()[0];
        for (int i = 1; i < MESSAGE_LENGTH; i++) {
            if (frame.array()[i] != value) {
                return -1;
            }
        }
        return value;
    }

    /** Memory for the next slabs of one thread. */
    private static final class Pages {

        private ByteBuffer memory = ByteBuffer.allocateDirect(0);

        private int used = SLABS_ON_PAGES;

        ByteBuffer next() {
            if (used == SLABS_ON_PAGES) {
                memory = ByteBuffer.allocateDirect(LENGTH + SLABS_ON_PAGES * STEP);
                used = 0;
            }
            return memory.slice(used++ * STEP, LENGTH);
        }

    }

}
