package io.github.shmrpc.server;

import io.github.shmrpc.duplex.PeerCalls;
import io.github.shmrpc.transport.Connection;

/** The server of a channel that exports services, as their handlers see it. */
final class DialledPeer extends Peer {

    private final PeerCalls calls;

    DialledPeer(Connection connection, PeerCalls calls) {
        super(connection);
        this.calls = calls;
    }

    @Override
    PeerCalls calls() {
        return calls;
    }

}
