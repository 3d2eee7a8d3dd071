package io.github.shmrpc.spring.actuate;

import java.util.function.Supplier;

import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.server.ServerState;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Health of the server: UP while it listens, OUT_OF_SERVICE while it drains and once it
 * is stopped, DOWN if it has failed.
 */
final class RpcServerHealthIndicator extends AbstractHealthIndicator {

    private final Supplier<RpcServer> server;

    /**
     * An indicator.
     * @param server asked at each check, as the server may be made last
     */
    RpcServerHealthIndicator(Supplier<RpcServer> server) {
        super("RPC server health check failed");
        this.server = server;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        RpcServer current = server.get();
        ServerState state = current.state();
        switch (state) {
            case LISTENING -> builder.up();
            case DRAINING, STOPPED -> builder.outOfService();
            case FAILED -> builder.down();
        }
        builder.withDetail("endpoint", current.endpoint().toString())
            .withDetail("state", state)
            .withDetail("connections", current.connectionCount())
            .withDetail("callsInFlight", current.callsInFlight());
    }

}
