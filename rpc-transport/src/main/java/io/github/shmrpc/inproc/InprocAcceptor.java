package io.github.shmrpc.inproc;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.transport.Acceptor;
import io.github.shmrpc.transport.ConnectionHandler;
import io.github.shmrpc.transport.Dialled;
import io.github.shmrpc.transport.Poller;
import io.github.shmrpc.transport.TransportOptions;
import org.jspecify.annotations.Nullable;

/** A listening name. Its lock guards who is connected; no callback runs under it. */
final class InprocAcceptor implements Acceptor {

    private final Endpoint endpoint;

    private final TransportOptions options;

    private final ConnectionHandler handler;

    private final InprocPoller poller;

    // Under the lock of this object.
    private final Set<InprocConnection> connections = new HashSet<>();

    private boolean accepting = true;

    InprocAcceptor(Endpoint endpoint, TransportOptions options, ConnectionHandler handler) {
        this.endpoint = endpoint;
        this.options = options;
        this.handler = handler;
        this.poller = new InprocPoller(options.waitMode(), options.serverSpin());
    }

    /**
     * Connects a dialler. By its thread.
     * @return the dialler's end, {@code null} if it accepts nobody any more
     */
    @Nullable Dialled accept(TransportOptions dialler, ConnectionHandler diallerHandler) throws IOException {
        InprocPoller diallerPoller = new InprocPoller(dialler.waitMode(), dialler.clientSpin());
        int maxFrameLength = Math.min(options.maxFrameLength(), dialler.maxFrameLength());
        InprocConnection dialled = new InprocConnection(options, maxFrameLength, diallerPoller, diallerHandler);
        InprocConnection accepted = new InprocConnection(dialler, maxFrameLength, poller, handler, this::remove);
        InprocConnection.join(dialled, accepted);
        if (!add(accepted)) {
            return null;
        }
        handler.opened(accepted);
        return new Dialled(dialled, diallerPoller);
    }

    private synchronized boolean add(InprocConnection connection) throws IOException {
        if (!accepting) {
            return false;
        }
        if (connections.size() >= options.maxConnections()) {
            throw new IOException("Server on " + endpoint + " refused the connection: it has "
                    + options.maxConnections() + " connections, its limit (maxConnections)");
        }
        connections.add(connection);
        return true;
    }

    private synchronized void remove(InprocConnection connection) {
        connections.remove(connection);
    }

    @Override
    public Endpoint endpoint() {
        return endpoint;
    }

    @Override
    public Poller poller() {
        return poller;
    }

    @Override
    public boolean tellsWaiting() {
        return false;
    }

    /** Another acceptor has its name now. */
    void replaced() {
        synchronized (this) {
            accepting = false;
        }
        handler.replaced();
    }

    @Override
    public void stopAccepting() {
        synchronized (this) {
            accepting = false;
        }
        InprocTransport.remove(this);
    }

    @Override
    public void close() {
        stopAccepting();
        for (InprocConnection connection : removeAll()) {
            connection.terminate();
        }
    }

    private synchronized List<InprocConnection> removeAll() {
        List<InprocConnection> removed = List.copyOf(connections);
        connections.clear();
        return removed;
    }

}
