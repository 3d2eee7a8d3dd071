package io.github.shmrpc.spring.server;

import java.io.Serial;

import io.github.shmrpc.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * A bean marked {@code @RpcEndpoint} that cannot be served, or several that cannot be
 * served together.
 */
public final class InvalidRpcEndpointException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    InvalidRpcEndpointException(Endpoint endpoint, String reason, Throwable cause) {
        super("The beans marked @RpcEndpoint cannot be served together at " + endpoint + ": " + reason, cause);
    }

    InvalidRpcEndpointException(String channel, String reason, Throwable cause) {
        super("The beans marked @RpcEndpoint cannot be exported together over channel '" + channel + "': " + reason,
                cause);
    }

    InvalidRpcEndpointException(String beanName, Class<?> type, String reason, @Nullable Throwable cause) {
        super("RPC endpoint bean '" + beanName + "' (" + type.getName() + ") cannot be served: " + reason, cause);
    }

}
