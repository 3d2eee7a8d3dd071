package io.github.shmrpc.unix;

import java.io.IOException;
import java.io.Serial;

import io.github.shmrpc.Endpoint;

/** The endpoint's directory, or what is in it, is not ours to use. */
public final class EndpointDirectoryException extends IOException {

    @Serial
    private static final long serialVersionUID = 1L;

    EndpointDirectoryException(Endpoint endpoint, String why) {
        super("Cannot listen on " + endpoint + ": " + why
                + ". Use a directory that belongs to the server's user, with mode 0700");
    }

}
