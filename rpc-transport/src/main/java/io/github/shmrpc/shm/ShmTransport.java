package io.github.shmrpc.shm;

import java.io.IOException;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.transport.Acceptor;
import io.github.shmrpc.transport.ConnectionHandler;
import io.github.shmrpc.transport.Dialled;
import io.github.shmrpc.transport.Transport;
import io.github.shmrpc.transport.TransportOptions;
import io.github.shmrpc.unix.Dialler;
import io.github.shmrpc.unix.MemoryCarrier;
import io.github.shmrpc.unix.SocketAcceptor;

/**
 * Frames through shared memory: {@code shm:/path}, where the path is that of the socket
 * to shake hands on.
 */
public final class ShmTransport implements Transport {

    private static final MemoryCarrier MEMORY = new ShmCarrier();

    @Override
    public String scheme() {
        return "shm";
    }

    @Override
    public Dialled connect(Endpoint endpoint, TransportOptions options, ConnectionHandler handler) throws IOException {
        return Dialler.dial(endpoint, options, handler, MEMORY);
    }

    @Override
    public Acceptor listen(Endpoint endpoint, TransportOptions options, ConnectionHandler handler) throws IOException {
        return SocketAcceptor.listen(endpoint, options, handler, MEMORY);
    }

}
