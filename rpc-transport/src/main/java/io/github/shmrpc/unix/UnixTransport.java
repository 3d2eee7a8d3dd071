package io.github.shmrpc.unix;

import java.io.IOException;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.transport.Acceptor;
import io.github.shmrpc.transport.ConnectionHandler;
import io.github.shmrpc.transport.Dialled;
import io.github.shmrpc.transport.Transport;
import io.github.shmrpc.transport.TransportOptions;

/** Frames through a Unix domain socket: {@code unix:/path}. */
public final class UnixTransport implements Transport {

    @Override
    public String scheme() {
        return "unix";
    }

    @Override
    public Dialled connect(Endpoint endpoint, TransportOptions options, ConnectionHandler handler) throws IOException {
        return Dialler.dial(endpoint, options, handler, null);
    }

    @Override
    public Acceptor listen(Endpoint endpoint, TransportOptions options, ConnectionHandler handler) throws IOException {
        return SocketAcceptor.listen(endpoint, options, handler, null);
    }

}
