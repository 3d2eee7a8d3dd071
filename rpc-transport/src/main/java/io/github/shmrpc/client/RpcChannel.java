package io.github.shmrpc.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.CallKind;
import io.github.shmrpc.CallObserver;
import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Deadline;
import io.github.shmrpc.Endpoint;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.RpcStream;
import io.github.shmrpc.client.link.BlockingCall;
import io.github.shmrpc.client.link.BlockingCalls;
import io.github.shmrpc.client.link.ClientLink;
import io.github.shmrpc.client.link.LinkSettings;
import io.github.shmrpc.client.link.PolledLinks;
import io.github.shmrpc.codec.Codecs;
import io.github.shmrpc.contract.MethodSignature;
import io.github.shmrpc.duplex.ExportedServices;
import io.github.shmrpc.duplex.PeerCalls;
import io.github.shmrpc.duplex.TrafficCount;
import io.github.shmrpc.protocol.FrameDescriptor;
import io.github.shmrpc.session.DiallingSession;
import io.github.shmrpc.session.Session;
import io.github.shmrpc.session.SessionOptions;
import io.github.shmrpc.transport.Transport;
import io.github.shmrpc.transport.TransportOptions;
import io.github.shmrpc.transport.Transports;
import org.jspecify.annotations.Nullable;

/**
 * Calls the services of one endpoint. It connects with the first call, and again whenever
 * the connection is lost; a call that waits for that does so until its deadline.
 * Thread-safe; meant to be shared and to live long.
 *
 * <p>
 * Every call ends: with its reply, or with an {@link RpcException} that says what is
 * known of its execution. What depends on a future of {@link #callAsync} runs on the
 * thread that polls for replies, so it should be short, or use the {@code Async} methods
 * of {@link CompletableFuture}. With {@link ChannelOptions#polledReplies} that is a
 * thread of the application's, see {@link #poll}.
 */
public final class RpcChannel implements PeerCalls, AutoCloseable {

    private final Endpoint endpoint;

    private final ChannelOptions options;

    private final ChannelMethods methods;

    private final Sessions sessions;

    private final @Nullable PolledReplies polledReplies;

    private final UnaryCalls calls;

    private final StreamCalls streams;

    private final RoomLine roomLine;

    private final @Nullable InterceptedCalls intercepted;

    /** Of all connections so far. */
    private final LongAdder lateReplies = new LongAdder();

    private final TrafficCount traffic = new TrafficCount();

    private RpcChannel(Builder builder, Transport transport) {
        this.endpoint = builder.endpoint;
        this.options = builder.options;
        String place = "endpoint=" + endpoint;
        this.methods = new ChannelMethods(place, options,
                Objects.requireNonNullElseGet(builder.codecs, Codecs::defaults), builder.observers);
        this.polledReplies = options.polledReplies() ? new PolledReplies(options.connections() * options.maxCalls())
                : null;
        Executor executor = builder.executor != null ? builder.executor : new StreamThreads(builder.label());
        this.sessions = sessions(builder, transport, executor);
        this.calls = new UnaryCalls(sessions, new CallErrors(place, options), options.maxMessageLength());
        this.intercepted = InterceptedCalls.of(builder.interceptors, endpoint, calls.errors());
        this.streams = new StreamCalls(sessions, calls, CallTimeouts.nanos(options.timeout()), executor, intercepted);
        this.roomLine = new RoomLine(options.maxMessageLength());
    }

    /**
     * A channel to a peer that has dialled.
     * @param place for messages
     * @param all what the channels to all peers have in common
     * @param session the peer's connection
     * @param executor runs the application's code of streams
     */
    RpcChannel(String place, AcceptedPeers all, Session<ClientLink> session, Executor executor) {
        this.endpoint = all.endpoint();
        this.options = all.options();
        this.methods = all.methods();
        this.polledReplies = null;
        this.sessions = new Sessions(List.of(session));
        this.calls = new UnaryCalls(sessions, new CallErrors(place, options), options.maxMessageLength());
        this.intercepted = InterceptedCalls.of(all.interceptors(), endpoint, calls.errors());
        this.streams = new StreamCalls(sessions, calls, CallTimeouts.nanos(options.timeout()), executor, intercepted);
        this.roomLine = new RoomLine(options.maxMessageLength());
    }

    /**
     * A channel with the default settings.
     * @param endpoint as {@link Endpoint#parse} reads it
     * @return the channel, not connected yet
     */
    public static RpcChannel open(String endpoint) {
        return builder(endpoint).build();
    }

