package io.github.shmrpc.transport;

import java.time.Instant;

import io.github.shmrpc.PeerInfo;
import org.jspecify.annotations.Nullable;

/**
 * A connection of a server or a channel at a moment.
 *
 * @param peer who is on the other end
 * @param opened when it was made
 * @param callsInFlight calls that have not ended; at a server, those that take long or
 * whose answer comes later: one that a polling thread has just begun is not among them
 * @param usage what it carried, or {@code null} if its carrier does not tell
 */
public record ConnectionStatus(PeerInfo peer, Instant opened, int callsInFlight, @Nullable ConnectionUsage usage) {
}
