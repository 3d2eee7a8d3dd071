package io.github.shmrpc.session;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

/** What the layer above keeps for one connection. Any thread. */
public interface Link {

    /** Told once, after the session made it current: from here on it may be polled. */
    void start();

    /**
     * The connection has ended. Called by the holder of the poll role, from within a
     * poll.
     * @param cause what was wrong, or {@code null}
     */
    void ended(@Nullable IOException cause);

    /** Ends the connection and all that it carries. Any number of times; never blocks. */
    void close();

}
