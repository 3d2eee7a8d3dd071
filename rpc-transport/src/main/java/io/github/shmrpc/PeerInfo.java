package io.github.shmrpc;

import java.util.List;

/**
 * Who is on the other end of a connection.
 *
 * @param name what the peer calls itself in the handshake: for logs, never for decisions
 * @param user the Unix user as the kernel tells it, or {@code local} within one JVM
 * @param carrier {@code shm}, {@code unix} or {@code inproc}
 * @param connectionId a number that is unique in this JVM
 * @param services names of the services that a client lets the server call, as it says in
 * the handshake; empty for a server
 */
public record PeerInfo(String name, String user, String carrier, long connectionId, List<String> services) {

    public PeerInfo {
        services = List.copyOf(services);
    }

    /** A peer that offers no services to be called. */
    public PeerInfo(String name, String user, String carrier, long connectionId) {
        this(name, user, carrier, connectionId, List.of());
    }

}
