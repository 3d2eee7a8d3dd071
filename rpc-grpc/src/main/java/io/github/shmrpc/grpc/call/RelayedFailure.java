package io.github.shmrpc.grpc.call;

import java.io.Serial;

import io.github.shmrpc.RpcException;

/**
 * As the cause of a status that a call is closed with: all that is known of the failure,
 * which is that of this very call, as it was passed on. To be told as it is.
 */
public final class RelayedFailure extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    private final RpcException failure;

    public RelayedFailure(RpcException failure) {
        super(failure.detail(), failure, false, false);
        this.failure = failure;
    }

    public RpcException failure() {
        return failure;
    }

}
