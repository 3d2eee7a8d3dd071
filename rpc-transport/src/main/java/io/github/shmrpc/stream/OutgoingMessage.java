package io.github.shmrpc.stream;

import io.github.shmrpc.transport.OutboundFrame;

/** A message that knows how to become a payload. For one thread at a time. */
public interface OutgoingMessage {

    /**
     * Appends the payload.
     * @param frame a MESSAGE, begun; its flags may be set, too
     * @throws RuntimeException if it cannot be encoded, or is too long
     */
    void writeTo(OutboundFrame frame);

}
