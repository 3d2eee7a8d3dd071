package io.github.shmrpc;

/**
 * Who is on the other end of a connection.
 *
 * @param name what the peer calls itself in the handshake: for logs, never for decisions
 * @param user the Unix user as the kernel tells it, or {@code local} within one JVM
 * @param carrier {@code shm}, {@code unix} or {@code inproc}
 * @param connectionId a number that is unique in this JVM
 */
public record PeerInfo(String name, String user, String carrier, long connectionId) {
}
