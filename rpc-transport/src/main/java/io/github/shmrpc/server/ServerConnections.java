package io.github.shmrpc.server;

import java.io.IOException;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

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

    private final ServerSetup setup;

    private final FramePool frames;

    private final Runnable wakePoller;

    private final Set<ServerConnection> open = ConcurrentHashMap.newKeySet();

    private final Queue<ServerConnection> ended = new ConcurrentLinkedQueue<>();

    private final AtomicInteger backlogged = new AtomicInteger();

    private final DeadlineTimer deadlines;

    private volatile boolean refusing;

    ServerConnections(ServerSetup setup, FramePool frames, Runnable wakePoller) {
        this.setup = setup;
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
        ServerConnection peer = new ServerConnection(connection, backlog, new ConnectionStreams(backlog, frames),
                deadlines, options.maxCalls(), options.compressAbove());
        connection.attachment(peer);
        open.add(peer);
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
        peer.backlog().close();
        ended.add(peer);
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
            peer.end().forEach((call) -> call.cancel(setup.log()));
        }
        open.clear();
        deadlines.close();
    }

}
