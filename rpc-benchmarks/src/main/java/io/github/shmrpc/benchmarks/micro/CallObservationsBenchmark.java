package io.github.shmrpc.benchmarks.micro;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Deadline;
import io.github.shmrpc.Endpoint;
import io.github.shmrpc.Metadata;
import io.github.shmrpc.PeerInfo;
import io.github.shmrpc.RpcPeer;
import io.github.shmrpc.RpcStream;
import io.github.shmrpc.client.ClientInvocation;
import io.github.shmrpc.spring.observe.ActiveTrace;
import io.github.shmrpc.spring.observe.CallSampling;
import io.github.shmrpc.spring.observe.ClientObservations;
import io.github.shmrpc.spring.observe.ServerObservations;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What {@code rpc.observation.mode=full} adds to a call on one side, beside the timers:
 * for a call of a trace that is not recorded, for one that is (without the tracer's own
 * work), and for one outside of any trace that shall begin none.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH calls start() first.
public class CallObservationsBenchmark {

    private static final RpcPeer CLIENT = new Client(new PeerInfo("client", "local", "inproc", 1));

    private static final String PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0";

    private static final CompletionStage<@Nullable Object> REPLY = CompletableFuture.completedFuture("reply");

    /** Which trace the call belongs to. */
    @Param({ "UNSAMPLED", "SAMPLED", "NONE" })
    private ActiveTrace.State trace;

    private ClientObservations client;

    private ServerObservations server;

    private ClientInvocation call;

    private CallContext served;

    @Setup
    public void start() {
        ObservationRegistry registry = ObservationRegistry.create();
        registry.observationConfig().observationHandler(new NoHandler());
        CallSampling sampling = new CallSampling(new Trace(trace), 0);
        client = new ClientObservations(registry, sampling, null);
        server = new ServerObservations(registry, sampling, null);
        call = new ClientInvocation("game.World/move", Endpoint.parse("inproc:nobody"), true, "request",
                CallOptions.defaults());
        served = new Served(new Trace(trace).inject(Metadata.EMPTY));
    }

    /** A call that a client makes. */
    @Benchmark
    @SuppressWarnings("NullAway") // Java 17 loses the annotation within the type of a
                                  // class file.
    public @Nullable Object client() {
        return client.intercept(call, (sent) -> REPLY);
    }

    /** A call that a server serves. */
    @Benchmark
    public @Nullable Object server() throws Throwable {
        return server.intercept(served, "request", (request) -> "reply");
    }

    private static final class NoHandler implements ObservationHandler<Observation.Context> {

        @Override
        public boolean supportsContext(Observation.Context context) {
            return true;
        }

    }

    private record Trace(ActiveTrace.State state) implements ActiveTrace {

        @Override
        public Metadata inject(Metadata metadata) {
            return state == ActiveTrace.State.NONE ? metadata
                    : metadata.with("traceparent", PARENT + (state == ActiveTrace.State.SAMPLED ? "1" : "0"));
        }

        @Override
        public boolean isIn(Metadata metadata) {
            return false;
        }

    }

    private record Served(Metadata metadata) implements CallContext {

        @Override
        public String method() {
            return "game.World/move";
        }

        @Override
        public Deadline deadline() {
            return Deadline.NEVER;
        }

        @Override
        public Metadata responseMetadata() {
            return Metadata.EMPTY;
        }

        @Override
        public void responseMetadata(Metadata sent) {
            throw new UnsupportedOperationException();
        }

        @Override
        public RpcPeer peer() {
            return CLIENT;
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public Registration onCancel(Runnable action) {
            throw new UnsupportedOperationException();
        }

    }

    /** Who is not called. */
    private record Client(PeerInfo info) implements RpcPeer {

        @Override
        public ConcurrentMap<String, Object> attributes() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isConnected() {
            return true;
        }

        @Override
        public <T> T proxy(Class<T> contract) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <T> T call(String method, Object request, Class<T> reply, CallOptions options) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <T> CompletableFuture<T> callAsync(String method, Object request, Class<T> reply, CallOptions options) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <T> RpcStream<T> stream(String method, Object request, Class<T> reply, CallOptions options) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long droppedMessages() {
            return 0;
        }

        @Override
        public void disconnect() {
            throw new UnsupportedOperationException();
        }

    }

}
