package io.github.shmrpc.grpc.call;

import java.io.Serial;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/** A message is too long, or cannot be decompressed: the status is that of its call. */
public final class UnreadableMessageException extends StatusRuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    UnreadableMessageException(Status status) {
        super(status);
    }

}
