package io.github.shmrpc.grpc;

import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import io.github.shmrpc.Dispatch;
import io.github.shmrpc.Endpoint;
import io.github.shmrpc.grpc.server.GrpcBridge;
import io.github.shmrpc.grpc.server.ServiceSettings;
import io.github.shmrpc.grpc.server.ShmServer;
import io.github.shmrpc.server.CallBridge;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.server.ServerOptions;
import io.grpc.BindableService;
import io.grpc.CompressorRegistry;
import io.grpc.DecompressorRegistry;
import io.grpc.HandlerRegistry;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import org.jspecify.annotations.Nullable;

/**
 * Makes servers for grpc-java's services that are called through shared memory, a Unix
 * socket or within the JVM:
 *
 * <pre>{@code
 * Server server = ShmServerBuilder.forEndpoint("shm:/run/greeter.sock").addService(new GreeterService()).build().start();
 * }</pre>
 *
 * Without an executor, services run on the thread that has polled their request: no other
 * thread is needed for a call. They may block; when one does, another thread goes on
 * polling. Transport filters, transport security and call executors are refused. For one
 * thread.
 */
public final class ShmServerBuilder extends ServerBuilder<ShmServerBuilder> {

    /** gRPC's own limit. */
    private static final int DEFAULT_MAX_MESSAGE_SIZE = 4 * 1024 * 1024;

    /** The shortest that our servers know. */
    private static final int LEAST_MESSAGE_LIMIT = 1024;

    private static final int MAX_CALLS = 8192;

    /** Services that block each hold one; gRPC's own executor has no limit. */
    private static final int MAX_THREADS = 1024;

    private final Endpoint endpoint;

    private final List<ServerServiceDefinition> services = new ArrayList<>();

    private final List<ServerInterceptor> interceptors = new ArrayList<>();

    private final List<ServerStreamTracer.Factory> tracers = new ArrayList<>();

    private ServerOptions options = ServerOptions.defaults().withMaxCalls(MAX_CALLS).withRescueThreads(MAX_THREADS);

    private @Nullable HandlerRegistry fallback;

    private @Nullable Executor executor;

    private boolean direct;

    private CompressorRegistry compressors = CompressorRegistry.getDefaultInstance();

    private DecompressorRegistry decompressors = DecompressorRegistry.getDefaultInstance();

    private int maxInboundMessageSize = DEFAULT_MAX_MESSAGE_SIZE;

    private ShmServerBuilder(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    /**
     * A server at an endpoint.
     * @param endpoint {@code shm:/path}, {@code unix:/path}, {@code inproc:name} or a
     * path
     * @return a builder
     * @throws IllegalArgumentException if it is no endpoint
     */
    public static ShmServerBuilder forEndpoint(String endpoint) {
        return forEndpoint(Endpoint.parse(endpoint));
    }

    public static ShmServerBuilder forEndpoint(Endpoint endpoint) {
        return new ShmServerBuilder(endpoint);
    }

    /**
     * Sets limits and waiting of the server.
     * @param options codec, dispatch and polling do not matter here; the longest message
     * is what {@link #maxInboundMessageSize} says
     * @return this
     */
    public ShmServerBuilder options(ServerOptions options) {
        this.options = options;
        return this;
    }

    /**
     * Has callbacks run where they come up, which is what happens without an executor as
     * well; then also those that come up in the application's own threads.
     */
    @Override
    public ShmServerBuilder directExecutor() {
        this.executor = null;
        this.direct = true;
        return this;
    }

    /**
     * Has services run in an executor.
     * @param executor {@code null} for the thread that polls
     */
    @Override
    public ShmServerBuilder executor(@Nullable Executor executor) {
        this.executor = executor;
        this.direct = false;
        return this;
    }

    @Override
    public ShmServerBuilder addService(ServerServiceDefinition service) {
        services.add(service);
        return this;
    }

    @Override
    public ShmServerBuilder addService(BindableService service) {
        return addService(service.bindService());
    }

    @Override
    public ShmServerBuilder intercept(ServerInterceptor interceptor) {
        interceptors.add(interceptor);
        return this;
    }

    @Override
    public ShmServerBuilder addStreamTracerFactory(ServerStreamTracer.Factory factory) {
        tracers.add(factory);
        return this;
    }

    @Override
    public ShmServerBuilder fallbackHandlerRegistry(@Nullable HandlerRegistry registry) {
        this.fallback = registry;
        return this;
    }

    /**
     * Not there: nothing leaves the host, and only processes of the same user can
     * connect.
     * @throws UnsupportedOperationException always
     */
    @Override
    public ShmServerBuilder useTransportSecurity(File certChain, File privateKey) {
        throw new UnsupportedOperationException(
                "There is no TLS on one host (endpoint=" + endpoint + "): only processes of the same user can connect");
    }

    @Override
    public ShmServerBuilder decompressorRegistry(@Nullable DecompressorRegistry registry) {
        this.decompressors = registry == null ? DecompressorRegistry.getDefaultInstance() : registry;
        return this;
    }

    @Override
    public ShmServerBuilder compressorRegistry(@Nullable CompressorRegistry registry) {
        this.compressors = registry == null ? CompressorRegistry.getDefaultInstance() : registry;
        return this;
    }

    @Override
    public ShmServerBuilder handshakeTimeout(long timeout, TimeUnit unit) {
        return this;
    }

    @Override
    public ShmServerBuilder maxInboundMessageSize(int bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("Size of messages must not be negative: " + bytes);
        }
        this.maxInboundMessageSize = bytes;
        return this;
    }

    /**
     * Makes what serves the services on a server of ours, beside its own handlers:
     * {@code RpcServer.builder(..).bridge(builder.buildBridge(), Dispatch.INHERIT)}.
     * @return for one server
     */
    public CallBridge buildBridge() {
        return newBridge();
    }

    private GrpcBridge newBridge() {
        return new GrpcBridge(new ServiceSettings(endpoint, List.copyOf(services), fallback, List.copyOf(interceptors),
                List.copyOf(tracers), compressors, decompressors, maxInboundMessageSize,
                direct ? Runnable::run : executor));
    }

    /**
     * Makes the server, which does not run yet.
     * @return the server
     * @throws IllegalArgumentException if there is no carrier for the endpoint
     */
    @Override
    public Server build() {
        GrpcBridge bridge = newBridge();
        int longest = Math.max(LEAST_MESSAGE_LIMIT, maxInboundMessageSize);
        RpcServer.Builder builder = RpcServer.builder(endpoint)
            .options(options.withMaxMessageLength(longest))
            .bridge(bridge, executor == null ? Dispatch.ADAPTIVE : Dispatch.EXECUTOR);
        if (executor != null) {
            builder.executor(executor);
        }
        return new ShmServer(builder.build(), bridge);
    }

}
