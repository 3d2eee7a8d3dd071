package io.github.shmrpc.protocol;

import java.util.ArrayDeque;
import java.util.Deque;

import io.github.shmrpc.transport.OutboundFrame;

/** A few frames for threads that have none of their own. Any thread. */
public final class FramePool {

    private static final int KEPT = 64;

    // Under the lock.
    private final Deque<OutboundFrame> frames = new ArrayDeque<>();

    /**
     * Takes a frame out.
     * @return one that nobody uses, cleared
     */
    public OutboundFrame take() {
        synchronized (frames) {
            OutboundFrame frame = frames.pollFirst();
            if (frame != null) {
                return frame;
            }
        }
        return new OutboundFrame();
    }

    /**
     * Puts a frame back.
     * @param frame used no more by who gives it
     */
    public void give(OutboundFrame frame) {
        // As for a frame of its owner's: a large message does not keep its memory.
        frame.trim();
        frame.clear();
        synchronized (frames) {
            if (frames.size() < KEPT) {
                frames.addFirst(frame);
            }
        }
    }

}
