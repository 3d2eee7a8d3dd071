package io.github.shmrpc.grpc.remote;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Pattern;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.grpc.relay.WireFailure;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ManagedChannelRegistry;
import io.grpc.TlsChannelCredentials;

/**
 * An endpoint as grpc-java dials it.
 *
 * @param endpoint as given
 * @param hosts with their ports, one or more
 * @param settings how
 */
record Target(Endpoint endpoint, List<String> hosts, RemoteSettings settings) {

    private static final Pattern LOOPBACK = Pattern.compile("(.*\\.)?localhost|127(\\.[0-9]{1,3}){3}|\\[::1]");

    private static final Duration KEEP_ALIVE_TIMEOUT = Duration.ofSeconds(10);

    /** Beyond what gRPC takes for never. */
    private static final long NEVER_DAYS = 10_000;

    private static final Map<String, ?> ANY_ONE = Map.of("loadBalancingConfig",
            List.of(Map.of("pick_first", Map.of("shuffleAddressList", true))));

    /**
     * Reads an endpoint.
     * @throws IllegalArgumentException if it may not be dialled with these settings
     */
    static Target of(Endpoint endpoint, RemoteSettings settings) {
        String hosts = endpoint.address().substring(endpoint.scheme().equals(GrpcTransport.DNS) ? 3 : 2);
        Target target = new Target(endpoint, List.of(hosts.split(",", -1)), settings);
        if (endpoint.scheme().equals(GrpcTransport.PLAIN) && !settings.plaintext()) {
            target.requireLoopback();
        }
        return target;
    }

    private void requireLoopback() {
        for (String host : hosts) {
            if (!LOOPBACK.matcher(host(host)).matches()) {
                throw new IllegalArgumentException("Endpoint " + endpoint + " leaves this host without TLS, at '" + host
                        + "': use grpcs://, or set plaintext: true if whoever is on that network may read and change all calls");
            }
        }
    }

    boolean isTls() {
        return endpoint.scheme().equals(GrpcTransport.TLS)
                || (endpoint.scheme().equals(GrpcTransport.DNS) && !settings.plaintext());
    }

    /**
     * What makes a channel, which dials when it is asked to.
     * @throws NoGrpcTransportException if nothing can carry it
     */
    ManagedChannelBuilder<?> newChannel() {
        return newChannel(false);
    }

    /**
     * The same with one of several servers for all calls: any one that is there.
     * @throws NoGrpcTransportException if nothing can carry it
     */
    ManagedChannelBuilder<?> newChannelToOne() {
        return newChannel(true);
    }

    private ManagedChannelBuilder<?> newChannel(boolean toOne) {
        try {
            ManagedChannelBuilder<?> channel = builder(credentials()).idleTimeout(NEVER_DAYS, TimeUnit.DAYS)
                .userAgent(WireFailure.USER_AGENT);
            boolean several = hosts.size() > 1 || endpoint.scheme().equals(GrpcTransport.DNS);
            if (toOne) {
                channel.defaultServiceConfig(ANY_ONE);
            }
            else if (!settings.loadBalancing().isEmpty() || several) {
                channel.defaultLoadBalancingPolicy(
                        settings.loadBalancing().isEmpty() ? "round_robin" : settings.loadBalancing());
            }
            if (!settings.keepAlive().isZero()) {
                channel.keepAliveTime(settings.keepAlive().toNanos(), TimeUnit.NANOSECONDS)
                    .keepAliveTimeout(KEEP_ALIVE_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS);
            }
            settings.customizer().accept(channel);
            return channel;
        }
        catch (ManagedChannelRegistry.ProviderNotFoundException nobody) {
            throw new NoGrpcTransportException(endpoint.toString(), nobody);
        }
    }

    private ManagedChannelBuilder<?> builder(ChannelCredentials credentials) {
        if (endpoint.scheme().equals(GrpcTransport.DNS)) {
            return Grpc.newChannelBuilder(endpoint.toString(), credentials);
        }
        if (hosts.size() > 1) {
            return Grpc.newChannelBuilder(HostsResolver.target(hosts), credentials);
        }
        String only = hosts.get(0);
        return Grpc.newChannelBuilderForAddress(host(only), port(only), credentials);
    }

    private ChannelCredentials credentials() {
        if (!isTls()) {
            return InsecureChannelCredentials.create();
        }
        Supplier<ChannelCredentials> own = settings.credentials();
        return own == null ? TlsChannelCredentials.create() : own.get();
    }

    static String host(String hostAndPort) {
        return hostAndPort.substring(0, hostAndPort.lastIndexOf(':'));
    }

    static int port(String hostAndPort) {
        return Integer.parseInt(hostAndPort.substring(hostAndPort.lastIndexOf(':') + 1));
    }

}
