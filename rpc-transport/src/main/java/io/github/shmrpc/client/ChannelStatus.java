package io.github.shmrpc.client;

import java.time.Instant;
import java.util.List;

import io.github.shmrpc.PeerInfo;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.transport.ConnectionStatus;
import io.github.shmrpc.transport.Traffic;
import org.jspecify.annotations.Nullable;

/**
 * How a channel stood at a moment, for health, metrics and people.
 *
 * @param state the best of its connections
 * @param since when that connection came to this state
 * @param failure why the last attempt to connect failed, or {@code null} if there was
 * none since the last connection
 * @param connections those that are open
 * @param callsInFlight calls that were sent and have not ended
 * @param reconnects connections made after the first ones
 * @param failedConnects attempts to connect that failed
 * @param lateReplies replies that came after their calls were given up
 * @param traffic what its connections have carried
 */
public record ChannelStatus(ChannelState state, Instant since, @Nullable RpcException failure,
        List<ConnectionStatus> connections, int callsInFlight, long reconnects, long failedConnects, long lateReplies,
        Traffic traffic) {

    public ChannelStatus {
        connections = List.copyOf(connections);
    }

    /**
     * Who is on the other end of each open connection.
     * @return the servers
     */
    public List<PeerInfo> servers() {
        return connections.stream().map(ConnectionStatus::peer).toList();
    }

}
