package io.github.shmrpc.stream;

import io.github.shmrpc.transport.OutboundFrame;

/** Encodes the messages of a stream. Thread-safe. */
public interface MessageWriter {

    /**
     * Encodes one message.
     * @param message of the application
     * @param frame becomes a whole MESSAGE
     * @param callId the call's
     * @param fromCallee whether this side serves the call
     * @throws io.github.shmrpc.RpcException if it cannot be encoded or is too long
     */
    void write(Object message, OutboundFrame frame, long callId, boolean fromCallee);

}
