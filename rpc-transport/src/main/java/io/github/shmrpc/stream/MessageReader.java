package io.github.shmrpc.stream;

import io.github.shmrpc.transport.InboundFrame;

/** Decodes the messages of a stream. Thread-safe. */
public interface MessageReader {

    /**
     * Decodes one message.
     * @param frame a validated MESSAGE
     * @return not {@code null}
     * @throws io.github.shmrpc.RpcException if it is no such message
     */
    Object read(InboundFrame frame);

}
