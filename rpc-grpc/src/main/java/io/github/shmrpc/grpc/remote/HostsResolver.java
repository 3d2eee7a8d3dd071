package io.github.shmrpc.grpc.remote;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.stream.Stream;

import io.grpc.Attributes;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.Status;
import io.grpc.StatusOr;
import org.jspecify.annotations.Nullable;

/**
 * Finds the addresses of hosts that are listed one by one. Each is its own authority,
 * which its certificate must name. Those that cannot be found are left out as long as
 * there are others. Entered by one thread at a time, as gRPC says.
 */
final class HostsResolver extends NameResolver {

    private static final String SCHEME = "shmrpc-hosts";

    static {
        NameResolverRegistry.getDefaultRegistry().register(new Provider());
    }

    private final List<String> hosts;

    private final Executor executor;

    private @Nullable Listener2 listener;

    private HostsResolver(List<String> hosts, Executor executor) {
        this.hosts = hosts;
        this.executor = executor;
    }

    /** What a channel is made for. */
    static String target(List<String> hosts) {
        return SCHEME + ":///" + URLEncoder.encode(String.join(",", hosts), StandardCharsets.UTF_8);
    }

    @Override
    public String getServiceAuthority() {
        return hosts.get(0);
    }

    @Override
    public void start(Listener2 given) {
        listener = given;
        refresh();
    }

    @Override
    public void refresh() {
        Listener2 told = Objects.requireNonNull(listener);
        executor.execute(() -> told.onResult(resolve()));
    }

    private ResolutionResult resolve() {
        List<EquivalentAddressGroup> groups = new ArrayList<>();
        IOException unknown = null;
        for (String host : hosts) {
            try {
                groups.add(group(host));
            }
            catch (UnknownHostException missing) {
                unknown = missing;
            }
        }
        ResolutionResult.Builder result = ResolutionResult.newBuilder();
        return result.setAddressesOrError(groups.isEmpty()
                ? StatusOr
                    .fromStatus(Status.UNAVAILABLE.withDescription("none of " + hosts + " is known").withCause(unknown))
                : StatusOr.fromValue(groups))
            .build();
    }

    private static EquivalentAddressGroup group(String host) throws UnknownHostException {
        List<SocketAddress> addresses = Stream.of(InetAddress.getAllByName(Target.host(host)))
            .<SocketAddress>map((address) -> new InetSocketAddress(address, Target.port(host)))
            .toList();
        return new EquivalentAddressGroup(addresses,
                Attributes.newBuilder().set(EquivalentAddressGroup.ATTR_AUTHORITY_OVERRIDE, host).build());
    }

    @Override
    public void shutdown() {
        // Nothing is kept, and what is being looked up ends by itself.
    }

    /** Of channels that {@link #target} is for. */
    private static final class Provider extends NameResolverProvider {

        private static final int PRIORITY = 5;

        @Override
        protected boolean isAvailable() {
            return true;
        }

        @Override
        protected int priority() {
            return PRIORITY;
        }

        @Override
        public String getDefaultScheme() {
            return SCHEME;
        }

        @Override
        public @Nullable NameResolver newNameResolver(URI target, NameResolver.Args args) {
            if (!SCHEME.equals(target.getScheme())) {
                return null;
            }
            List<String> hosts = List.of(target.getPath().substring(1).split(",", -1));
            return new HostsResolver(hosts,
                    Objects.requireNonNull(args.getOffloadExecutor(), "grpc-java gives one to each channel"));
        }

    }

}
