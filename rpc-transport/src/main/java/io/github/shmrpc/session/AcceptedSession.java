package io.github.shmrpc.session;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import org.jspecify.annotations.Nullable;

/**
 * The connection that a peer has dialled: once it is gone only the peer can make another,
 * and that is another peer's. Thread-safe.
 *
 * @param <L> what the layer above keeps for a connection
 */
public final class AcceptedSession<L extends Link> implements Session<L> {

    private final String peer;

    private final boolean serves;

    private final Instant since = Instant.now();

    // Any thread. Set once, by who makes the session, before others know it.
    private volatile @Nullable L current;

    private volatile @Nullable L open;

    /**
     * A session without a connection, to be followed by {@link #open}.
     * @param peer for messages
     * @param serves whether the peer serves calls at all
     */
    public AcceptedSession(String peer, boolean serves) {
        this.peer = peer;
        this.serves = serves;
    }

    /**
     * Gives it its connection. Once, before anybody else knows the session.
     * @param link what belongs to it
     */
    public void open(L link) {
        open = link;
        current = serves ? link : null;
    }

    @Override
    public @Nullable L current() {
        return current;
    }

    @Override
    public SessionState state() {
        return current != null ? SessionState.READY : SessionState.SHUTDOWN;
    }

    @Override
    public void dialIfIdle() {
        // The peer dials.
    }

    @Override
    public L await(long deadlineNs, boolean waitForReady) {
        L link = current;
        if (link == null) {
            throw gone();
        }
        return link;
    }

    @Override
    public CompletableFuture<L> whenReady(boolean waitForReady) {
        L link = current;
        return link != null ? CompletableFuture.completedFuture(link) : CompletableFuture.failedFuture(gone());
    }

    @Override
    public @Nullable RpcException failure() {
        return current != null ? null : gone();
    }

    @Override
    public SessionStatus status() {
        return new SessionStatus(state(), since, failure(), 1, 0);
    }

    @Override
    public List<L> links() {
        L link = open;
        return link == null ? List.of() : List.of(link);
    }

    @Override
    public void dialNow() {
        // The peer dials.
    }

    @Override
    public @Nullable L rest() {
        L link = current;
        current = null;
        return link;
    }

    @Override
    public void retire(L link, boolean ended) {
        current = null;
        if (ended) {
            open = null;
        }
    }

    @Override
    public void leave(L link) {
        current = null;
    }

    @Override
    public void close() {
        current = null;
        L link = open;
        if (link != null) {
            link.close();
        }
    }

    private RpcException gone() {
        if (!serves) {
            return new RpcException(RpcStatus.UNIMPLEMENTED, Outcome.NOT_EXECUTED,
                    "the peer lets nobody call it: its channel was given no services (" + peer + ")", null);
        }
        return new RpcException(RpcStatus.UNAVAILABLE, Outcome.NOT_EXECUTED,
                "the peer is not connected any more (" + peer + ")", null);
    }

}
