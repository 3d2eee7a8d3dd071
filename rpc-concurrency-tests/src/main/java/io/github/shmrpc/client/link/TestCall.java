package io.github.shmrpc.client.link;

import io.github.shmrpc.transport.InboundFrame;

/** A call of which only the place in the table matters. */
final class TestCall extends ClientCall {

    @Override
    public long deadlineNs() {
        throw new UnsupportedOperationException("Nobody waits for it");
    }

    @Override
    void replied(InboundFrame frame) {
        throw new UnsupportedOperationException("No reply comes");
    }

    @Override
    void lost(Loss loss) {
        throw new UnsupportedOperationException("Its owner counts it");
    }

    @Override
    boolean needsPolling(FrameSink on) {
        return false;
    }

}
