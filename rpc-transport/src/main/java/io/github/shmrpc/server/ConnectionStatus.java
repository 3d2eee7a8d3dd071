package io.github.shmrpc.server;

import java.time.Instant;

import io.github.shmrpc.PeerInfo;
import io.github.shmrpc.transport.ConnectionUsage;
import org.jspecify.annotations.Nullable;

/**
 * A connection of a server at a moment.
 *
 * @param peer who is on the other end
 * @param opened when it was accepted
 * @param callsInFlight calls that take long or whose answer comes later; one that a
 * polling thread has just begun is not among them
 * @param usage what it carried, or {@code null} if its carrier does not tell
 */
public record ConnectionStatus(PeerInfo peer, Instant opened, int callsInFlight, @Nullable ConnectionUsage usage) {
}
