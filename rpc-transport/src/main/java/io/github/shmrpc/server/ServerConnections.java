package io.github.shmrpc.server;

import java.io.IOException;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.shmrpc.duplex.CallerHalf;
import io.github.shmrpc.duplex.Duplex;
import io.github.shmrpc.protocol.FrameBacklog;
import io.github.shmrpc.protocol.FramePool;
import io.github.shmrpc.stream.ConnectionStreams;
import io.github.shmrpc.transport.Connection;
import io.github.shmrpc.transport.ConnectionClosedException;
import io.github.shmrpc.transport.ProtocolException;
import org.jspecify.annotations.Nullable;

/**
 * The connections of a running server, from their opening to their end. Any thread, where
 * not said otherwise.
 */
final class ServerConnections {

    private static final long FLUSH_INTERVAL_NS = 1_000_000;

    private final RunningServer server;

    private final ServerSetup setup;

    private final FramePool frames;

    private final Runnable wakePoller;

    private final Set<ServerConnection> open = ConcurrentHashMap.newKeySet();

    private final Queue<ServerConnection> ended = new ConcurrentLinkedQueue<>();

    private final AtomicInteger backlogged = new AtomicInteger();

    private final DeadlineTimer deadlines;

    private volatile boolean refusing;

    ServerConnections(RunningServer server, FramePool frames, Runnable wakePoller) {
        this.server = server;
        this.setup = server.setup();
        this.frames = frames;
        this.wakePoller = wakePoller;
        this.deadlines = new DeadlineTimer(setup.threadName() + "-deadlines", setup.log());
    }

    /** What belongs to a connection of the carrier. */
    static ServerConnection of(Connection connection) {
        if (connection.attachment() instanceof ServerConnection peer) {
            return peer;
        }
        throw new IllegalStateException("Connection was not opened by this server: " + connection);
    }

    Set<ServerConnection> open() {
        return open;
    }

    boolean contains(ServerConnection peer) {
        return open.contains(peer);
    }

    /** From now on new connections are closed at once. */
    void refuse() {
        refusing = true;
    }

    void opened(Connection connection) {
        ServerOptions options = setup.options();
        FrameBacklog backlog = new FrameBacklog(connection, frames, backlogged, options.maxMessageLength(),
                System::nanoTime, wakePoller);
        Duplex duplex = new Duplex(connection, backlog, new ConnectionStreams(backlog, frames), frames);
        ServerConnection peer = new ServerConnection(duplex, deadlines, options.maxCalls(), options.compressAbove());
        ConnectedPeer connected = new ConnectedPeer(peer, server);
        peer.rpcPeer(connected);
        connection.attachment(peer);
        open.add(peer);
        setup.counters().traffic.opened(connection);
        setup.peers().opened(connected);
        // Either this sees that the server stops, or who stops it sees the connection.
        if (refusing) {
            connection.close();
        }
    }

    /**
     * In the poll role, where no action of a cancelled call may run: that is left for
     * later.
     */
    void closed(Connection connection, @Nullable IOException cause) {
        ServerConnection peer = of(connection);
        open.remove(peer);
        setup.counters().traffic.ended(connection);
        peer.backlog().close();
        ended.add(peer);
        if (peer.rpcPeer() instanceof ConnectedPeer connected) {
            setup.peers().closed(connected);
        }
        if (cause != null) {
            setup.log()
                .warn("connection ended", "Connection of " + peer.describe() + " to " + setup.endpoint()
                        + " has ended: " + cause.getMessage(), null);
        }
    }

    boolean hasEnded() {
        return !ended.isEmpty();
    }

    /**
     * A connection whose calls must be told of its end, {@code null} if there is none.
     */
    @Nullable ServerConnection nextEnded() {
        return ended.poll();
    }

    /** Ends the calls of a connection that has ended, both ways. Not in the poll role. */
    void end(ServerConnection peer) {
        peer.end().forEach((call) -> call.cancel(setup.log()));
        if (peer.rpcPeer() instanceof ConnectedPeer connected) {
            connected.ended();
        }
    }

    /** A frame could not be taken in. */
    void failed(Connection connection, Throwable failure) {
        ServerConnection peer = of(connection);
        try {
            boolean ofPeer = failure instanceof ProtocolException;
            if (ofPeer) {
                setup.counters().protocolErrors.increment();
            }
            setup.log()
                .warn(failure.getClass().getName(),
                        "Closing connection of " + peer.describe() + " to " + setup.endpoint()
                                + (ofPeer ? " as it broke the protocol: " + failure.getMessage() : " after a failure"),
                        ofPeer ? null : failure);
        }
        finally {
            closeBroken(peer);
        }
    }

    /** Messages to a peer wait for room, beside its backlog. */
    void occupied() {
        backlogged.incrementAndGet();
        wakePoller.run();
    }

    void vacant() {
        backlogged.decrementAndGet();
    }

    boolean haveBacklog() {
        return backlogged.get() > 0;
    }

    /**
     * Sends what there is room for.
     * @return nanoseconds until it is to be done again
     */
    long flushBacklogs() {
        if (!haveBacklog()) {
            return Long.MAX_VALUE;
        }
        for (ServerConnection peer : open) {
            if (peer.backlog().isOccupied()) {
                flush(peer);
            }
            CallerHalf caller = peer.caller();
            if (caller != null && caller.isOccupied()) {
                caller.flush();
            }
        }
        return haveBacklog() ? FLUSH_INTERVAL_NS : Long.MAX_VALUE;
    }

    private void flush(ServerConnection peer) {
        try {
            peer.backlog().flush();
            String excess = peer.backlog().excess();
            if (excess != null) {
                setup.counters().slowPeersClosed.increment();
                setup.log()
                    .warn("slow peer", "Closing connection of " + peer.describe() + " to " + setup.endpoint()
                            + " as it does not read: " + excess, null);
                closeBroken(peer);
            }
        }
        catch (ConnectionClosedException gone) {
            peer.backlog().close();
        }
    }

    private static void closeBroken(ServerConnection peer) {
        peer.backlog().close();
        peer.connection().close();
    }

    void closeAll() {
        open.forEach((peer) -> peer.connection().close());
    }

    /**
     * The calls of all connections are cancelled, and what they still answer is dropped.
     */
    void endAll() {
        for (ServerConnection peer : open) {
            end(peer);
            setup.counters().traffic.ended(peer.connection());
            if (peer.rpcPeer() instanceof ConnectedPeer connected) {
                setup.peers().closed(connected);
            }
        }
        open.clear();
        deadlines.close();
    }

}
