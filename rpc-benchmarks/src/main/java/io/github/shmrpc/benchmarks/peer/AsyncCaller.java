package io.github.shmrpc.benchmarks.peer;

import java.io.Closeable;

/** Asynchronous calls of one thread. */
public interface AsyncCaller extends Closeable {

    /**
     * Starts a call. Does not wait for the response.
     * @param token handed to the handler with the response
     * @param request the whole array is sent; not kept after return
     * @param handler gets the response once: in {@link #poll()} of a polled caller, else
     * on a thread of the peer's
     * @return {@code false} if there is no room now; poll, then offer again
     */
    boolean offer(long token, byte[] request, ResponseHandler handler) throws Exception;

    /** Whether responses arrive only while the calling thread is in {@link #poll()}. */
    boolean isPolled();

    /**
     * Delivers the responses that have come in. Never waits.
     * @return how many were delivered; always 0 unless {@link #isPolled()}
     */
    default int poll() throws Exception {
        return 0;
    }

}
