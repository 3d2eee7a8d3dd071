package io.github.shmrpc.unix;

import java.io.IOException;
import java.io.Serial;

import io.github.shmrpc.Endpoint;

/** Another server listens on the endpoint. */
public final class EndpointInUseException extends IOException {

    @Serial
    private static final long serialVersionUID = 1L;

    EndpointInUseException(Endpoint endpoint, String by) {
        super("Endpoint " + endpoint + " is in use " + by + ". Stop it or choose another path");
    }

    EndpointInUseException(EndpointInUseException inUse, IOException notHandedOver) {
        super(inUse.getMessage() + ", as it was not handed over: " + notHandedOver.getMessage(), notHandedOver);
    }

}
