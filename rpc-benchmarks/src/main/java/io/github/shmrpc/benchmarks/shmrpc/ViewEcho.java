package io.github.shmrpc.benchmarks.shmrpc;

import java.nio.ByteBuffer;

import io.github.shmrpc.ReplyBuffer;

/** Answers each request with its own bytes, read and written where they lie. */
public final class ViewEcho {

    static final String SERVICE = "RawEcho";

    /**
     * Answers at once.
     * @param request any bytes
     * @param reply gets the same
     */
    public void echo(ByteBuffer request, ReplyBuffer reply) {
        reply.allocate(request.remaining()).put(request);
    }

}