    public static Builder builder(String endpoint) {
        return builder(Endpoint.parse(endpoint));
    }

    public static Builder builder(Endpoint endpoint) {
        return new Builder(endpoint);
    }

    public Endpoint endpoint() {
        return endpoint;
    }

    // -- Calls

    /**
     * An implementation of a contract that calls its methods over this channel. A method
     * is {@code Reply m(Request)}, with or without a message either way; its reply may
     * come in a {@link java.util.concurrent.CompletionStage}, and it may take
     * {@link CallOptions} as a further parameter. A stream of messages, either way, is a
     * {@link java.util.concurrent.Flow.Publisher} or an {@link RpcStream}; a publisher
     * that is returned begins a call for each of its subscribers. Default methods run as
     * they are.
     * @param <T> the contract
     * @param contract an interface, with or without {@link io.github.shmrpc.RpcContract}
     * @return thread-safe
     * @throws IllegalArgumentException if methods of it cannot be called: names each,
     * with the reason
     */
    @Override
    public <T> T proxy(Class<T> contract) {
        return ServiceProxy.create(contract, methods.contract(contract), this);
    }

    public <T> T call(String method, Object request, Class<T> reply) {
        return call(method, request, reply, CallOptions.defaults());
    }

    /**
     * Calls a method and waits for its reply.
     * @param <T> type of the reply
     * @param method {@code Service/Method} or {@code Service.Method}
     * @param request the message
     * @param reply type of the reply
     * @param options of this call
     * @return the reply, {@code null} if the method has none
     * @throws RpcException if the call failed
     * @throws IllegalArgumentException if the name is malformed, or no codec supports the
     * messages
     */
    @Override
    @SuppressWarnings("NullAway") // The contract says when it is null; most callers
                                  // expect a reply.
    public <T> T call(String method, Object request, Class<T> reply, CallOptions options) {
        return reply.cast(makeCall(methods.dynamic(method, CallKind.UNARY, request, reply), request, options));
    }

    /**
     * Calls a method without waiting. Waits only while the server is behind with reading.
     * @param <T> type of the reply
     * @param method {@code Service/Method} or {@code Service.Method}
     * @param request the message
     * @param reply type of the reply
     * @param options of this call
     * @return completes with the reply or with an {@link RpcException}; cancelling it
     * cancels the call
     * @throws IllegalArgumentException if the name is malformed, or no codec supports the
     * messages
     */
    @Override
    @SuppressWarnings("unchecked")
    public <T> CompletableFuture<T> callAsync(String method, Object request, Class<T> reply, CallOptions options) {
        return (CompletableFuture<T>) startCall(methods.dynamic(method, CallKind.UNARY, request, reply), request,
                options);
    }

    /**
     * Calls a method that replies with a stream.
     * @param <T> type of the messages
     * @param method {@code Service/Method} or {@code Service.Method}
     * @param request the message
     * @param reply type of the messages
     * @param options of this call; it has no time limit unless they name one
     * @return to be read or subscribed to, and closed if it is not read to its end
     * @throws RpcException if the request cannot be sent; the stream tells of all else
     * @throws IllegalArgumentException if the name is malformed, or no codec supports the
     * messages
     */
    @Override
    public <T> RpcStream<T> stream(String method, Object request, Class<T> reply, CallOptions options) {
        return streams.open(methods.dynamic(method, CallKind.SERVER_STREAM, request, reply), request, null, options);
    }

    StreamCalls streams() {
        return streams;
    }

    /**
     * A method to be called with plain bytes, without any allocation.
     * @param method {@code Service/Method} or {@code Service.Method}
     * @return thread-safe
     */
    public RawMethod rawMethod(String method) {
        return new RawMethod(calls, methods.undeclared(method, CallKind.UNARY), options, intercepted);
    }

    /**
     * A method to be called by the frames of its calls, for bridges from other call
     * models.
     * @param method {@code Service/Method}
     * @param kind not one-way
     * @return thread-safe
     */
    public BridgedMethod bridgedMethod(String method, CallKind kind) {
        return new BridgedMethod(methods.undeclared(method, kind), sessions,
                new UnaryCalls(sessions, calls.errors(), UnaryCalls.NOT_INFLATED), roomLine,
                options.maxMetadataLength());
    }

    @Nullable Object makeCall(ClientMethod method, @Nullable Object request, CallOptions call) {
        return intercepted == null ? callAndWait(method, request, call) : intercepted.call(method.key(), request, call,
                (changed) -> callAndWait(method, changed.request(), changed.options()));
    }

