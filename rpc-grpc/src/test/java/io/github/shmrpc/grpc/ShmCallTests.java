package io.github.shmrpc.grpc;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import com.google.protobuf.StringValue;
import io.github.shmrpc.Dispatch;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.transport.ConnectionUsage;
import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Codec;
import io.grpc.ConnectivityState;
import io.grpc.Context;
import io.grpc.DecompressorRegistry;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

/** What grpc-java's own suite does not ask. */
@Timeout(30)
class ShmCallTests {

    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

    private static final Metadata.Key<String> OUTCOME = Metadata.Key.of("shmrpc-outcome",
            Metadata.ASCII_STRING_MARSHALLER);

    @TempDir
    static Path directory = Path.of("");

    private final String endpoint = Echo.endpoint(directory);

    private final ManagedChannel channel = ShmChannelBuilder.forEndpoint(endpoint).build();

    private final AtomicReference<Server> started = new AtomicReference<>();

    private Server serve(ServerServiceDefinition service) throws Exception {
        Server server = ShmServerBuilder.forEndpoint(endpoint).addService(service).build().start();
        started.set(server);
        return server;
    }

    @AfterEach
    void stop() throws Exception {
        channel.shutdownNow();
        assertThat(channel.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        Server server = started.get();
        if (server != null) {
            assertThat(server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    // -- Threads

    @Test
    void blockingCallIsServedByThePollingThread() throws Exception {
        serve(Echo.service((request, response) -> {
            response.onNext(StringValue.of(Thread.currentThread().getName()));
            response.onCompleted();
        }));
        assertThat(Echo.say(channel, "where")).contains("-poll");
    }

    @Test
    void handlerThatBlocksHoldsUpNobodyElse() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        serve(Echo.service((request, response) -> {
            if (request.getValue().equals("wait")) {
                awaitQuietly(release);
            }
            response.onNext(request);
            response.onCompleted();
        }));
        CompletableFuture<String> slow = CompletableFuture.supplyAsync(() -> Echo.say(channel, "wait"));
        assertThat(Echo.say(channel, "go")).isEqualTo("go");
        assertThat(slow).isNotDone();
        release.countDown();
        assertThat(slow.get(10, TimeUnit.SECONDS)).isEqualTo("wait");
    }

    @Test
    void executorThatRefusesLosesNoCall() throws Exception {
        serve(Echo.service());
        Executor refusing = (task) -> {
            throw new RejectedExecutionException("full");
        };
        assertThat(ClientCalls
            .futureUnaryCall(channel.newCall(Echo.SAY, CallOptions.DEFAULT.withExecutor(refusing)), StringValue.of("x"))
            .get(10, TimeUnit.SECONDS)
            .getValue()).isEqualTo("x");
    }

    // -- The end

    @Test
    void contextThatIsCancelledEndsBlockingCallAndItsHandler() throws Exception {
        CompletableFuture<Void> cancelled = new CompletableFuture<>();
        CountDownLatch serving = new CountDownLatch(1);
        serve(Echo.service((request, response) -> {
            ((ServerCallStreamObserver<StringValue>) response).setOnCancelHandler(() -> cancelled.complete(null));
            serving.countDown();
        }));
        Context.CancellableContext context = Context.current().withCancellation();
        CompletableFuture<Throwable> failure = CompletableFuture.supplyAsync(() -> {
            try {
                context.call(() -> Echo.say(channel, "never"));
                return new AssertionError("answered");
            }
            catch (Exception thrown) {
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
                return thrown;
            }
        });
        serving.await();
        context.cancel(null);
        assertThat(Status.fromThrowable(failure.get(10, TimeUnit.SECONDS)).getCode()).isEqualTo(Status.Code.CANCELLED);
        cancelled.get(10, TimeUnit.SECONDS);
    }

    @Test
    void interruptEndsBlockingCallAndStaysSet() throws Exception {
        CountDownLatch serving = new CountDownLatch(1);
        serve(Echo.service((request, response) -> serving.countDown()));
        CompletableFuture<Status.Code> code = new CompletableFuture<>();
        Thread caller = new Thread(() -> {
            try {
                Echo.say(channel, "never");
            }
            catch (StatusRuntimeException thrown) {
                code.complete(Thread.currentThread().isInterrupted() ? thrown.getStatus().getCode() : Status.Code.OK);
            }
        });
        caller.start();
        serving.await();
        caller.interrupt();
        assertThat(code.get(10, TimeUnit.SECONDS)).isEqualTo(Status.Code.CANCELLED);
    }

    @Test
    void deadlineEndsCallThatIsNotAnswered() throws Exception {
        serve(Echo.service((request, response) -> {
        }));
        assertThatExceptionOfType(StatusRuntimeException.class)
            .isThrownBy(() -> Echo.say(channel, "x", CallOptions.DEFAULT.withDeadlineAfter(500, TimeUnit.MILLISECONDS)))
            .withMessageContaining("DEADLINE_EXCEEDED: CallOptions deadline exceeded after");
    }

    @Test
    void handlerThatThrowsIsUnknown() throws Exception {
        serve(Echo.service((request, response) -> {
            throw new IllegalStateException("secret");
        }));
        assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> Echo.say(channel, "x"))
            .withMessage("UNKNOWN: Application error processing RPC");
    }

    @Test
    void shutdownNowEndsCallsThatShutdownWaitsFor() throws Exception {
        CountDownLatch serving = new CountDownLatch(1);
        Server server = serve(Echo.service((request, response) -> serving.countDown()));
        CompletableFuture<String> call = CompletableFuture.supplyAsync(() -> Echo.say(channel, "never"));
        serving.await();
        server.shutdown();
        assertThat(server.awaitTermination(100, TimeUnit.MILLISECONDS)).isFalse();
        server.shutdownNow();
        assertThat(server.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        assertThat(call).failsWithin(java.time.Duration.ofSeconds(10))
            .withThrowableThat()
            .withMessageContaining("UNAVAILABLE");
    }

    // -- Connections

    @Test
    void callThatWaitsForReadyWaitsForItsServer() throws Exception {
        CompletableFuture<String> call = CompletableFuture
            .supplyAsync(() -> Echo.say(channel, "later", CallOptions.DEFAULT.withWaitForReady()));
        assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> Echo.say(channel, "now"))
            .withMessageContaining("UNAVAILABLE");
        assertThat(call).isNotDone();
        serve(Echo.service());
        assertThat(call.get(10, TimeUnit.SECONDS)).isEqualTo("later");
    }

    @Test
    void statesAreToldAndAskedFor() throws Exception {
        serve(Echo.service());
        CountDownLatch changed = new CountDownLatch(1);
        assertThat(channel.getState(false)).isEqualTo(ConnectivityState.IDLE);
        channel.notifyWhenStateChanged(ConnectivityState.IDLE, changed::countDown);
        channel.getState(true);
        assertThat(changed.await(10, TimeUnit.SECONDS)).isTrue();
        Echo.say(channel, "x");
        assertThat(channel.getState(false)).isEqualTo(ConnectivityState.READY);
        assertThat(channel.shutdown().awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        assertThat(channel.getState(false)).isEqualTo(ConnectivityState.SHUTDOWN);
        assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> Echo.say(channel, "x"))
            .withMessageContaining("UNAVAILABLE: Channel shutdown invoked");
    }

    // -- Messages and metadata

    @Test
    void messagesOfAllSizesComeBackAsTheyWere() throws Exception {
        serve(Echo.service());
        for (int length : List.of(0, 1, 8_000, 20_000, 70_000, 3_000_000)) {
            String text = "x".repeat(length);
            assertThat(Echo.say(channel, text)).isEqualTo(text);
            assertThat(Echo.say(channel, text, CallOptions.DEFAULT.withCompression("gzip"))).isEqualTo(text);
            assertThat(ClientCalls.futureUnaryCall(channel.newCall(Echo.SAY, CallOptions.DEFAULT), StringValue.of(text))
                .get(10, TimeUnit.SECONDS)
                .getValue()).isEqualTo(text);
        }
    }

    @Test
    void requestBeyondTheServersLimitIsRefused() throws Exception {
        serve(Echo.service());
        assertThatExceptionOfType(StatusRuntimeException.class)
            .isThrownBy(() -> Echo.say(channel, "x".repeat(5_000_000)))
            .withMessageContaining("RESOURCE_EXHAUSTED");
        assertThat(Echo.say(channel, "still there")).isEqualTo("still there");
    }

    @Test
    void streamedMessageThatNoConnectionCarriesEndsItsCallAlone() throws Exception {
        serve(Echo.service());
        assertThat(Echo.say(channel, "before")).isEqualTo("before");
        CompletableFuture<Status> end = new CompletableFuture<>();
        StreamObserver<StringValue> requests = ClientCalls
            .asyncBidiStreamingCall(channel.newCall(Echo.CHAT, CallOptions.DEFAULT), new StreamObserver<>() {

                @Override
                public void onNext(StringValue value) {
                    end.complete(Status.OK);
                }

                @Override
                public void onError(Throwable failure) {
                    end.complete(Status.fromThrowable(failure));
                }

                @Override
                public void onCompleted() {
                    end.complete(Status.OK);
                }
            });
        requests.onNext(StringValue.of("x".repeat(80 * 1024 * 1024)));
        Status status = end.get(10, TimeUnit.SECONDS);
        assertThat(status.getCode()).isEqualTo(Status.Code.CANCELLED);
        assertThat(status.getCause()).hasMessageContaining("is too long");
        assertThat(Echo.say(channel, "after")).isEqualTo("after");
    }

    @Test
    void clientWithoutDecompressorsGetsPlainAnswers() throws Exception {
        CompletableFuture<String> encoding = new CompletableFuture<>();
        serve(Echo.service((request, response) -> {
            ((ServerCallStreamObserver<StringValue>) response).setCompression("gzip");
            response.onNext(request);
            response.onCompleted();
        }));
        ManagedChannel plain = ShmChannelBuilder.forEndpoint(endpoint)
            .decompressorRegistry(DecompressorRegistry.emptyInstance().with(Codec.Identity.NONE, true))
            .intercept(new HeadersReader(encoding))
            .build();
        try {
            assertThat(Echo.say(plain, "x")).isEqualTo("x");
            assertThat(encoding.get(10, TimeUnit.SECONDS)).isEqualTo("none");
        }
        finally {
            plain.shutdownNow();
        }
        assertThat(Echo.say(channel, "y")).isEqualTo("y");
    }

    /** Tells what the answer is compressed with. */
    private record HeadersReader(CompletableFuture<String> encoding) implements ClientInterceptor {

        @Override
        public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
            return new SimpleForwardingClientCall<>(next.newCall(method, options)) {

                @Override
                public void start(Listener<R> listener, Metadata headers) {
                    super.start(new SimpleForwardingClientCallListener<>(listener) {

                        @Override
                        public void onHeaders(Metadata received) {
                            String named = received
                                .get(Metadata.Key.of("grpc-encoding", Metadata.ASCII_STRING_MARSHALLER));
                            encoding.complete(named == null ? "none" : named);
                            super.onHeaders(received);
                        }
                    }, headers);
                }
            };
        }

    }

    @Test
    void requestAsJsonIsRefused() throws Exception {
        serve(Echo.service());
        try (RpcChannel ours = RpcChannel.open(endpoint)) {
            assertThatExceptionOfType(io.github.shmrpc.RpcException.class)
                .isThrownBy(() -> ours.call("test.Echo/say", new Json("x"), Json.class))
                .withMessageContaining("takes no JSON");
        }
    }

    /** A message as JSON. */
    record Json(String value) {
    }

    @Test
    void credentialsAreSentAlsoIfTheyComeLate() throws Exception {
        CompletableFuture<String> seen = new CompletableFuture<>();
        Server server = ShmServerBuilder.forEndpoint(endpoint)
            .addService(Echo.service())
            .intercept(new ServerInterceptor() {

                @Override
                public <Q, R> ServerCall.Listener<Q> interceptCall(ServerCall<Q, R> call, Metadata headers,
                        ServerCallHandler<Q, R> next) {
                    seen.complete(headers.get(TOKEN));
                    return next.startCall(call, headers);
                }
            })
            .build()
            .start();
        started.set(server);
        assertThat(Echo.say(channel, "x", CallOptions.DEFAULT.withCallCredentials(new Late()))).isEqualTo("x");
        assertThat(seen).isCompletedWithValue("late");
    }

    private static final class Late extends CallCredentials {

        @Override
        public void applyRequestMetadata(RequestInfo request, Executor executor, MetadataApplier applier) {
            executor.execute(() -> {
                Metadata token = new Metadata();
                token.put(TOKEN, "late");
                applier.apply(token);
            });
        }

    }

    @Test
    void chatKeepsItsOrderHoweverFastItIs() throws Exception {
        serve(Echo.service());
        int count = 20_000;
        CompletableFuture<Integer> received = new CompletableFuture<>();
        StreamObserver<StringValue> requests = ClientCalls
            .asyncBidiStreamingCall(channel.newCall(Echo.CHAT, CallOptions.DEFAULT), new StreamObserver<>() {

                private int next;

                @Override
                public void onNext(StringValue value) {
                    if (value.getValue().equals("message " + next)) {
                        next++;
                    }
                }

                @Override
                public void onError(Throwable failure) {
                    received.completeExceptionally(failure);
                }

                @Override
                public void onCompleted() {
                    received.complete(next);
                }
            });
        for (int i = 0; i < count; i++) {
            requests.onNext(StringValue.of("message " + i));
        }
        requests.onCompleted();
        assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo(count);
    }

    // -- Beside our own calls

    @Test
    void stubCallsHandlerOfOurs() throws Exception {
        try (RpcServer server = RpcServer.builder(endpoint).register(new Handler()).build().start()) {
            assertThat(server.methods()).contains("test.Echo/say");
            assertThat(Echo.say(channel, "hello")).isEqualTo("handled hello");
        }
    }

    /** Served under the name that the stub calls. */
    @io.github.shmrpc.RpcContract("test.Echo")
    interface HandlerContract {

        StringValue say(StringValue request);

    }

    static final class Handler implements HandlerContract {

        @Override
        public StringValue say(StringValue request) {
            return StringValue.of("handled " + request.getValue());
        }

    }

    @Test
    void channelOfOursCallsGrpcServiceAndSharesItsConnectionWithStubs() throws Exception {
        RpcServer.Builder builder = RpcServer.builder(endpoint)
            .bridge(ShmServerBuilder.forEndpoint(endpoint).addService(Echo.service()).buildBridge(), Dispatch.INHERIT);
        try (RpcServer server = builder.build().start(); RpcChannel ours = RpcChannel.open(endpoint)) {
            assertThat(ours.call("test.Echo/say", StringValue.of("a"), StringValue.class).getValue()).isEqualTo("a");
            ManagedChannel over = ShmChannelBuilder.over(ours).build();
            assertThat(Echo.say(over, "b")).isEqualTo("b");
            assertThat(server.connectionCount()).isEqualTo(1);
            over.shutdown();
            assertThat(over.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
            assertThat(ours.call("test.Echo/say", StringValue.of("c"), StringValue.class).getValue()).isEqualTo("c");
        }
    }

    /** For who passes it on: a client on another host may send it again. */
    @Test
    void callThatWasNotSentSaysSoInItsTrailers() {
        assertThat(trailersOfFailedCall()).isEqualTo("not-executed");
        channel.shutdown();
        assertThat(trailersOfFailedCall()).isEqualTo("not-executed");
    }

    private @Nullable String trailersOfFailedCall() {
        Future<StringValue> call = ClientCalls.futureUnaryCall(channel.newCall(Echo.SAY, CallOptions.DEFAULT),
                StringValue.of("x"));
        ExecutionException failure = Objects
            .requireNonNull(catchThrowableOfType(ExecutionException.class, () -> call.get(10, TimeUnit.SECONDS)));
        assertThat(Status.fromThrowable(failure).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        return Objects.requireNonNull(Status.trailersFromThrowable(failure)).get(OUTCOME);
    }

    @Test
    void answerOfACancelledCallLeavesItsSlot() throws Exception {
        BlockingQueue<StreamObserver<StringValue>> left = new LinkedBlockingQueue<>();
        BlockingQueue<String> cancelled = new LinkedBlockingQueue<>();
        ServerServiceDefinition service = Echo.service((request, response) -> {
            ((ServerCallStreamObserver<StringValue>) response)
                .setOnCancelHandler(() -> cancelled.add(request.getValue()));
            response.onNext(StringValue.of("x".repeat(200_000)));
            if (request.getValue().equals("answer")) {
                response.onCompleted();
            }
            else {
                left.add(response);
            }
        });
        RpcServer.Builder builder = RpcServer.builder(endpoint)
            .bridge(ShmServerBuilder.forEndpoint(endpoint).addService(service).buildBridge(), Dispatch.INHERIT);
        try (RpcServer server = builder.build().start()) {
            Supplier<ConnectionUsage> usage = () -> Objects.requireNonNull(server.connections().get(0).usage());
            await().until(() -> {
                Echo.say(channel, "answer");
                return usage.get().slots() > 0;
            });
            await().until(() -> usage.get().slotsInUse() == 0);
            Future<StringValue> call = ClientCalls.futureUnaryCall(channel.newCall(Echo.SAY, CallOptions.DEFAULT),
                    StringValue.of("leave"));
            StreamObserver<StringValue> response = left.take();
            assertThat(usage.get().slotsInUse()).isEqualTo(1);
            call.cancel(true);
            assertThat(cancelled.take()).isEqualTo("leave");
            response.onCompleted();
            await().until(() -> usage.get().slotsInUse() == 0);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        }
        catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

}
