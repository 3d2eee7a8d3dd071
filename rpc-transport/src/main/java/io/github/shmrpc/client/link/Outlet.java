package io.github.shmrpc.client.link;

import java.util.function.Consumer;

import io.github.shmrpc.protocol.FrameBacklog;
import io.github.shmrpc.transport.ConnectionClosedException;

/**
 * The frames of a connection that the server has no room for yet. Whoever holds the poll
 * role sends them off.
 */
final class Outlet {

    private static final long FLUSH_INTERVAL_NS = 1_000_000;

    private final FrameBacklog backlog;

    private final Consumer<String> whenExcessive;

    /**
     * What sends off a backlog.
     * @param backlog of the connection
     * @param whenExcessive gets what the server has done that takes nothing any more
     */
    Outlet(FrameBacklog backlog, Consumer<String> whenExcessive) {
        this.backlog = backlog;
        this.whenExcessive = whenExcessive;
    }

    /** Any thread. */
    boolean isOccupied() {
        return backlog.isOccupied();
    }

    /** Sends what there is room for; the role is held. */
    void flush() {
        try {
            backlog.flush();
            String excess = backlog.excess();
            if (excess != null) {
                backlog.close();
                whenExcessive.accept(excess);
            }
        }
        catch (ConnectionClosedException gone) {
            backlog.close();
        }
    }

    /** Drops everything. */
    void close() {
        backlog.close();
    }

    /**
     * How long to wait for something to poll.
     * @param timeoutNs at most
     * @return no longer than until the next flush
     */
    long until(long timeoutNs) {
        return isOccupied() ? Math.min(timeoutNs, FLUSH_INTERVAL_NS) : timeoutNs;
    }

}
