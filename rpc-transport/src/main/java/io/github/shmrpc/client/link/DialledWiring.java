package io.github.shmrpc.client.link;

import java.util.concurrent.atomic.AtomicInteger;

import io.github.shmrpc.duplex.CalleeHalf;
import io.github.shmrpc.duplex.Duplex;
import io.github.shmrpc.protocol.FrameBacklog;
import io.github.shmrpc.protocol.FramePool;
import io.github.shmrpc.stream.ConnectionStreams;
import io.github.shmrpc.transport.Connection;
import io.github.shmrpc.transport.Dialled;
import org.jspecify.annotations.Nullable;

/** A connection that this side has dialled: whoever waits for a reply polls it. */
record DialledWiring(Dialled dialled, String name, LinkSettings settings) implements Wiring {

    /**
     * How long a caller polls for the others as well although its own reply does not
     * come: as long as a server lets a handler have its polling thread.
     */
    private static final long PATIENCE_NS = 200_000;

    @Override
    public Duplex duplex(ClientLink link) {
        Connection connection = dialled.connection();
        FramePool frames = new FramePool();
        FrameBacklog backlog = new FrameBacklog(connection, frames, new AtomicInteger(), settings.maxMessageLength(),
                System::nanoTime, link::flushSoon);
        return new Duplex(connection, backlog, new ConnectionStreams(backlog, frames), frames);
    }

    @Override
    public Replies replies(ClientLink link, CallTable table, FrameSink sink, Duplex duplex) {
        return new ReplyPump(dialled.poller(), table, sink, new Outlet(duplex.backlog(), link::doesNotRead),
                settings.polled(), PATIENCE_NS, settings.callee() != null, "shmrpc-reader-" + name);
    }

    @Override
    public @Nullable CalleeHalf callee(ClientLink link, Duplex duplex) {
        LinkSettings.Callee callee = settings.callee();
        return callee == null ? null : callee.open(duplex, link::closeIfDrained);
    }

    @Override
    public boolean isDialled() {
        return true;
    }

}
