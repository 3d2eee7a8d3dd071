package io.github.shmrpc;

/** Where a handler runs. */
public enum Dispatch {

    /**
     * As the enclosing level says: method, then endpoint, then server; {@link #ADAPTIVE}
     * in the end.
     */
    INHERIT,

    /**
     * On the polling thread; if it takes longer than about 200 µs, another thread goes on
     * polling. Handlers may block; they may run concurrently with others, and answers may
     * overtake.
     */
    ADAPTIVE,

    /**
     * On the polling thread, which serves nobody else until the handler returns: for
     * handlers that never block.
     */
    INLINE,

    /** On the server's executor: for handlers known to block. */
    EXECUTOR,

    /**
     * On a thread of the application's own, which comes for calls by
     * {@code RpcServer.poll}: for handlers that share their state with a game's tick.
     * Calls wait for it in a bounded queue, in the order of their arrival.
     */
    POLLED,

    /**
     * On the server's executor, one after the other for each {@link RpcKey key}, in the
     * order of their arrival; calls with different keys run beside each other. A handler
     * that replies by a stage keeps its key busy until that is complete.
     */
    SERIAL

}
