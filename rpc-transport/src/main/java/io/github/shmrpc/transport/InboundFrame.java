package io.github.shmrpc.transport;

import io.github.shmrpc.buffer.MessageBuffer;

/**
 * A whole frame, copied out of what carried it: nothing that a peer does later changes
 * it. Owned by the thread that polls, and reused from poll to poll.
 */
public final class InboundFrame extends MessageBuffer {

    private static final int INITIAL_CAPACITY = 16 * 1024;

    public InboundFrame() {
        super(INITIAL_CAPACITY);
    }

}
