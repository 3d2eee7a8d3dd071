package io.github.shmrpc.demo.launch;

import java.io.Serial;

import org.jspecify.annotations.Nullable;

/** A server or client did not start. Its message is one line for the user. */
public final class StartException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    public StartException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

}
