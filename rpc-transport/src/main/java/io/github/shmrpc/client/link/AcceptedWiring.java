package io.github.shmrpc.client.link;

import io.github.shmrpc.duplex.AcceptedPeer;
import io.github.shmrpc.duplex.CalleeHalf;
import io.github.shmrpc.duplex.Duplex;
import org.jspecify.annotations.Nullable;

/**
 * A connection that the peer has dialled: its server polls, and serves the peer's calls.
 */
record AcceptedWiring(AcceptedPeer peer) implements Wiring {

    @Override
    public Duplex duplex(ClientLink link) {
        return peer.duplex();
    }

    @Override
    public Replies replies(ClientLink link, CallTable table, FrameSink sink, Duplex duplex) {
        return new AcceptedReplies(peer, table);
    }

    @Override
    public @Nullable CalleeHalf callee(ClientLink link, Duplex duplex) {
        return null;
    }

    @Override
    public boolean isDialled() {
        return false;
    }

}
