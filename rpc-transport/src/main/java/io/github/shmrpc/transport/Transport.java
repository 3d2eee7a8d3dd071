package io.github.shmrpc.transport;

import java.io.IOException;
import java.util.Set;

import io.github.shmrpc.Endpoint;

/**
 * A carrier of frames. Found by the scheme of an endpoint through
 * {@link java.util.ServiceLoader}. Thread-safe.
 */
public interface Transport {

    /**
     * Version of what both sides say to each other in frames. Raised by any change of the
     * frames' layout or types; agreed on in the handshake.
     */
    int PROTOCOL_VERSION = 1;

    /**
     * The scheme of its endpoints.
     * @return lower case
     */
    String scheme();

    /**
     * All schemes of its endpoints, if there are several.
     * @return lower case
     */
    default Set<String> schemes() {
        return Set.of(scheme());
    }

    /**
     * Dials a server. Blocks until both sides are ready, at most
     * {@link TransportOptions#handshakeTimeout()}; an interrupt ends it with
     * {@link java.io.InterruptedIOException} and the flag set.
     * @param endpoint of this scheme
     * @param options limits and waiting
     * @param handler is told when the connection ends
     * @return the connection
     * @throws PermanentConnectException if trying again will not help (permission,
     * version, configuration)
     * @throws IOException if the server cannot be reached now
     */
    Dialled connect(Endpoint endpoint, TransportOptions options, ConnectionHandler handler) throws IOException;

    /**
     * Starts to listen.
     * @param endpoint of this scheme
     * @param options limits and waiting
     * @param handler is told of connections
     * @return what listens
     * @throws IOException with what is in the way, and what to do
     */
    Acceptor listen(Endpoint endpoint, TransportOptions options, ConnectionHandler handler) throws IOException;

}
