package io.github.shmrpc.grpc.client;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.shmrpc.CallKind;
import io.github.shmrpc.Endpoint;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.client.BridgedMethod;
import io.github.shmrpc.client.ChannelState;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.grpc.call.PeerAddress;
import io.github.shmrpc.grpc.call.Statuses;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ConnectivityState;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import org.jspecify.annotations.Nullable;

/** gRPC's view of a channel of ours. Thread-safe. */
public final class ShmChannel extends ManagedChannel {

    /** Id of what encodes a call's messages, where they are bytes. */
    public static final CallOptions.Key<Byte> CODEC = CallOptions.Key.create("shmrpc-codec");

    private final RpcChannel channel;

    private final boolean owned;

    private final CallSettings settings;

    private final Channel intercepted;

    private final Attributes attributes;

    private final @Nullable StateListeners listeners;

    /** By their names, for each type of methods. */
    private final List<Map<String, BridgedMethod>> methods;

    private final AtomicInteger calls = new AtomicInteger();

    private final CountDownLatch terminated = new CountDownLatch(1);

    private volatile boolean shutdown;

    /**
     * A channel that makes its calls over another.
     * @param channel carries them
     * @param owned whether it is closed with this one
     * @param settings of calls
     * @param interceptors as given to the builder
     * @param listeners told of the channel's states, or {@code null} if they are not
     * known
     */
    public ShmChannel(RpcChannel channel, boolean owned, CallSettings settings, List<ClientInterceptor> interceptors,
            @Nullable StateListeners listeners) {
        this.channel = channel;
        this.owned = owned;
        this.settings = settings;
        this.listeners = listeners;
        this.methods = List.of(new ConcurrentHashMap<>(), new ConcurrentHashMap<>(), new ConcurrentHashMap<>(),
                new ConcurrentHashMap<>());
        this.attributes = Attributes.newBuilder()
            .set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, PeerAddress.of(channel.endpoint()))
            .set(Grpc.TRANSPORT_ATTR_LOCAL_ADDR, PeerAddress.of(channel.endpoint(), 0))
            .build();
        this.intercepted = ClientInterceptors.intercept(new Calls(), interceptors);
    }

    @Override
    public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
        return intercepted.newCall(method, options);
    }

    @Override
    public String authority() {
        return settings.authority();
    }

    /** Behind the interceptors. */
    private final class Calls extends Channel {

        @Override
        public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
            String compressor = options.getCompressor();
            boolean waits = BlockingStubs.bring(options.getExecutor()) && method.getType() == MethodType.UNARY
                    && options.getCredentials() == null && (compressor == null || compressor.equals("gzip"));
            return waits && options.getExecutor() != null
                    ? new BlockingUnaryCall<>(ShmChannel.this, method, options, options.getExecutor())
                    : new AsyncCall<>(ShmChannel.this, method, options);
        }

        @Override
        public String authority() {
            return settings.authority();
        }

    }

    // -- For its calls

    CallSettings settings() {
        return settings;
    }

    Endpoint endpoint() {
        return channel.endpoint();
    }

    Attributes attributes() {
        return attributes;
    }

    BridgedMethod bridged(MethodDescriptor<?, ?> method) {
        CallKind kind = CallKind.of(!method.getType().clientSendsOneMessage(),
                !method.getType().serverSendsOneMessage());
        Map<String, BridgedMethod> ofKind = methods
            .get((kind.callerStreams() ? 1 : 0) + (kind.calleeStreams() ? 2 : 0));
        BridgedMethod known = ofKind.get(method.getFullMethodName());
        return known != null ? known
                : ofKind.computeIfAbsent(method.getFullMethodName(), (name) -> channel.bridgedMethod(name, kind));
    }

    Throwable asStatus(RuntimeException failure) {
        return failure instanceof RpcException known ? Statuses.of(known).asRuntimeException() : failure;
    }

    /** A call is about to start. False if none may. */
    boolean begin() {
        calls.incrementAndGet();
        return !shutdown;
    }

    /** It has ended. */
    void end() {
        if (calls.decrementAndGet() == 0 && shutdown) {
            terminate();
        }
    }

    // -- Life

    @Override
    public ManagedChannel shutdown() {
        shutdown = true;
        // After it was set. Pairs with end().
        if (calls.get() == 0) {
            terminate();
        }
        tellListeners();
        return this;
    }

    @Override
    public ManagedChannel shutdownNow() {
        shutdown = true;
        if (owned) {
            channel.close();
        }
        return shutdown();
    }

    private void terminate() {
        if (owned) {
            channel.close();
        }
        terminated.countDown();
    }

    @Override
    public boolean isShutdown() {
        return shutdown;
    }

    @Override
    public boolean isTerminated() {
        return terminated.getCount() == 0;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return terminated.await(timeout, unit);
    }

    // -- State

    @Override
    public ConnectivityState getState(boolean requestConnection) {
        if (shutdown) {
            return ConnectivityState.SHUTDOWN;
        }
        ChannelState state = channel.state();
        if (requestConnection && state == ChannelState.IDLE) {
            channel.dial();
        }
        return of(state);
    }

    /**
     * Tells when the state is another.
     * @throws UnsupportedOperationException if this goes over a channel that was there
     * before, whose states it does not learn of
     */
    @Override
    public void notifyWhenStateChanged(ConnectivityState source, Runnable callback) {
        if (listeners == null) {
            throw new UnsupportedOperationException("States are not told of a channel that was not made here");
        }
        listeners.add(source, callback);
        tellListeners();
    }

    private void tellListeners() {
        if (listeners != null) {
            listeners.tell(getState(false));
        }
    }

    @Override
    public void resetConnectBackoff() {
        if (channel.state() == ChannelState.TRANSIENT_FAILURE) {
            channel.reconnect();
        }
    }

    /**
     * A state of ours.
     * @param state of the channel
     * @return gRPC's of the same name, or the one for servers that cannot be used
     */
    public static ConnectivityState of(ChannelState state) {
        return switch (state) {
            case IDLE -> ConnectivityState.IDLE;
            case CONNECTING -> ConnectivityState.CONNECTING;
            case READY -> ConnectivityState.READY;
            case UNRESPONSIVE, TRANSIENT_FAILURE -> ConnectivityState.TRANSIENT_FAILURE;
            case SHUTDOWN -> ConnectivityState.SHUTDOWN;
        };
    }

    @Override
    public String toString() {
        return "ShmChannel to " + channel.endpoint();
    }

}
