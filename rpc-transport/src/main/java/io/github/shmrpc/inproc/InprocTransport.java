package io.github.shmrpc.inproc;

import java.io.IOException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.transport.Acceptor;
import io.github.shmrpc.transport.ConnectionHandler;
import io.github.shmrpc.transport.Dialled;
import io.github.shmrpc.transport.Transport;
import io.github.shmrpc.transport.TransportOptions;

/**
 * Carries frames within one JVM: {@code inproc:name}. No file, no thread, no copy through
 * the kernel. Names belong to the class loader that loaded this class.
 */
public final class InprocTransport implements Transport {

    static final String SCHEME = "inproc";

    private static final ConcurrentMap<String, InprocAcceptor> LISTENING = new ConcurrentHashMap<>();

    @Override
    public String scheme() {
        return SCHEME;
    }

    @Override
    public Dialled connect(Endpoint endpoint, TransportOptions options, ConnectionHandler handler) throws IOException {
        while (true) {
            InprocAcceptor acceptor = LISTENING.get(endpoint.address());
            if (acceptor == null) {
                throw nobodyListens(endpoint);
            }
            Dialled dialled = acceptor.accept(options, InprocAcceptor.local(options), handler);
            if (dialled != null) {
                return dialled;
            }
            if (LISTENING.get(endpoint.address()) == acceptor) {
                throw nobodyListens(endpoint);
            }
        }
    }

    @Override
    public Acceptor listen(Endpoint endpoint, TransportOptions options, ConnectionHandler handler) throws IOException {
        InprocAcceptor acceptor = InprocAcceptor.at(endpoint, options, handler);
        if (options.takeOver()) {
            InprocAcceptor before = LISTENING.put(endpoint.address(), acceptor);
            if (before != null) {
                before.replaced();
            }
        }
        else if (LISTENING.putIfAbsent(endpoint.address(), acceptor) != null) {
            throw new IOException("Endpoint " + endpoint
                    + " is in use: a server in this JVM listens on it. Stop that server, or choose another name");
        }
        return acceptor;
    }

    static void remove(InprocAcceptor acceptor) {
        LISTENING.remove(acceptor.endpoint().address(), acceptor);
    }

    static IOException nobodyListens(Endpoint endpoint) {
        return new IOException("No server listens on " + endpoint
                + " in this JVM: start it first, or use a shm or unix endpoint to reach another process");
    }

}
