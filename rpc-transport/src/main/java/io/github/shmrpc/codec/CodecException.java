package io.github.shmrpc.codec;

import java.io.Serial;

import org.jspecify.annotations.Nullable;

/** A message that cannot be encoded, or bytes that are no such message. */
public final class CodecException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    public CodecException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

}
