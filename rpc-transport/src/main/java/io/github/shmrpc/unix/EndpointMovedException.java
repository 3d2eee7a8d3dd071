package io.github.shmrpc.unix;

import java.io.IOException;
import java.io.Serial;

/** Another server has taken the endpoint over in mid-handshake: dial again at once. */
final class EndpointMovedException extends IOException {

    @Serial
    private static final long serialVersionUID = 1L;

    EndpointMovedException(String message) {
        super(message);
    }

}
