package io.github.shmrpc.transport;

import io.github.shmrpc.Endpoint;

/** A listening endpoint and its connections. */
public interface Acceptor extends AutoCloseable {

    /**
     * Where it listens.
     * @return the endpoint as clients dial it
     */
    Endpoint endpoint();

    /**
     * The inbound side of all its connections.
     * @return the same each time
     */
    Poller poller();

    /**
     * Whether {@link ConnectionHandler#peerWaiting()} is called; if not, the layer above
     * must look for itself whether a handler holds up the poller.
     * @return true if peers tell
     */
    boolean tellsWaiting();

    /**
     * Takes no more connections, and removes what clients dial; existing ones live on.
     * Any thread, any number of times.
     */
    void stopAccepting();

    /**
     * Ends all connections and frees what they hold. The poll role must have been given
     * up for good. Any number of times.
     */
    @Override
    void close();

}
