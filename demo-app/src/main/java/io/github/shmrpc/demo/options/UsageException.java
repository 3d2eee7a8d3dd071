package io.github.shmrpc.demo.options;

import java.io.Serial;

import org.jspecify.annotations.Nullable;

/**
 * The command line asks for what cannot be done. Its message is one line for the user.
 */
public final class UsageException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    public UsageException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

}
