package io.github.shmrpc.transport;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

/**
 * Is told of an acceptor's or a connection's life. Implementations return soon and throw
 * nothing.
 */
public interface ConnectionHandler {

    /**
     * A peer has connected. Called by the thread that accepts, before any frame of it is
     * polled.
     * @param connection the new one
     */
    default void opened(Connection connection) {
    }

    /**
     * A connection has ended, and no more frame of it will come. Called once, by the
     * holder of the poll role from {@link Poller#poll}; by the thread that accepts if the
     * acceptor was closed before it had told of the connection.
     * @param connection the one that ended
     * @param cause what was wrong, or {@code null} if this side or the peer closed it in
     * good order
     */
    default void closed(Connection connection, @Nullable IOException cause) {
    }

    /**
     * A peer waits although the poller is not asleep: it is probably held up in a
     * handler. Called by any thread, at most once a wait; only by carriers whose
     * {@link Acceptor#tellsWaiting()} is true.
     */
    default void peerWaiting() {
    }

    /**
     * Another server has taken the endpoint over, and accepts all who dial from now on.
     * No connection is opened after this. Called once, by the thread that accepts.
     */
    default void replaced() {
    }

}
