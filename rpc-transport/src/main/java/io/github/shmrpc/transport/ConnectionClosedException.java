package io.github.shmrpc.transport;

import java.io.IOException;
import java.io.Serial;

/** The connection was closed, by this side or by the peer. */
public final class ConnectionClosedException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    public ConnectionClosedException(String message) {
        super(message);
    }

    /**
     * The same as a checked exception.
     * @return an {@link IOException} with this as its cause
     */
    public IOException asIoException() {
        return new IOException(getMessage(), this);
    }

}
