package io.github.shmrpc.session;

import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.github.shmrpc.RpcException;
import org.jspecify.annotations.Nullable;

/**
 * Which connection new calls use now. Thread-safe.
 *
 * @param <L> what the layer above keeps for a connection
 */
public interface Session<L extends Link> extends AutoCloseable {

    /**
     * The connection for new calls.
     * @return what belongs to it, or {@code null} if there is none now
     */
    @Nullable L current();

    SessionState state();

    /** Begins to connect if nobody has asked for a connection before. Does not wait. */
    void dialIfIdle();

    /**
     * Waits for a connection.
     * @param deadlineNs until when, on the clock of {@link System#nanoTime()}
     * @param waitForReady whether to go on waiting after an attempt failed
     * @return the connection, or {@code null} if the time has passed and no attempt
     * failed
     * @throws RpcException not executed: why there is none
     * @throws InterruptedException if the thread was interrupted
     */
    @Nullable L await(long deadlineNs, boolean waitForReady) throws InterruptedException;

    /**
     * Waits for a connection without a thread.
     * @param waitForReady whether to go on waiting after an attempt failed
     * @return completes, on the thread that connects, with the connection or with an
     * {@link RpcException}: not executed
     */
    CompletableFuture<L> whenReady(boolean waitForReady);

    /**
     * Why the last attempt to connect failed.
     * @return its error, or {@code null} if there was none since the last connection
     */
    @Nullable RpcException failure();

    /**
     * How it stands, for whoever looks after the application.
     * @return a snapshot
     */
    SessionStatus status();

    /**
     * What belongs to the connections that have not ended, the current one and those that
     * finish their calls.
     * @return a snapshot
     */
    List<L> links();

    /**
     * Dials at once if there is no connection, whatever the backoff says. Does nothing if
     * it is closed.
     */
    void dialNow();

    /**
     * Takes the connection out of use without dialling another, and ends dialling that
     * nobody waits for: the next call dials. Does nothing if it is closed.
     * @return what belongs to the connection, to be ended, or {@code null} if there was
     * none
     */
    @Nullable L rest();

    /**
     * Takes a connection out of use for new calls, and has another one take its place if
     * that is possible. Told when it ended or is about to.
     * @param link the one
     * @param ended whether nothing of it is left
     */
    void retire(L link, boolean ended);

    /**
     * The same for a peer that asks to go elsewhere: what has taken its place is dialled
     * at once, unless this one was hardly there.
     * @param link the one
     */
    void leave(L link);

    /**
     * Ends all connections, and refuses to make others. Any thread, any number of times;
     * never blocks.
     */
    @Override
    void close();

}
