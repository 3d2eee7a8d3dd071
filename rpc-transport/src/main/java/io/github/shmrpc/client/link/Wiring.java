package io.github.shmrpc.client.link;

import io.github.shmrpc.duplex.CalleeHalf;
import io.github.shmrpc.duplex.Duplex;
import org.jspecify.annotations.Nullable;

/** What depends on who has dialled a connection. */
interface Wiring {

    Duplex duplex(ClientLink link);

    Replies replies(ClientLink link, CallTable table, FrameSink sink, Duplex duplex);

    /** Serves the peer's calls, if the same poll role takes them in. */
    @Nullable CalleeHalf callee(ClientLink link, Duplex duplex);

    /**
     * Whether this side has dialled, so that it ends the connection when it is of no more
     * use.
     */
    boolean isDialled();

}
