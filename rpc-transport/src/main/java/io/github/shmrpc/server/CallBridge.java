package io.github.shmrpc.server;

import io.github.shmrpc.transport.InboundFrame;

/**
 * Serves calls by their frames, whatever their methods are called: what bridges to other
 * call models are made of. Methods of handlers that are registered come first.
 * Thread-safe.
 */
public interface CallBridge {

    /**
     * Begins to serve a call. On the thread that the server's dispatch says; like a
     * handler it may take its time, and may answer now or later.
     * @param call to be answered once, in any way that it ends
     * @param request its REQUEST, without a message if the caller streams; valid during
     * this call
     * @throws RuntimeException that nothing else is done about: the call is answered with
     * UNKNOWN
     */
    void serve(ServedCall call, InboundFrame request);

}
