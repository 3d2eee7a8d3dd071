package io.github.shmrpc.transport;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import org.jspecify.annotations.Nullable;

import io.github.shmrpc.buffer.MessageBuffer;

/**
 * A whole frame. Its head, or all of it, was copied out of what carried it, so that
 * nothing that a peer does later changes it. Of a large frame the rest, its <i>body</i>,
 * may still lie in the carrier's memory, which is lent to this frame until
 * {@link #release()}: a peer that breaks the rules may change it meanwhile, so whoever
 * parses it does so in a copy ({@link #gather()}). Owned by one thread at a time, and
 * reused from poll to poll.
 */
public final class InboundFrame extends MessageBuffer {

    private static final int INITIAL_CAPACITY = 16 * 1024;

    private @Nullable ByteBuffer body;

    private int bodyLength;

    private @Nullable BodyOwner owner;

    private int slot;

    /** A read-only view of {@link #array()} while that is {@link #viewed}. */
    private @Nullable ByteBuffer view;

    private byte @Nullable [] viewed;

    public InboundFrame() {
        this(INITIAL_CAPACITY);
    }

    /**
     * An empty frame.
     * @param initialCapacity bytes allocated at once
     */
    public InboundFrame(int initialCapacity) {
        super(initialCapacity);
    }

    /**
     * Length of the whole frame.
     * @return bytes, with the body
     */
    public int frameLength() {
        return length() + bodyLength;
    }

    /**
     * Whether {@link #length()} is that of the head alone.
     * @return true if {@link #body()} has the rest
     */
    public boolean hasBody() {
        return body != null;
    }

    /**
     * The bytes after the head, in the carrier's memory.
     * @return read-only, valid until {@link #release()}; its position is 0
     */
    public ByteBuffer body() {
        if (body == null) {
            throw new IllegalStateException("The frame has no body");
        }
        return body.limit(bodyLength).position(0);
    }

    /**
     * Lends memory to the frame. For carriers.
     * @param memory read-only; the body begins at 0
     * @param length of the body in bytes, positive
     * @param lender gets it back
     * @param slotOfLender which memory it is
     */
    public void lend(ByteBuffer memory, int length, BodyOwner lender, int slotOfLender) {
        release();
        body = memory;
        bodyLength = length;
        owner = lender;
        slot = slotOfLender;
    }

    /**
     * Copies the body behind the head, where the peer cannot change it, and gives it
     * back.
     */
    public void gather() {
        if (body != null) {
            ByteBuffer rest = body();
            int offset = extend(bodyLength);
            rest.get(0, array(), offset, bodyLength);
            release();
        }
    }

    /** Gives the body back, if there is one. Any number of times. */
    public void release() {
        BodyOwner lender = owner;
        if (lender != null) {
            owner = null;
            body = null;
            bodyLength = 0;
            lender.release(slot);
        }
    }

    /**
     * Shows the end of the frame without copying it, be it body or not.
     * @param offset of the first byte in the frame; that of the body if there is one
     * @return read-only, big-endian, valid until the frame is released or changed
     */
    public ByteBuffer view(int offset) {
        if (body != null) {
            if (owner != null) {
                owner.exposed();
            }
            return body().order(ByteOrder.BIG_ENDIAN);
        }
        if (view == null || viewed != array()) {
            viewed = array();
            view = ByteBuffer.wrap(array()).asReadOnlyBuffer();
        }
        return view.limit(length()).position(offset).order(ByteOrder.BIG_ENDIAN);
    }

    @Override
    public void clear() {
        release();
        super.clear();
    }

    @Override
    public void trim() {
        release();
        super.trim();
    }

    /**
     * Exchanges the contents of two frames without copying them.
     * @param other gets this frame's
     */
    public void swap(InboundFrame other) {
        super.swap(other);
        ByteBuffer otherBody = other.body;
        int otherLength = other.bodyLength;
        BodyOwner otherOwner = other.owner;
        int otherSlot = other.slot;
        other.body = body;
        other.bodyLength = bodyLength;
        other.owner = owner;
        other.slot = slot;
        body = otherBody;
        bodyLength = otherLength;
        owner = otherOwner;
        slot = otherSlot;
    }

}
