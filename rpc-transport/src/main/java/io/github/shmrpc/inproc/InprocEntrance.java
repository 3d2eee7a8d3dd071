package io.github.shmrpc.inproc;

import java.io.IOException;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.PeerInfo;
import io.github.shmrpc.RemotePeer;
import io.github.shmrpc.transport.Acceptor;
import io.github.shmrpc.transport.Connection;
import io.github.shmrpc.transport.ConnectionHandler;
import io.github.shmrpc.transport.ConnectionIds;
import io.github.shmrpc.transport.Dialled;
import io.github.shmrpc.transport.Poller;
import io.github.shmrpc.transport.TransportOptions;
import org.jspecify.annotations.Nullable;

/**
 * An acceptor with connections within the JVM beside its own: for what brings a server
 * peers on another way, and speaks to it in their names. Thread-safe.
 */
public final class InprocEntrance implements Acceptor {

    private final Acceptor own;

    private final JointPoller poller;

    private final InprocAcceptor entrance;

    /**
     * An entrance beside what an acceptor accepts.
     * @param own stopped and closed with this one
     * @param options limits of the connections within the JVM
     * @param handler is told of them
     */
    public InprocEntrance(Acceptor own, TransportOptions options, ConnectionHandler handler) {
        this.own = own;
        this.poller = new JointPoller(own.poller(), handler::peerWaiting);
        this.entrance = new InprocAcceptor(own.endpoint(), options, handler, poller.ends(), poller);
    }

    /**
     * Connects a peer. Never blocks.
     * @param name of the peer
     * @param user who it is
     * @param carrier how it has come
     * @param remote what is known of it
     * @param dialler limits and waiting of the end that is returned
     * @param diallerHandler is told when that has ended
     * @return the peer's end
     * @throws IOException if no more peers are accepted, or there are too many
     */
    public Dialled connect(String name, String user, String carrier, RemotePeer remote, TransportOptions dialler,
            ConnectionHandler diallerHandler) throws IOException {
        return accepted(entrance.accept(dialler,
                new PeerInfo(name, user, carrier, ConnectionIds.next(), dialler.services(), remote), diallerHandler));
    }

    /**
     * Connects a peer that sends and takes frames from elsewhere: nobody waits at its
     * end. Never blocks.
     * @param peer as the server sees it
     * @param dialler limits of the end that is returned
     * @param diallerHandler is told when that has ended
     * @param poller of that end
     * @return the peer's end
     * @throws IOException if no more peers are accepted, or there are too many
     */
    public Connection connect(PeerInfo peer, TransportOptions dialler, ConnectionHandler diallerHandler,
            ToldPoller poller) throws IOException {
        return accepted(entrance.accept(dialler, peer, diallerHandler, poller.ends(), poller, true)).connection();
    }

    private Dialled accepted(@Nullable Dialled dialled) throws IOException {
        if (dialled == null) {
            throw new IOException("Server on " + endpoint() + " is stopping");
        }
        return dialled;
    }

    @Override
    public Endpoint endpoint() {
        return own.endpoint();
    }

    @Override
    public Poller poller() {
        return poller;
    }

    @Override
    public boolean tellsWaiting() {
        return own.tellsWaiting();
    }

    @Override
    public void stopAccepting() {
        entrance.stopAccepting();
        own.stopAccepting();
    }

    @Override
    public void close() {
        entrance.close();
        own.close();
    }

}
