package io.github.shmrpc.client;

import java.time.Instant;
import java.util.List;

import io.github.shmrpc.PeerInfo;
import io.github.shmrpc.RpcException;
import org.jspecify.annotations.Nullable;

/**
 * How a channel stood at a moment, for health, metrics and people.
 *
 * @param state the best of its connections
 * @param since when that connection came to this state
 * @param failure why the last attempt to connect failed, or {@code null} if there was
 * none since the last connection
 * @param servers who is on the other end of each open connection
 * @param callsInFlight calls that were sent and have not ended
 * @param reconnects connections made after the first ones
 * @param failedConnects attempts to connect that failed
 * @param lateReplies replies that came after their calls were given up
 */
public record ChannelStatus(ChannelState state, Instant since, @Nullable RpcException failure, List<PeerInfo> servers,
        int callsInFlight, long reconnects, long failedConnects, long lateReplies) {

    public ChannelStatus {
        servers = List.copyOf(servers);
    }

}
