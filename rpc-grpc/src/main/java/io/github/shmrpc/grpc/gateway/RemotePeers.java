package io.github.shmrpc.grpc.gateway;

import java.net.SocketAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

import io.github.shmrpc.PeerInfo;
import io.github.shmrpc.RemotePeer;
import io.github.shmrpc.inproc.InprocEntrance;
import io.github.shmrpc.logging.RateLimitedLog;
import io.github.shmrpc.server.ServerOptions;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.ServerTransportFilter;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Gives each HTTP/2 connection a connection to the server, for as long as it lasts. Any
 * thread.
 */
final class RemotePeers extends ServerTransportFilter {

    /** Who makes the calls of an HTTP/2 connection. */
    static final Attributes.Key<PeerConnection> CONNECTION = Attributes.Key.create("shmrpc-peer");

    private static final RateLimitedLog LOG = new RateLimitedLog(LoggerFactory.getLogger(GrpcGateway.class),
            System::nanoTime);

    private final InprocEntrance entrance;

    private final ServerOptions options;

    private final int maxConnections;

    private final Set<PeerConnection> connections = ConcurrentHashMap.newKeySet();

    RemotePeers(InprocEntrance entrance, ServerOptions options, int maxConnections) {
        this.entrance = entrance;
        this.options = options;
        this.maxConnections = maxConnections;
    }

    @Override
    public Attributes transportReady(Attributes transport) {
        RemotePeer peer = new RemotePeer(Objects.requireNonNull(transport.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)),
                certificates(transport.get(Grpc.TRANSPORT_ATTR_SSL_SESSION)));
        // Two at the same time may both be the last one, of which the entrance takes one.
        if (connections.size() >= maxConnections) {
            LOG.warn("connections", "A client on the network is not served, as there are " + maxConnections
                    + " already (maxConnections): " + name(peer.address()));
            return transport;
        }
        PeerConnection connection = new PeerConnection(entrance, name(peer.address()), user(peer), peer, options);
        connections.add(connection);
        return transport.toBuilder().set(CONNECTION, connection).build();
    }

    /** There are no attributes if it ended before it was ready. */
    @Override
    public void transportTerminated(@Nullable Attributes transport) {
        PeerConnection connection = transport == null ? null : transport.get(CONNECTION);
        if (connection != null) {
            connections.remove(connection);
            connection.close();
        }
    }

    /** No more calls; those that run may end. */
    void shutdown() {
        connections.forEach(PeerConnection::shutdown);
    }

    /** What is left of them. */
    void close() {
        connections.forEach(PeerConnection::close);
    }

    private static String name(SocketAddress address) {
        String text = address.toString();
        return text.substring(text.indexOf('/') + 1);
    }

    private static String user(RemotePeer peer) {
        return peer.certificates().isEmpty() ? PeerInfo.ANONYMOUS
                : peer.certificates().get(0).getSubjectX500Principal().getName();
    }

    private static List<X509Certificate> certificates(@Nullable SSLSession session) {
        try {
            Certificate[] shown = session == null ? new Certificate[0] : session.getPeerCertificates();
            return Arrays.stream(shown).map(X509Certificate.class::cast).toList();
        }
        catch (SSLPeerUnverifiedException none) {
            return List.of();
        }
    }

}
