package io.github.shmrpc.grpc.remote;

import java.io.Serial;

/** grpc-java is there, but nothing that carries its calls. */
public final class NoGrpcTransportException extends IllegalStateException {

    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * An endpoint that cannot be reached.
     * @param endpoint the one
     * @param cause gRPC's
     */
    public NoGrpcTransportException(String endpoint, Throwable cause) {
        super("Nothing can carry gRPC to " + endpoint
                + ": add io.grpc:grpc-netty-shaded (or grpc-netty) to the class path", cause);
    }

}
