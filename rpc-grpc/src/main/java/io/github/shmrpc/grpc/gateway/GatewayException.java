package io.github.shmrpc.grpc.gateway;

import java.io.IOException;
import java.io.Serial;

import org.jspecify.annotations.Nullable;

/** A gateway cannot listen: its message says what is in the way. */
public final class GatewayException extends IOException {

    @Serial
    private static final long serialVersionUID = 1L;

    /** What is in the way. */
    public enum Reason {

        /** Nothing on the class path speaks HTTP/2. */
        NETTY_MISSING,

        /** Somebody else listens on the port. */
        PORT_IN_USE,

        /** The address is none of this host's, or the port needs rights. */
        ADDRESS

    }

    private final Reason reason;

    /** Says why. */
    public GatewayException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }

}
