package io.github.shmrpc.client.link;

import io.github.shmrpc.transport.InboundFrame;

/** Takes what was polled. Called by the holder of the poll role. */
interface FrameSink {

    void received(InboundFrame frame);

    /**
     * Polling failed by an error that is not the peer's: the connection cannot be used
     * any more.
     * @param cause what was thrown
     */
    void failed(Throwable cause);

}
