package io.github.shmrpc.transport;

import java.io.IOException;
import java.io.Serial;

/** A peer broke the protocol: its connection ends, no other notices. */
public final class ProtocolException extends IOException {

    @Serial
    private static final long serialVersionUID = 1L;

    public ProtocolException(String message) {
        super(message);
    }

}
