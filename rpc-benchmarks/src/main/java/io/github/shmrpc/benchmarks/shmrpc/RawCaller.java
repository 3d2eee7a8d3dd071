package io.github.shmrpc.benchmarks.shmrpc;

import java.nio.ByteBuffer;

import io.github.shmrpc.benchmarks.peer.Caller;
import io.github.shmrpc.client.RawMethod;
import io.github.shmrpc.client.RpcChannel;

/** Small messages through reused buffers, others as arrays. For one thread. */
final class RawCaller implements Caller {

    private static final int LONGEST_SMALL = 4096;

    private final RpcChannel channel;

    private final RawMethod echo;

    private final RawMethod echoLate;

    private final ByteBuffer requestBuffer = ByteBuffer.allocate(LONGEST_SMALL);

    private final ByteBuffer responseBuffer = ByteBuffer.allocate(LONGEST_SMALL);

    RawCaller(RpcChannel channel) {
        this.channel = channel;
        echo = channel.rawMethod(RawEcho.ECHO);
        echoLate = channel.rawMethod(RawEcho.ECHO_LATE);
    }

    @Override
    public byte[] call(byte[] request) {
        return (request.length <= LONGEST_SMALL) ? call(echo, request)
                : channel.call(RawEcho.ECHO, request, byte[].class);
    }

    @Override
    public byte[] callBlocking(byte[] request) {
        return (request.length <= LONGEST_SMALL) ? call(echoLate, request)
                : channel.call(RawEcho.ECHO_LATE, request, byte[].class);
    }

    private byte[] call(RawMethod method, byte[] request) {
        requestBuffer.clear().put(request).flip();
        int length = method.call(requestBuffer, responseBuffer.clear());
        if (length != request.length) {
            throw new IllegalStateException("A request of " + request.length + " bytes has a response of " + length);
        }
        return responseBuffer.array();
    }

    @Override
    public void close() {
        // The channel belongs to the client.
    }

}
