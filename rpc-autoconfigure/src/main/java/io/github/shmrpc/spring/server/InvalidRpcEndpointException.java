package io.github.shmrpc.spring.server;

import java.io.Serial;

import org.jspecify.annotations.Nullable;

/** A bean marked {@code @RpcEndpoint} that cannot be served. */
public final class InvalidRpcEndpointException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    InvalidRpcEndpointException(String beanName, Class<?> type, String reason, @Nullable Throwable cause) {
        super("RPC endpoint bean '" + beanName + "' (" + type.getName() + ") cannot be served: " + reason, cause);
    }

}
