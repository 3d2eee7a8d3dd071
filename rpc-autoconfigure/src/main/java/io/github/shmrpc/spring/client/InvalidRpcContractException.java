package io.github.shmrpc.spring.client;

import java.io.Serial;

/** An interface of which no client can be made. */
public final class InvalidRpcContractException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    InvalidRpcContractException(Class<?> contract, String reason, Throwable cause) {
        super("No RPC client can be made of " + contract.getName() + ": " + reason, cause);
    }

}
