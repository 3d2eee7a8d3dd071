package io.github.shmrpc.benchmarks.peer;

import java.io.Closeable;
import java.time.Duration;

/** Blocking calls of one thread. */
public interface Caller extends Closeable {

    /** How long the handler of {@link #callBlocking} blocks its thread. */
    Duration BLOCKED = Duration.ofMillis(10);

    /**
     * Sends the request and waits for its response.
     * @param request the whole array is sent; not kept after return
     * @return the response; the caller of this method may read its first
     * {@code request.length} bytes until the next call
     */
    byte[] call(byte[] request) throws Exception;

    /**
     * The same with a handler that blocks for {@link #BLOCKED} before it answers; only
     * asked for where {@link PeerLimits#blockingHandlers()} says so.
     */
    default byte[] callBlocking(byte[] request) throws Exception {
        throw new UnsupportedOperationException(getClass().getSimpleName() + " has no handlers that block");
    }

}
