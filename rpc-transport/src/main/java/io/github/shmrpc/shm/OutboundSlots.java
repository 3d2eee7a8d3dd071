package io.github.shmrpc.shm;

import java.nio.ByteBuffer;

import org.jspecify.annotations.Nullable;

import io.github.shmrpc.transport.BodyOwner;
import io.github.shmrpc.transport.OutboundFrame;

/**
 * The slots that this side writes to. Any thread.
 * <p>
 * A slot's state in the shared memory says all: a thread that changes it from free to in
 * use owns the slot until the record that names it is committed; then the peer does, and
 * sets it free. A peer that breaks these rules garbles its own messages and nobody
 * else's.
 */
final class OutboundSlots implements BodyOwner {

    private final Slab slab;

    private final boolean toAcceptor;

    private final int count;

    private final int slotLength;

    /**
     * Each slot as a buffer of its own. Made by the first thread that needs it; only the
     * owner of a slot uses its buffer.
     */
    private final @Nullable ByteBuffer[] views;

    OutboundSlots(Slab slab, boolean toAcceptor, int count, int slotLength) {
        this.slab = slab;
        this.toAcceptor = toAcceptor;
        this.count = count;
        this.slotLength = slotLength;
        this.views = new @Nullable ByteBuffer[count];
    }

    int count() {
        return count;
    }

    /**
     * How many slots hold a message. Any thread.
     * @return 0 to {@link #count()}
     */
    int inUse() {
        if (!slab.enter()) {
            return 0;
        }
        int inUse = 0;
        for (int slot = 0; slot < count; slot++) {
            if (Words.getIntVolatile(slab.memory(), state(slot)) == SlabDescriptor.IN_USE) {
                inUse++;
            }
        }
        slab.leave();
        return inUse;
    }

    /**
     * Claims a slot: the one that was used last, if it is free, as its memory is the
     * nearest.
     * @param length bytes that are needed
     * @return a slot, or -1 if all are in use or too short
     */
    int claim(int length) {
        if (length > slotLength || !slab.enter()) {
            return -1;
        }
        for (int slot = 0; slot < count; slot++) {
            if (Words.compareAndSetInt(slab.memory(), state(slot), SlabDescriptor.FREE, SlabDescriptor.IN_USE)) {
                return slot;
            }
        }
        slab.leave();
        return -1;
    }

    /** Copies a part of a frame to a claimed slot. */
    void write(int slot, OutboundFrame frame, int from, int length) {
        frame.copyTo(from, slab.memory(), SlabDescriptor.slotOffset(toAcceptor, slot, count, slotLength), length);
    }

    /**
     * Lends a claimed slot to a frame, to be written in place.
     */
    void lend(int slot, OutboundFrame frame, int length) {
        slab.expose();
        ByteBuffer view = views[slot];
        if (view == null) {
            view = slab.memory().slice(SlabDescriptor.slotOffset(toAcceptor, slot, count, slotLength), slotLength);
            views[slot] = view;
        }
        frame.lend(view, length, this, slot);
    }

    /**
     * A claimed slot was offered.
     * @param sent whether it is the peer's, as its record was committed; else it is free
     * again
     */
    void settle(int slot, boolean sent) {
        if (sent) {
            slab.leave();
        }
        else {
            release(slot);
        }
    }

    /** The slot was claimed in vain. */
    @Override
    public void release(int slot) {
        Words.putIntRelease(slab.memory(), state(slot), SlabDescriptor.FREE);
        slab.leave();
    }

    private int state(int slot) {
        return SlabDescriptor.stateOffset(toAcceptor, slot);
    }

}
