package io.github.shmrpc.benchmarks.shmrpc;

import java.nio.ByteBuffer;

import io.github.shmrpc.benchmarks.peer.Caller;
import io.github.shmrpc.client.RawMethod;
import io.github.shmrpc.client.RpcChannel;

/**
 * Messages of all sizes out of the buffer in which the caller has them, and into one that
 * is used again. For one thread.
 */
final class BufferCaller implements Caller {

    private final RawMethod echo;

    // Around the array that was sent last.
    private ByteBuffer request = ByteBuffer.allocate(0);

    private ByteBuffer response = ByteBuffer.allocate(0);

    BufferCaller(RpcChannel channel) {
        echo = channel.rawMethod(RawEcho.ECHO);
    }

    @Override
    public byte[] call(byte[] bytes) {
        if (request.array() != bytes) {
            request = ByteBuffer.wrap(bytes);
        }
        if (response.capacity() < bytes.length) {
            response = ByteBuffer.allocate(bytes.length);
        }
        int length = echo.call(request.clear(), response.clear());
        if (length != bytes.length) {
            throw new IllegalStateException("A request of " + bytes.length + " bytes has a response of " + length);
        }
        return response.array();
    }

    @Override
    public void close() {
        // The channel belongs to the client.
    }

}
