package io.github.shmrpc.server;

import java.io.IOException;

import io.github.shmrpc.transport.Acceptor;
import io.github.shmrpc.transport.ConnectionHandler;
import io.github.shmrpc.transport.TransportOptions;

/**
 * Another way to a server than its endpoint, such as a port on the network. It is opened
 * and closed with the server.
 */
@FunctionalInterface
public interface Gateway {

    /**
     * Lets peers in.
     * @param server that is about to start
     * @param endpoint where it listens already; closed by the server if this throws
     * @param options limits and waiting
     * @param handler is told of connections, those of the endpoint included
     * @return in the endpoint's stead: its poller is that of all connections, and it
     * stops and closes both
     * @throws IOException with what is in the way, and what to do
     */
    Acceptor open(RpcServer server, Acceptor endpoint, TransportOptions options, ConnectionHandler handler)
            throws IOException;

}
