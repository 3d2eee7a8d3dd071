package io.github.shmrpc.shm;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

import org.jspecify.annotations.Nullable;

import io.github.shmrpc.transport.BodyOwner;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.ProtocolException;

/**
 * The slots that this side reads. The holder of the poll role lends them to frames; who
 * has such a frame gives the slot back, on whatever thread.
 */
final class InboundSlots implements BodyOwner {

    private static final VarHandle LENT;

    static {
        try {
            LENT = MethodHandles.lookup().findVarHandle(InboundSlots.class, "lent", int.class);
        }
        catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final Slab slab;

    private final boolean toAcceptor;

    private final int count;

    private final int slotLength;

    /**
     * A bit for each slot that is lent. The holder sets, who releases the slot clears.
     */
    @SuppressWarnings("unused") // accessed through LENT
    private volatile int lent;

    // Holder of the poll role only; a view is used by who has its slot.
    private final @Nullable ByteBuffer[] views;

    InboundSlots(Slab slab, boolean toAcceptor, int count, int slotLength) {
        this.slab = slab;
        this.toAcceptor = toAcceptor;
        this.count = count;
        this.slotLength = slotLength;
        this.views = new @Nullable ByteBuffer[count];
    }

    /**
     * Lends a slot to a frame, as its body.
     * @throws ProtocolException if the peer may not have sent that
     */
    void lend(int slot, int length, InboundFrame frame) throws ProtocolException {
        check(slot, length);
        int bit = 1 << slot;
        if (((int) LENT.getAndBitwiseOr(this, bit) & bit) != 0) {
            throw new ProtocolException("The peer has sent slot " + slot + " again before it was given back");
        }
        if (!slab.enter()) {
            throw new ProtocolException("The peer has sent a slot after the end of the connection");
        }
        ByteBuffer view = views[slot];
        if (view == null) {
            view = slab.memory().slice(offset(slot), slotLength).asReadOnlyBuffer();
            views[slot] = view;
        }
        frame.lend(view, length, this, slot);
    }

    /**
     * Copies a part of a frame out of a slot and gives that back.
     * @throws ProtocolException if the peer may not have sent that
     */
    void copy(int slot, int length, byte[] target, int at) throws ProtocolException {
        check(slot, length);
        if (!slab.enter()) {
            throw new ProtocolException("The peer has sent a slot after the end of the connection");
        }
        slab.memory().get(offset(slot), target, at, length);
        giveBack(slot);
    }

    private void check(int slot, int length) throws ProtocolException {
        if (slot < 0 || slot >= count || length < 1 || length > slotLength) {
            throw new ProtocolException("The peer has sent " + length + " bytes in slot " + slot + ", expected 1 to "
                    + slotLength + " bytes and slots 0 to " + (count - 1));
        }
    }

    @Override
    public void release(int slot) {
        int bit = 1 << slot;
        // Before the peer may use the slot again, and we lend it again.
        LENT.getAndBitwiseAnd(this, ~bit);
        giveBack(slot);
    }

    private void giveBack(int slot) {
        Words.putIntRelease(slab.memory(), SlabDescriptor.stateOffset(toAcceptor, slot), SlabDescriptor.FREE);
        slab.leave();
    }

    @Override
    public void exposed() {
        slab.expose();
    }

    private int offset(int slot) {
        return SlabDescriptor.slotOffset(toAcceptor, slot, count, slotLength);
    }

}
