package io.github.shmrpc.grpc;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.client.ChannelOptions;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.grpc.call.CallThreads;
import io.github.shmrpc.grpc.client.CallSettings;
import io.github.shmrpc.grpc.client.ShmChannel;
import io.github.shmrpc.grpc.client.StateListeners;
import io.grpc.ClientInterceptor;
import io.grpc.CompressorRegistry;
import io.grpc.DecompressorRegistry;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.NameResolver;
import org.jspecify.annotations.Nullable;

/**
 * Makes channels for grpc-java's stubs that call through shared memory, a Unix socket or
 * within the JVM:
 *
 * <pre>{@code
 * ManagedChannel channel = ShmChannelBuilder.forEndpoint("shm:/run/greeter.sock").build();
 * GreeterGrpc.GreeterBlockingStub greeter = GreeterGrpc.newBlockingStub(channel);
 * }</pre>
 *
 * A call of a generated blocking stub has no other thread than the caller's. What makes
 * no difference on one host (user agent, keep-alive, idle timeout, plaintext) is accepted
 * and does nothing; name resolvers, load balancing, service configurations and transport
 * security are refused. For one thread.
 */
public final class ShmChannelBuilder extends ManagedChannelBuilder<ShmChannelBuilder> {

    /** gRPC's own limit. */
    private static final int DEFAULT_MAX_MESSAGE_SIZE = 4 * 1024 * 1024;

    /** A call may allow larger messages than its channel does, up to this. */
    private static final int LEAST_FRAME_LIMIT = 64 * 1024 * 1024;

    private static final int MAX_CALLS = 8192;

    private static final ChannelOptions DEFAULT_OPTIONS = ChannelOptions.defaults()
        .withMaxMessageLength(LEAST_FRAME_LIMIT)
        .withMaxCalls(MAX_CALLS);

    private final Endpoint endpoint;

    private final @Nullable RpcChannel existing;

    private final List<ClientInterceptor> interceptors = new ArrayList<>();

    private ChannelOptions options = DEFAULT_OPTIONS;

    private String authority = "localhost";

    private Executor executor = CallThreads.callbacks();

    private CompressorRegistry compressors = CompressorRegistry.getDefaultInstance();

    private DecompressorRegistry decompressors = DecompressorRegistry.getDefaultInstance();

    private int maxInboundMessageSize = DEFAULT_MAX_MESSAGE_SIZE;

    private ShmChannelBuilder(Endpoint endpoint, @Nullable RpcChannel existing) {
        this.endpoint = endpoint;
        this.existing = existing;
    }

    /**
     * A channel to an endpoint.
     * @param endpoint {@code shm:/path}, {@code unix:/path}, {@code inproc:name} or a
     * path
     * @return a builder
     * @throws IllegalArgumentException if it is no endpoint
     */
    public static ShmChannelBuilder forEndpoint(String endpoint) {
        return forEndpoint(Endpoint.parse(endpoint));
    }

    public static ShmChannelBuilder forEndpoint(Endpoint endpoint) {
        return new ShmChannelBuilder(endpoint, null);
    }

    /**
     * A channel over the connections of another, whose settings hold for it: its limits
     * of messages as well, and its endpoint.
     * @param channel stays open when the gRPC channel is shut down
     * @return a builder
     */
    public static ShmChannelBuilder over(RpcChannel channel) {
        return new ShmChannelBuilder(channel.endpoint(), channel);
    }

    /**
     * Sets how it connects: limits, backoff, waiting.
     * @param options timeouts, retry, codec and methods do not matter here; the longest
     * message is raised to what {@link #maxInboundMessageSize} says, and by default 64
     * MiB
     * @return this
     * @throws IllegalStateException if it goes over another channel, which has its own
     */
    public ShmChannelBuilder options(ChannelOptions options) {
        if (existing != null) {
            throw new IllegalStateException("The channel to " + endpoint + " has its options already");
        }
        this.options = options;
        return this;
    }

