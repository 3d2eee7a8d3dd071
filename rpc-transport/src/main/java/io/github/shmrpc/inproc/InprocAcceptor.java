package io.github.shmrpc.inproc;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.PeerInfo;
import io.github.shmrpc.transport.Acceptor;
import io.github.shmrpc.transport.ConnectionHandler;
import io.github.shmrpc.transport.ConnectionIds;
import io.github.shmrpc.transport.Dialled;
import io.github.shmrpc.transport.Poller;
import io.github.shmrpc.transport.TransportOptions;
import org.jspecify.annotations.Nullable;

/** A listening name. Its lock guards who is connected; no callback runs under it. */
final class InprocAcceptor implements Acceptor {

    private final Endpoint endpoint;

    private final TransportOptions options;

    private final ConnectionHandler handler;

    private final ReadyEnds ends;

    private final Poller poller;

    // Under the lock of this object.
    private final Set<InprocConnection> connections = new HashSet<>();

    private boolean accepting = true;

    /**
     * A name that is not yet listened on.
     * @param ends of the poller
     * @param poller of what is accepted
     */
    InprocAcceptor(Endpoint endpoint, TransportOptions options, ConnectionHandler handler, ReadyEnds ends,
            Poller poller) {
        this.endpoint = endpoint;
        this.options = options;
        this.handler = handler;
        this.ends = ends;
        this.poller = poller;
    }

    static InprocAcceptor at(Endpoint endpoint, TransportOptions options, ConnectionHandler handler) {
        InprocPoller poller = new InprocPoller(options.waitMode(), options.serverSpin());
        return new InprocAcceptor(endpoint, options, handler, poller.ends(), poller);
    }

    /**
     * Connects a dialler. By its thread.
     * @param peer whom this side sees
     * @return the dialler's end, {@code null} if it accepts nobody any more
     */
    @Nullable Dialled accept(TransportOptions dialler, PeerInfo peer, ConnectionHandler diallerHandler) throws IOException {
        InprocPoller diallerPoller = new InprocPoller(dialler.waitMode(), dialler.clientSpin());
        return accept(dialler, peer, diallerHandler, diallerPoller.ends(), diallerPoller, false);
    }

    /**
     * The same with another poller of the dialler's.
     * @param diallerEnds of the poller
     * @param relayed whether the frames come from another host, or go there
     */
    @Nullable Dialled accept(TransportOptions dialler, PeerInfo peer, ConnectionHandler diallerHandler, ReadyEnds diallerEnds,
            Poller diallerPoller, boolean relayed) throws IOException {
        int maxFrameLength = Math.min(options.maxFrameLength(), dialler.maxFrameLength());
        InprocConnection dialled = new InprocConnection(local(options), maxFrameLength, relayed, diallerEnds,
                diallerHandler, (ended) -> {
                });
        InprocConnection accepted = new InprocConnection(peer, maxFrameLength, relayed, ends, handler, this::remove);
        InprocConnection.join(dialled, accepted);
        if (!add(accepted)) {
            return null;
        }
        handler.opened(accepted);
        if (!contains(accepted)) {
            // It was closed meanwhile, before the handler knew of it: nobody polls its
            // end any more.
            accepted.reportClosed();
        }
        return new Dialled(dialled, diallerPoller);
    }

    /** A side in this JVM. */
    static PeerInfo local(TransportOptions side) {
        return new PeerInfo(side.name(), "local", InprocTransport.SCHEME, ConnectionIds.next(), side.services());
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

    private synchronized boolean contains(InprocConnection connection) {
        return connections.contains(connection);
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
