package io.github.shmrpc.benchmarks.peer;

import java.io.Closeable;

/** Blocking calls of one thread. */
public interface Caller extends Closeable {

    /**
     * Sends the request and waits for its response.
     * @param request the whole array is sent; not kept after return
     * @return the response; the caller of this method may read its first
     * {@code request.length} bytes until the next call
     */
    byte[] call(byte[] request) throws Exception;

}
