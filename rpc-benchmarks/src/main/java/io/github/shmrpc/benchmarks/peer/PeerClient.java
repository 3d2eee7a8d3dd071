package io.github.shmrpc.benchmarks.peer;

import java.io.Closeable;

/**
 * A client of one server. What callers share (a channel, a connection pool) belongs to
 * the client. At most one of the two kinds of caller is open at a time, except that
 * several blocking callers may be.
 */
public interface PeerClient extends Closeable {

    /** A new caller for one thread. Called by any thread. */
    Caller openCaller() throws Exception;

    /**
     * A new asynchronous caller; only asked for where {@link PeerLimits#async()} says so.
     */
    default AsyncCaller openAsyncCaller() throws Exception {
        throw new UnsupportedOperationException(getClass().getSimpleName() + " has no asynchronous calls");
    }

}
