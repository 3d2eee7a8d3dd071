package io.github.shmrpc.unix;

import java.io.IOException;
import java.io.Serial;

import org.jspecify.annotations.Nullable;

/**
 * Sealed memory that a server offers cannot be reached from this process; files may be.
 */
public final class SealedMemoryException extends IOException {

    @Serial
    private static final long serialVersionUID = 1L;

    public SealedMemoryException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

}
