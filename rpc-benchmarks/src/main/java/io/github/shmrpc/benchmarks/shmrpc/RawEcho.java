package io.github.shmrpc.benchmarks.shmrpc;

import java.util.concurrent.locks.LockSupport;

import io.github.shmrpc.benchmarks.peer.Caller;

/** What the server of the raw peers serves. Any thread may call. */
public final class RawEcho {

    static final String ECHO = "RawEcho/echo";

    static final String ECHO_LATE = "RawEcho/echoLate";

    /**
     * Answers at once.
     * @param request any bytes
     * @return the same
     */
    public byte[] echo(byte[] request) {
        return request;
    }

    /**
     * Answers after {@link Caller#BLOCKED}, during which the calling thread is blocked.
     * @param request any bytes
     * @return the same
     */
    public byte[] echoLate(byte[] request) {
        long endNs = System.nanoTime() + Caller.BLOCKED.toNanos();
        for (long restNs = endNs - System.nanoTime(); restNs > 0; restNs = endNs - System.nanoTime()) {
            LockSupport.parkNanos(restNs);
        }
        return request;
    }

}
