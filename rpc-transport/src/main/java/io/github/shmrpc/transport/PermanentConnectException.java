package io.github.shmrpc.transport;

import java.io.IOException;
import java.io.Serial;

import io.github.shmrpc.RpcStatus;
import org.jspecify.annotations.Nullable;

/**
 * Dialling failed for a reason that time does not cure: permission, version,
 * configuration.
 */
public final class PermanentConnectException extends IOException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final RpcStatus status;

    public PermanentConnectException(RpcStatus status, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.status = status;
    }

    /**
     * What calls over this endpoint end with.
     * @return e.g. {@link RpcStatus#PERMISSION_DENIED}
     */
    public RpcStatus status() {
        return status;
    }

}
