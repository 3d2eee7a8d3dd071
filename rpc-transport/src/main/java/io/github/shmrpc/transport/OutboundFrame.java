package io.github.shmrpc.transport;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import org.jspecify.annotations.Nullable;

import io.github.shmrpc.buffer.MessageBuffer;

/**
 * A frame on its way out. Written by its owner, then offered to a connection until it is
 * taken whole. Reused. For one thread at a time.
 * <p>
 * The end of a large frame, its <i>body</i>, may be elsewhere than in the array: in the
 * caller's own array or buffer, which nobody may change before the frame is sent, or in
 * memory of a carrier, where it was written in place.
 */
public final class OutboundFrame extends MessageBuffer {

    private static final int INITIAL_CAPACITY = 1024;

    /** Shorter messages are copied: that costs less than to go two ways. */
    private static final int LEAST_BODY = 16 * 1024;

    private int sent;

    private long position;

    // The body, in at most one of two.
    private byte @Nullable [] bodyArray;

    private @Nullable ByteBuffer bodyBuffer;

    private int bodyOffset;

    private int bodyLength;

    /** Whose memory the body is in, {@code null} if it is the caller's. */
    private @Nullable BodyOwner owner;

    private int slot;

    private boolean bodySent;

    /** A view of {@link #array()} while that is {@link #viewed}. */
    private @Nullable ByteBuffer view;

    private byte @Nullable [] viewed;

    public OutboundFrame() {
        this(INITIAL_CAPACITY);
    }

    /**
     * An empty frame.
     * @param initialCapacity bytes allocated at once
     */
    public OutboundFrame(int initialCapacity) {
        super(initialCapacity);
    }

    /** Makes it empty and not yet sent. Gives back a body that was lent and not sent. */
    @Override
    public void clear() {
        super.clear();
        dropBody();
        bodySent = false;
        sent = 0;
        position = 0;
    }

    @Override
    public void trim() {
        super.trim();
        dropBody();
    }

    // -- Body

    /**
     * Length of the whole frame.
     * @return bytes, with the body
     */
    public int frameLength() {
        return length() + bodyLength;
    }

    @Override
    public void appendLast(byte[] source, int offset, int count) {
        if (count < LEAST_BODY) {
            super.appendLast(source, offset, count);
            return;
        }
        dropBody();
        bodyArray = source;
        bodyOffset = offset;
        bodyLength = count;
    }

    @Override
    public void appendLast(ByteBuffer source) {
        if (source.remaining() < LEAST_BODY) {
            super.appendLast(source);
            return;
        }
        dropBody();
        bodyBuffer = source;
        bodyOffset = source.position();
        bodyLength = source.remaining();
    }

    /**
     * Lends memory for the body, to be written in place. For carriers.
     * @param memory the body begins at 0
     * @param length of the body in bytes, positive
     * @param lender gets the memory back if the frame is not sent
     * @param slotOfLender which memory it is
     */
    public void lend(ByteBuffer memory, int length, BodyOwner lender, int slotOfLender) {
        dropBody();
        bodyBuffer = memory;
        bodyOffset = 0;
        bodyLength = length;
        owner = lender;
        slot = slotOfLender;
    }

    /**
     * Where the message is to be written, after all else: in memory that was lent, or at
     * the end of the array, which grows by it.
     * @param count length of the message in bytes
     * @return big-endian, with so much room; valid until the frame is sent or changed
     */
    public ByteBuffer writable(int count) {
        if (owner != null && bodyBuffer != null) {
            return bodyBuffer.limit(count).position(0).order(ByteOrder.BIG_ENDIAN);
        }
        int offset = extend(count);
        if (view == null || viewed != array()) {
            viewed = array();
            view = ByteBuffer.wrap(array());
        }
        return view.limit(offset + count).position(offset).order(ByteOrder.BIG_ENDIAN);
    }

    /**
     * Whether the body was written in place. For carriers.
     * @param lender who lent the memory
     * @return the slot, or -1 if the body is elsewhere
     */
    public int slotOf(BodyOwner lender) {
        return (owner == lender) ? slot : -1;
    }

    /** The body's memory belongs to the peer now. For carriers. */
    public void bodySent() {
        owner = null;
        dropBody();
        bodySent = true;
    }

    /**
     * Whether it can be offered, be it once more.
     * @return false once its body was sent in the memory that it was written to
     */
    public boolean isWhole() {
        return !bodySent;
    }

    /**
     * Copies the body behind the head: what it referred to may be changed from now on.
     */
    public void gather() {
        if (bodyLength > 0) {
            int offset = extend(bodyLength);
            copyBody(array(), offset);
            dropBody();
        }
    }

    /**
     * Copies a part of the frame. For carriers.
     * @param from first byte in the frame
     * @param target where to
     * @param at index of the first byte there
     * @param count bytes
     */
    public void copyTo(int from, ByteBuffer target, int at, int count) {
        int ofHead = Math.max(0, Math.min(count, length() - from));
        if (ofHead > 0) {
            target.put(at, array(), from, ofHead);
        }
        int rest = count - ofHead;
        if (rest > 0) {
            int fromBody = from + ofHead - length();
            if (bodyArray != null) {
                target.put(at + ofHead, bodyArray, bodyOffset + fromBody, rest);
            }
            else if (bodyBuffer != null) {
                target.put(at + ofHead, bodyBuffer, bodyOffset + fromBody, rest);
            }
        }
    }

    /**
     * Copies the whole frame.
     * @param target where to
     */
    public void copyTo(MessageBuffer target) {
        target.append(array(), 0, length());
        int offset = target.extend(bodyLength);
        copyBody(target.array(), offset);
    }

    private void copyBody(byte[] target, int at) {
        if (bodyArray != null) {
            System.arraycopy(bodyArray, bodyOffset, target, at, bodyLength);
        }
        else if (bodyBuffer != null) {
            bodyBuffer.get(bodyOffset, target, at, bodyLength);
        }
    }

    /**
     * Lets go of the body: the caller's own bytes, or memory that was lent and not sent.
     */
    public void dropBody() {
        if (bodyLength == 0) {
            return;
        }
        bodyArray = null;
        bodyBuffer = null;
        bodyLength = 0;
        BodyOwner lender = owner;
        if (lender != null) {
            owner = null;
            lender.release(slot);
        }
    }

    // -- Progress

    /**
     * How many bytes the carrier took so far. For carriers.
     * @return 0 up to {@link #frameLength()}
     */
    public int sent() {
        return sent;
    }

    /**
     * Notes progress. For carriers.
     * @param sent bytes taken so far
     */
    public void sent(int sent) {
        this.sent = sent;
    }

    /**
     * Where the frame ends in the connection's stream, to ask {@link Connection#wasTaken}
     * later.
     * @return a position of the carrier's own kind
     */
    public long position() {
        return position;
    }

    /**
     * Notes where the frame ends. For carriers.
     * @param position a position of the carrier's own kind
     */
    public void position(long position) {
        this.position = position;
    }

}