    @Override
    public ShmChannelBuilder directExecutor() {
        return executor(Runnable::run);
    }

    @Override
    public ShmChannelBuilder executor(@Nullable Executor executor) {
        this.executor = executor == null ? CallThreads.callbacks() : executor;
        return this;
    }

    @Override
    public ShmChannelBuilder intercept(List<ClientInterceptor> interceptors) {
        this.interceptors.addAll(interceptors);
        return this;
    }

    @Override
    public ShmChannelBuilder intercept(ClientInterceptor... interceptors) {
        return intercept(Arrays.asList(interceptors));
    }

    @Override
    public ShmChannelBuilder userAgent(@Nullable String userAgent) {
        return this;
    }

    @Override
    public ShmChannelBuilder overrideAuthority(String authority) {
        this.authority = authority;
        return this;
    }

    @Override
    public ShmChannelBuilder usePlaintext() {
        return this;
    }

    @Override
    public ShmChannelBuilder useTransportSecurity() {
        throw new UnsupportedOperationException(
                "There is no TLS on one host (endpoint=" + endpoint + "): only processes of the same user can connect");
    }

    /**
     * Not there: the endpoint is known.
     * @throws UnsupportedOperationException always
     */
    @Override
    @Deprecated
    public ShmChannelBuilder nameResolverFactory(NameResolver.Factory resolverFactory) {
        throw new UnsupportedOperationException("No name is resolved: endpoint=" + endpoint);
    }

    /** There is one server. */
    @Override
    public ShmChannelBuilder defaultLoadBalancingPolicy(String policy) {
        return this;
    }

    @Override
    public ShmChannelBuilder decompressorRegistry(@Nullable DecompressorRegistry registry) {
        this.decompressors = registry == null ? DecompressorRegistry.getDefaultInstance() : registry;
        return this;
    }

    @Override
    public ShmChannelBuilder compressorRegistry(@Nullable CompressorRegistry registry) {
        this.compressors = registry == null ? CompressorRegistry.getDefaultInstance() : registry;
        return this;
    }

    @Override
    public ShmChannelBuilder idleTimeout(long value, TimeUnit unit) {
        return this;
    }

    @Override
    public ShmChannelBuilder keepAliveTime(long keepAliveTime, TimeUnit timeUnit) {
        return this;
    }

    @Override
    public ShmChannelBuilder keepAliveTimeout(long keepAliveTimeout, TimeUnit timeUnit) {
        return this;
    }

    @Override
    public ShmChannelBuilder keepAliveWithoutCalls(boolean enable) {
        return this;
    }

    @Override
    public ShmChannelBuilder maxInboundMessageSize(int bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("Size of messages must not be negative: " + bytes);
        }
        this.maxInboundMessageSize = bytes;
        return this;
    }

    /**
     * Calls that were certainly not executed are sent again, as gRPC's own channels do
     * transparently; there is no other retry.
     */
    @Override
    public ShmChannelBuilder enableRetry() {
        return this;
    }

    @Override
    public ShmChannelBuilder disableRetry() {
        return this;
    }

    /**
     * Makes the channel, which connects with its first call.
     * @return the channel
     * @throws IllegalArgumentException if there is no carrier for the endpoint
     */
    @Override
    public ManagedChannel build() {
        CallSettings settings = new CallSettings(authority, executor, CallThreads.callbacks(), compressors,
                decompressors, maxInboundMessageSize, true);
        if (existing != null) {
            return new ShmChannel(existing, false, settings, interceptors, null);
        }
        StateListeners listeners = new StateListeners(executor);
        ChannelOptions carried = options.maxMessageLength() < maxInboundMessageSize
                ? options.withMaxMessageLength(maxInboundMessageSize) : options;
        RpcChannel channel = RpcChannel.builder(endpoint)
            .options(carried)
            .executor(executor)
            .stateListener((state) -> listeners.tell(ShmChannel.of(state)))
            .build();
        return new ShmChannel(channel, true, settings, interceptors, listeners);
    }

}
