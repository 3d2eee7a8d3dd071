package io.github.shmrpc.spring.actuate;

import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.PeerInfo;
import io.github.shmrpc.client.ChannelOptions;
import io.github.shmrpc.client.ChannelState;
import io.github.shmrpc.client.ChannelStatus;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.contract.MethodSignature;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.server.ServedMethod;
import io.github.shmrpc.server.ServerStatistics;
import io.github.shmrpc.transport.ConnectionStatus;
import io.github.shmrpc.transport.Traffic;
import io.github.shmrpc.transport.TransportOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.SanitizableData;
import org.springframework.boot.actuate.endpoint.Sanitizer;

/**
 * Describes server and channels, with what identifies paths, peers and users behind a
 * sanitizer.
 *
 * @param sanitizer of Boot, with the application's functions
 * @param show whether values are shown as they are
 */
record RpcDescriptions(Sanitizer sanitizer, boolean show) {

    private static final String SERVER = "rpc.server.";

    private static final String CHANNELS = "rpc.client.channels.";

    RpcDescriptor.Server server(RpcServer server) {
        Map<String, List<RpcDescriptor.Method>> services = new TreeMap<>();
        for (ServedMethod method : server.servedMethods()) {
            String service = method.name().substring(0, method.name().lastIndexOf('/'));
            services.computeIfAbsent(service, (unknown) -> new ArrayList<>()).add(method(method));
        }
        return new RpcDescriptor.Server(sanitized(SERVER + "endpoint", server.endpoint()), server.state(),
                server.callsInFlight(), services, connections(SERVER, server.connections()),
                statistics(server.statistics()));
    }

    private static RpcDescriptor.Method method(ServedMethod method) {
        return new RpcDescriptor.Method(method.name().substring(method.name().lastIndexOf('/') + 1),
                typeName(method.request()), typeName(method.reply()), method.kind(), method.asynchronous(),
                method.dispatch(), MethodSignature.describe(method.handler()));
    }

    private static @Nullable String typeName(@Nullable Type type) {
        return (type != null) ? type.getTypeName() : null;
    }

    private List<RpcDescriptor.Connection> connections(String prefix, List<ConnectionStatus> connections) {
        Instant now = Instant.now();
        return connections.stream().map((connection) -> connection(prefix, connection, now)).toList();
    }

    private RpcDescriptor.Connection connection(String prefix, ConnectionStatus connection, Instant now) {
        PeerInfo peer = connection.peer();
        return new RpcDescriptor.Connection(peer.connectionId(), sanitized(prefix + "connections.peer", peer.name()),
                sanitized(prefix + "connections.user", peer.user()), peer.carrier(), connection.opened(),
                Duration.between(connection.opened(), now), connection.callsInFlight(), connection.usage());
    }

    private static RpcDescriptor.Statistics statistics(ServerStatistics counted) {
        return new RpcDescriptor.Statistics(counted.requests(), counted.errors(), counted.takeOvers(),
                counted.protocolErrors(), counted.slowPeersClosed(), counted.rejected(), counted.traffic());
    }

    RpcDescriptor.Channel channel(String name, RpcChannel channel) {
        ChannelStatus status = channel.status();
        String prefix = CHANNELS + name + ".";
        Object error = (status.failure() != null) ? sanitized(prefix + "error", status.failure().getMessage()) : null;
        return new RpcDescriptor.Channel(sanitized(prefix + "endpoint", channel.endpoint()), status.state(),
                status.since(), error, connections(prefix, status.connections()), status.callsInFlight(),
                status.reconnects(), status.failedConnects(), status.lateReplies(), status.traffic(),
                settings(channel.options()));
    }

    /** A channel that nobody has used so far. */
    RpcDescriptor.Channel unusedChannel(String name, Endpoint endpoint, ChannelOptions options) {
        return new RpcDescriptor.Channel(sanitized(CHANNELS + name + ".endpoint", endpoint), ChannelState.IDLE, null,
                null, List.of(), 0, 0, 0, 0, Traffic.NONE, settings(options));
    }

    private static RpcDescriptor.Settings settings(ChannelOptions options) {
        TransportOptions transport = options.transport();
        Integer compressAbove = (options.compressAbove() < ChannelOptions.NEVER) ? options.compressAbove() : null;
        return new RpcDescriptor.Settings(options.timeout(), options.methods(), options.retry(),
                options.retryThrottling(), options.waitForReady(), options.connections(), options.codec(),
                options.polledReplies(), options.maxMessageLength(), compressAbove, options.maxCalls(),
                transport.handshakeTimeout(), options.initialBackoff(), options.maxBackoff(), transport.waitMode(),
                transport.clientSpin(), transport.unixFallback(), transport.hardened());
    }

    private @Nullable Object sanitized(String key, @Nullable Object value) {
        return sanitizer.sanitize(new SanitizableData(null, key, String.valueOf(value)), show);
    }

}
