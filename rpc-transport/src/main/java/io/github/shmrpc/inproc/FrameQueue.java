package io.github.shmrpc.inproc;

import java.util.ArrayDeque;
import java.util.Deque;

import io.github.shmrpc.buffer.MessageBuffer;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.OutboundFrame;
import org.jspecify.annotations.Nullable;

/**
 * Frames on their way in one direction, copied into reused buffers. Any thread adds, one
 * at a time takes. Everything is under the lock of this object, which is never held while
 * bytes are copied.
 */
final class FrameQueue {

    /** Of {@link #offer}: there is no room now. */
    static final long FULL = 0;

    /** Of {@link #offer}: nobody will take it. */
    static final long CLOSED = -1;

    /**
     * Counted for each frame beside its bytes, so that tiny frames are bounded as well.
     */
    private static final int FRAME_OVERHEAD = 64;

    /** Bytes of buffers kept for reuse. */
    private static final int POOLED_BYTES = 256 * 1024;

    private static final int MIN_BUFFER = 1024;

    private final long capacityBytes;

    private final Deque<MessageBuffer> frames = new ArrayDeque<>();

    private final Deque<MessageBuffer> pool = new ArrayDeque<>();

    private long pooledBytes;

    private long usedBytes;

    private long offered;

    private long taken;

    private boolean ended;

    private boolean discarded;

    /**
     * An empty queue.
     * @param capacityBytes what it holds at most; the first frame always fits
     */
    FrameQueue(long capacityBytes) {
        this.capacityBytes = capacityBytes;
    }

    /**
     * Adds a copy of a frame.
     * @param frame stays the caller's
     * @return its position, 1 or more, or {@link #FULL} or {@link #CLOSED}
     */
    long offer(OutboundFrame frame) {
        int length = frame.frameLength();
        MessageBuffer copy;
        synchronized (this) {
            if (isClosed()) {
                return CLOSED;
            }
            if (!hasRoom(length)) {
                return FULL;
            }
            copy = pooled();
        }
        if (copy == null) {
            copy = new MessageBuffer(Math.max(length, MIN_BUFFER));
        }
        frame.copyTo(copy);
        return add(copy);
    }

    private synchronized long add(MessageBuffer frame) {
        boolean closed = isClosed();
        if (closed || !hasRoom(frame.length())) {
            recycle(frame);
            return closed ? CLOSED : FULL;
        }
        frames.add(frame);
        usedBytes += frame.length() + FRAME_OVERHEAD;
        return ++offered;
    }

    /**
     * Takes the next frame.
     * @param frame is cleared and filled
     * @return whether there was one
     */
    synchronized Taken take(InboundFrame frame) {
        MessageBuffer next = frames.poll();
        if (next == null) {
            return isClosed() ? Taken.ENDED : Taken.EMPTY;
        }
        taken++;
        usedBytes -= next.length() + FRAME_OVERHEAD;
        frame.swap(next);
        recycle(next);
        return Taken.FRAME;
    }

    /** Lets nothing more in; what is in can be taken. */
    synchronized void end() {
        ended = true;
        pool.clear();
    }

    /** Lets nothing more in or out. */
    synchronized void discard() {
        discarded = true;
        frames.clear();
        pool.clear();
    }

    /**
     * Whether there is nothing to do for who takes.
     * @return false if there is a frame or the end
     */
    synchronized boolean isIdle() {
        return frames.isEmpty() && !isClosed();
    }

    /**
     * Whether a frame was taken or may yet be.
     * @param position from {@link #offer}
     * @return false if it never will
     */
    synchronized boolean mayBeTaken(long position) {
        return position > 0 && position <= (discarded ? taken : offered);
    }

    private boolean isClosed() {
        return ended || discarded;
    }

    private boolean hasRoom(int length) {
        return usedBytes == 0 || usedBytes + length + FRAME_OVERHEAD <= capacityBytes;
    }

    private @Nullable MessageBuffer pooled() {
        MessageBuffer buffer = pool.poll();
        if (buffer != null) {
            pooledBytes -= buffer.array().length;
        }
        return buffer;
    }

    private void recycle(MessageBuffer buffer) {
        if (!isClosed() && pooledBytes + buffer.array().length <= POOLED_BYTES) {
            buffer.clear();
            pool.push(buffer);
            pooledBytes += buffer.array().length;
        }
    }

    /** What came of {@link #take}. */
    enum Taken {

        /** A frame was taken. */
        FRAME,

        /** There is none now. */
        EMPTY,

        /** There will never be one again. */
        ENDED

    }

}
