package io.github.shmrpc.duplex;

import java.util.concurrent.Executor;

import io.github.shmrpc.RpcException;

/** A peer that has dialled, for the half that calls it. Any thread. */
public interface AcceptedPeer {

    Duplex duplex();

    /**
     * Names it in messages.
     * @return for people
     */
    String describe();

    /**
     * Where the application's code of streams runs.
     * @return runs each task on another thread
     */
    Executor executor();

    /**
     * The current thread is about to wait for the peer: has another one poll, if it is
     * the one that does.
     * @param what it waits for, for the error
     * @throws RpcException FAILED_PRECONDITION, not executed: no other thread can
     */
    void beforeWait(String what);

    /**
     * Runs a task later.
     * @param task short
     * @param delayNs in nanoseconds
     */
    void schedule(Runnable task, long delayNs);

    /** Messages wait for room: somebody is to come back for them. */
    void occupied();

    /** They do not any more. */
    void vacant();

}
