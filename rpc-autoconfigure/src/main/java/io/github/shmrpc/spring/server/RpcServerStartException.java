package io.github.shmrpc.spring.server;

import java.io.IOException;
import java.io.Serial;

/** The server could not start to listen. */
public final class RpcServerStartException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final String endpoint;

    private final IOException reason;

    RpcServerStartException(String endpoint, IOException cause) {
        super("RPC server could not listen on " + endpoint + ": " + cause.getMessage(), cause);
        this.endpoint = endpoint;
        this.reason = cause;
    }

    /**
     * Where it was to listen.
     * @return an endpoint's text
     */
    public String endpoint() {
        return endpoint;
    }

    /**
     * What was in the way.
     * @return what the carrier threw
     */
    public IOException reason() {
        return reason;
    }

}