    private @Nullable Object callAndWait(ClientMethod method, @Nullable Object request, CallOptions call) {
        CallPolicy policy = method.key().policy();
        return policy == null || policy.hedging() == null ? calls.call(method, request, call)
                : HedgedCall.await(observed(method, request, call), calls.errors(), method.key().name());
    }

    CompletableFuture<@Nullable Object> startCall(ClientMethod method, @Nullable Object request, CallOptions call) {
        return intercepted == null ? startNow(method, request, call) : intercepted.start(method.key(), request, call,
                (changed) -> startNow(method, changed.request(), changed.options()));
    }

    private CompletableFuture<@Nullable Object> startNow(ClientMethod method, @Nullable Object request,
            CallOptions call) {
        PolledReplies polled = polledReplies;
        if (polled != null && polled.isFull()) {
            return CompletableFuture.failedFuture(calls.errors().tooManyReplies(method.key().name(), polled.limit()));
        }
        CompletableFuture<@Nullable Object> reply = observed(method, request, call);
        return polled == null ? reply : PolledReply.of(polled, reply);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // What is run then throws nothing.
    private CompletableFuture<@Nullable Object> observed(ClientMethod method, @Nullable Object request,
            CallOptions call) {
        CallObserver observer = method.key().observer();
        if (observer == null) {
            return send(method, request, call);
        }
        long begun = observer.begin();
        CompletableFuture<@Nullable Object> reply;
        try {
            reply = send(method, request, call);
        }
        catch (Throwable thrown) {
            observer.end(begun, CallErrors.status(thrown));
            throw thrown;
        }
        // Not what this returns, as only the future itself helps with polling.
        reply.whenComplete((value, failure) -> observer.end(begun, CallErrors.status(failure)));
        return reply;
    }

    private CompletableFuture<@Nullable Object> send(ClientMethod method, @Nullable Object request, CallOptions call) {
        BlockingCall scratch = BlockingCalls.acquire();
        try {
            CallContext served = CallContext.currentOrNull();
            long timeoutNs = calls.timeoutNs(method.key(), call, served);
            long deadlineNs = System.nanoTime() + timeoutNs;
            method.encode(request, call, scratch.request());
            CallPolicy policy = method.key().policy();
            HedgingPolicy hedging = policy == null ? null : policy.hedging();
            if (policy != null && hedging != null && scratch.request().frameLength() <= AsyncCall.MAX_KEPT) {
                long first = Thread.currentThread().getId();
                return HedgedCall.start(hedging, policy.tokens(), scratch.request(), served,
                        (attempt) -> new AsyncCall(method, sessions.of(first + attempt), calls, timeoutNs, deadlineNs,
                                call));
            }
            return new AsyncCall(method, sessions.ofCurrentThread(), calls, timeoutNs, deadlineNs, call)
                .start(scratch.request(), served);
        }
        catch (RpcException failure) {
            return CompletableFuture.failedFuture(failure);
        }
        finally {
            BlockingCalls.release(scratch);
        }
    }

    /**
     * Completes futures of asynchronous calls in the current thread, in the order in
     * which the calls ended: until there is none, so many were completed, or the time has
     * passed. Takes replies from the connections itself; never blocks but in what depends
     * on the futures. For a channel with {@link ChannelOptions#polledReplies}, whose
     * asynchronous calls end nowhere else, be it with a reply or an error, by their
     * deadline or the loss of the connection. The exceptions:
     * <ul>
     * <li>A call that cannot even be sent, as its request cannot be encoded or too many
     * are in flight, has failed when {@link #callAsync} returns.</li>
     * <li>A thread that waits for the future of a call by its {@code join} or {@code get}
     * completes that one itself as soon as the call has ended.</li>
     * <li>The thread that polled last may wait for what depends on such a future, such as
     * {@code callAsync(..).thenApply(..).join()}: it polls meanwhile, as nobody else
     * would. It must not wait so for a future that knows nothing of the channel, such as
     * that of {@link CompletableFuture#allOf}.</li>
     * <li>What the application does itself: {@code cancel}, {@code complete},
     * {@code orTimeout}.</li>
     * </ul>
     * Blocking calls do not need it. As many replies may wait for it as there may be
     * calls in flight; then asynchronous calls fail with RESOURCE_EXHAUSTED. To be called
     * once more after {@link #close} for those that this has ended.
     * @param maxReplies futures at most, 0 or more
     * @param budget time that is looked at before each future; none is completed if it is
     * zero or negative
     * @return how many futures it completed
     * @throws IllegalArgumentException if the number is negative
     * @throws IllegalStateException if the channel completes futures by itself, if
     * another thread polls now, or if this was called by what depends on a future that it
     * completes
     */
    public int poll(int maxReplies, Duration budget) {
        PolledReplies polled = polledReplies;
        if (polled == null) {
            throw new IllegalStateException("Replies of this channel come by themselves (endpoint=" + endpoint
                    + "): ChannelOptions.withPolledReplies(true) has them wait for poll");
        }
        if (maxReplies < 0) {
            throw new IllegalArgumentException("Number of replies must not be negative: maxReplies=" + maxReplies);
        }
        return polled.poll(maxReplies, Deadline.after(budget));
    }

    ClientMethod resolve(String service, MethodSignature signature) {
        return methods.declared(service, signature);
    }

    Object requireReply(ClientMethod method, @Nullable Object reply) {
        if (reply == null) {
            throw new RpcException(RpcStatus.INTERNAL, Outcome.ANSWERED,
                    method + " replied nothing, but a primitive value is expected (endpoint=" + endpoint + ")", null);
        }
        return reply;
    }

    // -- Life

    public ChannelState state() {
        return sessions.state();
    }

    /**
     * How it stands, in detail. Not for the hot path.
     * @return a snapshot
     */
    public ChannelStatus status() {
        return sessions.status(lateReplies.sum(), traffic.sum());
    }

    public ChannelOptions options() {
        return options;
    }

    /**
     * Takes the present connections out of use and dials anew at once, also while it
     * waits to try again after a failure. Calls in flight end on their old connection,
     * which is closed after the last of them. Returns without waiting; does nothing once
     * closed.
     */
    public void reconnect() {
        for (Session<ClientLink> session : sessions.all()) {
            ClientLink link = session.current();
            if (link != null) {
                link.drain();
            }
            session.dialNow();
        }
    }

    /**
     * Ends the connections, each when its calls have ended; the next call makes new ones.
     * Returns without waiting; does nothing once closed.
     */
    public void disconnect() {
        for (Session<ClientLink> session : sessions.all()) {
            ClientLink link = session.rest();
            if (link != null) {
                link.drain();
            }
        }
    }

    /**
     * Begins to connect if nobody has so far. Returns without waiting.
     */
    public void dial() {
        sessions.all().forEach(Session::dialIfIdle);
    }

    /**
     * Connects now instead of with the first call, and waits for it.
     * @param timeout longest time to wait
     * @throws RpcException not executed: why there is no connection (UNAVAILABLE,
     * PERMISSION_DENIED, ...)
     */
    public void connect(Duration timeout) {
        long timeoutNs = CallTimeouts.nanos(timeout);
        long deadlineNs = System.nanoTime() + timeoutNs;
        for (Session<ClientLink> session : sessions.all()) {
            calls.awaitLink(session, "connect", deadlineNs, timeoutNs, options.waitForReady());
        }
    }

    /**
     * Ends all calls and connections, for good. Any thread, any number of times, also
     * within a call's completion.
     */
    @Override
    public void close() {
        sessions.all().forEach(Session::close);
    }

    private Sessions sessions(Builder builder, Transport transport, Executor executor) {
        ChannelOptions options = builder.options;
        String name = builder.label();
        PolledLinks polledLinks = polledReplies == null ? null : polledReplies.links();
        ExportedServices services = builder.services;
        LinkSettings.Callee callee = services == null ? null
                : (duplex, whenIdle) -> services.open(duplex, this, whenIdle);
        Consumer<ChannelState> listener = builder.stateListener;
        LinkSettings links = new LinkSettings(builder.endpoint.toString(), options.maxCalls(),
                options.maxMessageLength(), options.compressAbove(), builder.firstCallId, lateReplies, traffic,
                executor, polledLinks, callee);
        List<Session<ClientLink>> all = new ArrayList<>();
        for (int i = 0; i < options.connections(); i++) {
            String sessionName = options.connections() == 1 ? name : name + "-" + (i + 1);
            SessionOptions session = new SessionOptions(sessionName, builder.endpoint, transport,
                    transportOptions(options, services), CallTimeouts.nanos(options.initialBackoff()),
                    CallTimeouts.nanos(options.maxBackoff()), options.maxCalls());
            all.add(new DiallingSession<>(session,
                    (owner, dialled) -> new ClientLink(owner, dialled, sessionName, links),
                    () -> listener.accept(state())));
        }
        return new Sessions(all);
    }

    /** A connection must carry the longest message that the channel allows. */
    private static TransportOptions transportOptions(ChannelOptions options, @Nullable ExportedServices services) {
        long needed = (long) FrameDescriptor.HEADER_LENGTH + options.maxMetadataLength() + options.maxMessageLength();
        int longest = (int) Math.min(1 << 30, Math.max(options.transport().maxFrameLength(), needed));
        return options.transport()
            .withMaxFrameLength(longest)
            .withServices(services == null ? List.of() : services.services());
    }

    /** Makes a channel. For one thread. */
    public static final class Builder {

        private final Endpoint endpoint;

        private ChannelOptions options = ChannelOptions.defaults();

        private String name = "";

        private @Nullable Codecs codecs;

        private @Nullable Executor executor;

        private CallObserver.@Nullable Factory observers;

        private @Nullable ExportedServices services;

        private @Nullable Transport transport;

        private final List<ClientInterceptor> interceptors = new ArrayList<>();

        private long firstCallId = 1;

        private Consumer<ChannelState> stateListener = (state) -> {
        };

        private Builder(Endpoint endpoint) {
            this.endpoint = endpoint;
        }

        private String label() {
            return name.isEmpty() ? endpoint.toString() : name;
        }

        public Builder options(ChannelOptions options) {
            this.options = options;
            return this;
        }

        /**
         * Names it.
         * @param name in logs, errors and names of threads; the endpoint if not set
         * @return this
         */
        public Builder name(String name) {
            this.name = name;
            return this;
        }

        /**
         * Sets what encodes its messages.
         * @param codecs those on the class path if not set
         * @return this
         */
        public Builder codecs(Codecs codecs) {
            this.codecs = codecs;
            return this;
        }

        /**
         * Where the channel's server listens.
         * @return the endpoint that the builder was made with
         */
        public Endpoint endpoint() {
            return endpoint;
        }

        /**
         * Sets who is told of calls.
         * @param observers asked for each method; replaces what was set before
         * @return this
         */
        public Builder observers(CallObserver.Factory observers) {
            this.observers = observers;
            return this;
        }

        /**
         * Sets who is told of changes of state.
         * @param stateListener gets the new state, from any thread, maybe from two at the
         * same time; short, throws nothing
         * @return this
         */
        public Builder stateListener(Consumer<ChannelState> stateListener) {
            this.stateListener = stateListener;
            return this;
        }

        /**
         * Adds an interceptor of all calls.
         * @param interceptor within those that were added before
         * @return this
         */
        public Builder interceptor(ClientInterceptor interceptor) {
            interceptors.add(interceptor);
            return this;
        }

        /**
         * Lets the server call back, over the connections that this channel makes: its
         * handlers reach this side as their {@link CallContext#peer()}, and all of it by
         * {@link io.github.shmrpc.RpcPeers}. Connect early by {@link RpcChannel#connect}
         * where the server is to call first; the channel then connects again by itself
         * whenever the connection is lost.
         * @param services a {@code RpcServices}; at most
         * {@value TransportOptions#MAX_SERVICES_BYTES} bytes of names
         * @return this
         */
        public Builder services(ExportedServices services) {
            this.services = services;
            return this;
        }

        /**
         * Sets where the application's code of streams runs: subscribers of the server's
         * messages, publishers of the caller's.
         * @param executor the channel's own threads if not set, which come as they are
         * needed and go after some seconds; {@code Runnable::run} saves the way to
         * another thread where that code is short and never waits
         * @return this
         */
        public Builder executor(Executor executor) {
            this.executor = executor;
            return this;
        }

        /**
         * Sets what makes the connections.
         * @param transport instead of the one of the endpoint's scheme; the endpoint is
         * no more than what it is told, and what errors name
         * @return this
         */
        public Builder transport(Transport transport) {
            this.transport = transport;
            return this;
        }

        /** Where call ids begin on each connection, for tests. */
        Builder firstCallId(long firstCallId) {
            this.firstCallId = firstCallId;
            return this;
        }

        /**
         * Makes the channel. Connects nowhere yet.
         * @return the channel
         * @throws IllegalArgumentException if there is no carrier for the endpoint, or no
         * codec of the name in the options
         * @throws RuntimeException if the carrier refuses the endpoint
         */
        public RpcChannel build() {
            Transport carrier = transport != null ? transport : Transports.forEndpoint(endpoint);
            carrier.check(endpoint);
            return new RpcChannel(this, carrier);
        }

    }

}
