package io.github.shmrpc.server.poll;

/**
 * Is told what happens, by the thread to which it happens. Returns soon, throws nothing.
 */
public interface PollListener {

    /** The role was taken from a thread that was serving. */
    void tookOver();

    /** No thread may be added to watch. */
    void capReached(int threads);

    /** User code had left a thread interrupted. */
    void interrupted();

    /** Polling failed, and goes on. */
    void pollFailed(Throwable failure);

    /** The holder has ended for this reason: nobody polls any more. */
    void died(Throwable failure);

    /** The role was given up for good: the poller is free to be closed. Called once. */
    void surrendered();

}
