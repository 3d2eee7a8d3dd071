package io.github.shmrpc.client.link;

/**
 * Who takes in what comes back on a connection, and how threads wait for it. Any thread.
 */
interface Replies {

    /** How a wait ended. */
    enum Wait {

        DONE, EXPIRED, INTERRUPTED,

        /** The reply takes long, and somebody else wants to poll. */
        OVERTAKEN

    }

    /** Frames may come from now on. */
    void start();

    /**
     * The current thread is about to make a call that it will wait for.
     * @param method what it calls, for the error
     * @throws io.github.shmrpc.RpcException FAILED_PRECONDITION, not executed: it must
     * not wait
     */
    void beforeWait(String method);

    /**
     * Waits for a call of the current thread.
     * @param call sent
     */
    Wait await(BlockingCall call);

    /**
     * Takes in what there is, if that is up to the current thread: while it waits for
     * room.
     * @return whether there was something
     */
    boolean helpOnce();

    /**
     * Does what the current thread can for a call that it waits for in some other way.
     * @param untilNs until when at most, on the clock of {@link System#nanoTime()}
     */
    void help(DependentCall call, long untilNs);

    /** An asynchronous call is about to be sent. */
    void addCall();

    /**
     * It was sent.
     * @param deadlineNs when it is to be ended
     */
    void sentCall(long deadlineNs);

    /** It has ended, or was not sent after all. */
    void removeCall();

    /** Somebody else than who polls has changed what a call waits for. */
    void wakeup();

    /** This side has closed the connection. */
    void interrupt();

    /**
     * The connection has reported its end: no frame will come. For the holder of the poll
     * role.
     */
    void end();

    boolean hasEnded();

    /**
     * Takes in what has come, for an application that comes for replies itself.
     * @return how many frames that were
     */
    int pollSome(int limit);

    /** A thread waits for a reply that the application would come for otherwise. */
    void wakeReader();

}
