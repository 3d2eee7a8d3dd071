package io.github.shmrpc;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Who is on the other end of a connection.
 *
 * @param name what the peer calls itself in the handshake: for logs, never for decisions
 * @param user the Unix user as the kernel tells it, or {@code local} within one JVM; of a
 * peer on the network the subject of its certificate, such as {@code CN=combat,O=game},
 * or {@value #ANONYMOUS} if it has shown none
 * @param carrier {@code shm}, {@code unix}, {@code inproc} or {@code grpc}
 * @param connectionId a number that is unique in this JVM
 * @param services names of the services that a client lets the server call, as it says in
 * the handshake; empty for a server
 * @param remote what is known of a peer on the network, {@code null} for one on this host
 */
public record PeerInfo(String name, String user, String carrier, long connectionId, List<String> services,
        @Nullable RemotePeer remote) {

    /** Nobody: no Unix user is called so, and no subject of a certificate. */
    public static final String ANONYMOUS = "?";

    public PeerInfo {
        services = List.copyOf(services);
    }

    /** A peer on this host. */
    public PeerInfo(String name, String user, String carrier, long connectionId, List<String> services) {
        this(name, user, carrier, connectionId, services, null);
    }

    /** A peer on this host that offers no services to be called. */
    public PeerInfo(String name, String user, String carrier, long connectionId) {
        this(name, user, carrier, connectionId, List.of());
    }

    /**
     * Whether it is known who the peer is.
     * @return false for one that has come over a network without a certificate
     */
    public boolean isAuthenticated() {
        return !user.equals(ANONYMOUS);
    }

}
