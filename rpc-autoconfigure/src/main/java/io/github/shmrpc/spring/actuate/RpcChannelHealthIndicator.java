package io.github.shmrpc.spring.actuate;

import java.util.function.Supplier;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.client.ChannelState;
import io.github.shmrpc.client.ChannelStatus;
import io.github.shmrpc.client.RpcChannel;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Health of a channel: UP while it is connected, DOWN while its server cannot be reached
 * or does not respond, OUT_OF_SERVICE once it is closed, and UNKNOWN before its first
 * call and while it connects, as nothing is wrong then. Never connects by itself.
 */
final class RpcChannelHealthIndicator extends AbstractHealthIndicator {

    private final Endpoint endpoint;

    private final Supplier<@Nullable RpcChannel> channel;

    /**
     * An indicator.
     * @param endpoint of the channel
     * @param channel gives {@code null} as long as nobody has used it
     */
    RpcChannelHealthIndicator(Endpoint endpoint, Supplier<@Nullable RpcChannel> channel) {
        super("RPC channel health check failed");
        this.endpoint = endpoint;
        this.channel = channel;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        builder.withDetail("endpoint", endpoint.toString());
        RpcChannel made = channel.get();
        if (made == null) {
            builder.unknown().withDetail("state", ChannelState.IDLE);
            return;
        }
        ChannelStatus status = made.status();
        switch (status.state()) {
            case READY -> builder.up();
            case IDLE, CONNECTING -> builder.unknown();
            case UNRESPONSIVE, TRANSIENT_FAILURE -> builder.down();
            case SHUTDOWN -> builder.outOfService();
        }
        builder.withDetail("state", status.state()).withDetail("since", status.since());
        if (status.failure() != null) {
            builder.withDetail("error", String.valueOf(status.failure().getMessage()));
        }
    }

}
