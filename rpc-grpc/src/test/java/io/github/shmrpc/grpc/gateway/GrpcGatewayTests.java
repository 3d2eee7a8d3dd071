package io.github.shmrpc.grpc.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Int32Value;
import com.google.protobuf.Message;
import com.google.protobuf.StringValue;
import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Dispatch;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.PeerInfo;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcPeer;
import io.github.shmrpc.RpcStream;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.grpc.relay.BytesMarshaller;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.server.ServerOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.protobuf.StatusProto;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/** A client of grpc-java's, on Netty, of a server of ours. */
@Timeout(60)
class GrpcGatewayTests {

    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

    private static final Metadata.Key<String> ECHO = Metadata.Key.of("echo", Metadata.ASCII_STRING_MARSHALLER);

    private static final MethodDescriptor<StringValue, StringValue> GREET = method("greet", MethodType.UNARY,
            StringValue.getDefaultInstance(), StringValue.getDefaultInstance());

    private static final MethodDescriptor<StringValue, StringValue> FAIL = method("fail", MethodType.UNARY,
            StringValue.getDefaultInstance(), StringValue.getDefaultInstance());

    private static final MethodDescriptor<StringValue, StringValue> WAIT = method("wait", MethodType.UNARY,
            StringValue.getDefaultInstance(), StringValue.getDefaultInstance());

    private static final MethodDescriptor<Int32Value, Int32Value> COUNT = method("count", MethodType.SERVER_STREAMING,
            Int32Value.getDefaultInstance(), Int32Value.getDefaultInstance());

    private static final MethodDescriptor<Int32Value, Int32Value> SUM = method("sum", MethodType.CLIENT_STREAMING,
            Int32Value.getDefaultInstance(), Int32Value.getDefaultInstance());

    private static final MethodDescriptor<StringValue, StringValue> ECHO_ALL = method("echo", MethodType.BIDI_STREAMING,
            StringValue.getDefaultInstance(), StringValue.getDefaultInstance());

    private static final AtomicInteger ENDPOINTS = new AtomicInteger();

    @TempDir
    static Path directory = Path.of("");

    private final String endpoint = "shm:" + directory.resolve("gateway-" + ENDPOINTS.incrementAndGet() + ".sock");

    private final World world = new World();

    private final GrpcGateway gateway = GrpcGateway.builder(0).build();

    private final RpcServer server = RpcServer.builder(endpoint)
        .options(ServerOptions.defaults().withDrainTimeout(Duration.ofSeconds(5)))
        .register(world, World.class, World.SERVICE, Dispatch.INHERIT)
        .gateway(gateway)
        .build();

    private final AtomicReference<ManagedChannel> opened = new AtomicReference<>();

    private ManagedChannel channel() {
        return requireNonNull(opened.get());
    }

    static <Q extends Message, R extends Message> MethodDescriptor<Q, R> method(String name, MethodType type, Q request,
            R response) {
        return MethodDescriptor.<Q, R>newBuilder()
            .setType(type)
            .setFullMethodName(World.SERVICE + "/" + name)
            .setRequestMarshaller(ProtoUtils.marshaller(request))
            .setResponseMarshaller(ProtoUtils.marshaller(response))
            .build();
    }

    @BeforeEach
    void start() throws Exception {
        server.start();
        opened.set(Grpc.newChannelBuilderForAddress("127.0.0.1", gateway.port(), InsecureChannelCredentials.create())
            .build());
    }

    @AfterEach
    void stop() throws Exception {
        world.later.complete(StringValue.of("stopped"));
        channel().shutdownNow();
        assertThat(channel().awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        server.close();
    }

    static String greet(Channel channel, String name) {
        return ClientCalls
            .blockingUnaryCall(channel, GREET, io.grpc.CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS),
                    StringValue.of(name))
            .getValue();
    }

    /** The shortest of some stops, as a busy machine may hold up one. */
    @Test
    void whoSpeaksNoHttp2HoldsUpNoStop() throws IOException {
        Duration shortest = Duration.ofDays(1);
        for (int i = 0; i < 3; i++) {
            server.start();
            sayGarbage();
            long startNs = System.nanoTime();
            server.stop(Duration.ofSeconds(30));
            Duration stop = Duration.ofNanos(System.nanoTime() - startNs);
            shortest = stop.compareTo(shortest) < 0 ? stop : shortest;
        }
        assertThat(shortest).isLessThan(Duration.ofSeconds(1));
    }

    /** Returns when the server has closed the connection. */
    private void sayGarbage() throws IOException {
        try (Socket stranger = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
            stranger.setSoTimeout(20_000);
            stranger.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(stranger.getInputStream().readAllBytes()).isNotNull();
        }
    }

    @Test
    void unaryCallsCarryMetadataBothWays() {
        Metadata headers = new Metadata();
        headers.put(TOKEN, "secret");
        AtomicReference<Metadata> responseHeaders = new AtomicReference<>();
        AtomicReference<Metadata> trailers = new AtomicReference<>();
        Channel intercepted = ClientInterceptors.intercept(channel(),
                MetadataUtils.newAttachHeadersInterceptor(headers),
                MetadataUtils.newCaptureMetadataInterceptor(responseHeaders, trailers));
        assertThat(greet(intercepted, "you")).isEqualTo("Hello you");
        assertThat(requireNonNull(trailers.get()).get(ECHO)).isEqualTo("secret");
    }

    @Test
    void allKindsOfStreams() throws Exception {
        Iterator<Int32Value> counted = ClientCalls.blockingServerStreamingCall(channel(), COUNT,
                io.grpc.CallOptions.DEFAULT, Int32Value.of(1000));
        List<Integer> numbers = new ArrayList<>();
        counted.forEachRemaining((number) -> numbers.add(number.getValue()));
        assertThat(numbers).isEqualTo(IntStream.range(0, 1000).boxed().toList());

        Collector<Int32Value> sum = new Collector<>();
        StreamObserver<Int32Value> summands = ClientCalls
            .asyncClientStreamingCall(channel().newCall(SUM, io.grpc.CallOptions.DEFAULT), sum);
        for (int i = 1; i <= 100; i++) {
            summands.onNext(Int32Value.of(i));
        }
        summands.onCompleted();
        assertThat(sum.all()).containsExactly(Int32Value.of(5050));

        Collector<StringValue> echoes = new Collector<>();
        StreamObserver<StringValue> words = ClientCalls
            .asyncBidiStreamingCall(channel().newCall(ECHO_ALL, io.grpc.CallOptions.DEFAULT), echoes);
        for (int i = 0; i < 100; i++) {
            words.onNext(StringValue.of("word" + i));
            assertThat(echoes.next()).isEqualTo(StringValue.of("word" + i));
        }
        words.onCompleted();
        assertThat(echoes.all()).hasSize(100);
    }

    @Test
    void longMessagesAreLimitedAsAtTheEndpoint() {
        assertThat(greet(channel(), "x".repeat(3_000_000))).hasSize(3_000_006);
        assertThatExceptionOfType(StatusRuntimeException.class)
            .isThrownBy(() -> greet(channel(), "x".repeat(5_000_000)))
            .satisfies((refused) -> assertThat(refused.getStatus().getCode()).isIn(Status.Code.CANCELLED,
                    Status.Code.RESOURCE_EXHAUSTED));
        assertThat(greet(channel(), "again")).isEqualTo("Hello again");
    }

    @Test
    void failuresHaveTheirStatusTextAndDetails() {
        assertThatExceptionOfType(StatusRuntimeException.class)
            .isThrownBy(() -> ClientCalls.blockingUnaryCall(channel(), FAIL, io.grpc.CallOptions.DEFAULT,
                    StringValue.of("place")))
            .satisfies((failure) -> {
                assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
                assertThat(failure.getStatus().getDescription()).isEqualTo("no such place");
                assertThat(requireNonNull(StatusProto.fromThrowable(failure)).getDetails(0).unpack(StringValue.class))
                    .isEqualTo(StringValue.of("why"));
            });
    }

    /**
     * Near the 4 KiB of texts, beyond ASCII, and what has no room even without a text.
     */
    @ParameterizedTest
    @CsvSource({ "x,3000", "x,4000", "\u00e9,1900", "\u8a9e,1300", "x,12000" })
    void failuresThatSayMuchKeepTheirStatus(String character, int length) {
        StringValue word = StringValue.of(character.repeat(length));
        assertThatExceptionOfType(StatusRuntimeException.class)
            .isThrownBy(() -> ClientCalls.blockingUnaryCall(channel(), FAIL, io.grpc.CallOptions.DEFAULT, word))
            .satisfies((failure) -> {
                assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
                assertThat(failure.getStatus().getDescription()).startsWith("no such " + character.repeat(400));
                var details = StatusProto.fromThrowable(failure);
                assertThat(requireNonNull(details).getDetailsCount()).isEqualTo(length > World.LONG ? 0 : 1);
            });
        try (RpcChannel ours = RpcChannel.open("grpc://127.0.0.1:" + gateway.port())) {
            assertThatExceptionOfType(RpcException.class)
                .isThrownBy(() -> ours.call(World.SERVICE + "/fail", word, StringValue.class))
                .satisfies((failure) -> {
                    assertThat(failure.detail())
                        .isEqualTo("no such " + character.repeat(Math.min(length, 4096 - "no such ".length())));
                    assertThat(failure.details()).hasSize(1);
                });
        }
    }

    @Test
    void unknownMethodsAreUnimplemented() {
        assertThatExceptionOfType(StatusRuntimeException.class)
            .isThrownBy(() -> ClientCalls.blockingUnaryCall(channel(),
                    method("nothing", MethodType.UNARY, StringValue.getDefaultInstance(),
                            StringValue.getDefaultInstance()),
                    io.grpc.CallOptions.DEFAULT, StringValue.of("")))
            .satisfies((failure) -> assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED));
    }

    @Test
    void deadlineEndsTheCallOnBothSides() throws Exception {
        // None of the deadline goes into the first connection, so that the call comes.
        assertThat(greet(channel(), "you")).isEqualTo("Hello you");
        assertThatExceptionOfType(StatusRuntimeException.class)
            .isThrownBy(() -> ClientCalls.blockingUnaryCall(channel(), WAIT,
                    io.grpc.CallOptions.DEFAULT.withDeadlineAfter(1500, TimeUnit.MILLISECONDS), StringValue.of("")))
            .satisfies((failure) -> assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
        assertThat(world.cancelled.get(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void cancellationReachesTheHandler() throws Exception {
        var call = ClientCalls.futureUnaryCall(channel().newCall(WAIT, io.grpc.CallOptions.DEFAULT),
                StringValue.of(""));
        assertThat(world.entered.get(10, TimeUnit.SECONDS)).isFalse();
        assertThat(call.cancel(true)).isTrue();
        assertThat(world.cancelled.get(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void clientThatGoesAwayCancelsItsCallsAndIsNoPeerAnyMore() throws Exception {
        var call = ClientCalls.futureUnaryCall(channel().newCall(WAIT, io.grpc.CallOptions.DEFAULT),
                StringValue.of(""));
        assertThat(world.entered.get(10, TimeUnit.SECONDS)).isFalse();
        channel().shutdownNow();
        assertThat(world.cancelled.get(10, TimeUnit.SECONDS)).isTrue();
        assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> call.get(10, TimeUnit.SECONDS));
        await().until(() -> server.connectionCount() == 0);
    }

    @Test
    void jsonIsCalledAsJson() {
        MethodDescriptor<byte[], byte[]> note = BytesMarshaller.method(World.SERVICE + "/note", MethodType.UNARY);
        byte[] reply = ClientCalls.blockingUnaryCall(channel(), note, io.grpc.CallOptions.DEFAULT,
                "{\"text\":\"hi\",\"number\":41}".getBytes(StandardCharsets.UTF_8));
        assertThat(new String(reply, StandardCharsets.UTF_8)).isEqualTo("{\"text\":\"hi!\",\"number\":42}");
    }

    @Test
    void contentTypeSaysThatAMessageIsJson() throws Exception {
        RawCall json = RawCall.make(gateway.port(), World.SERVICE + "/greet", "application/grpc+json", "\"you\"");
        assertThat(json.message()).isEqualTo("\"Hello you\"");
        RawCall note = RawCall.make(gateway.port(), World.SERVICE + "/note", "application/grpc+json;charset=utf-8",
                "{\"text\":\"hi\",\"number\":41}");
        assertThat(note.message()).isEqualTo("{\"text\":\"hi!\",\"number\":42}");
        // grpc-java lets no server say more.
        assertThat(note.headers()).containsEntry(":status", "200")
            .containsEntry("content-type", "application/grpc")
            .containsEntry("shmrpc-codec", "json")
            .containsEntry("grpc-status", "0");
        RawCall protobuf = RawCall.make(gateway.port(), World.SERVICE + "/note", "application/grpc+proto", "{}");
        assertThat(protobuf.headers()).doesNotContainEntry("grpc-status", "0");
    }

    /** Its end is no message: an empty one would be no JSON. */
    @Test
    void streamOfJsonEndsAfterItsLastMessage() {
        World.Note note = new World.Note("hi", 1);
        try (RpcChannel remote = RpcChannel.open("grpc://localhost:" + gateway.port());
                RpcStream<World.Note> notes = remote.stream(World.SERVICE + "/notes", note, World.Note.class,
                        CallOptions.timeout(Duration.ofSeconds(20)))) {
            assertThat(notes.read()).isEqualTo(note);
            assertThat(notes.read()).isEqualTo(note);
            assertThat(notes.read()).isNull();
            assertThat(notes.isEnded()).isTrue();
        }
    }

    @Test
    void eachConnectionIsAPeer() throws Exception {
        greet(channel(), "peer");
        RpcPeer peer = requireNonNull(world.callers.poll(10, TimeUnit.SECONDS));
        PeerInfo info = peer.info();
        assertThat(info.carrier()).isEqualTo("grpc");
        assertThat(info.user()).isEqualTo(PeerInfo.ANONYMOUS);
        assertThat(info.isAuthenticated()).isFalse();
        assertThat(requireNonNull(info.remote()).certificates()).isEmpty();
        assertThat(requireNonNull(info.remote()).address()).isInstanceOfSatisfying(InetSocketAddress.class,
                (address) -> {
                    assertThat(address.getAddress().isLoopbackAddress()).isTrue();
                    assertThat(info.name()).isEqualTo("127.0.0.1:" + address.getPort());
                });
        assertThat(server.peers().all()).containsExactly(peer);
        greet(channel(), "again");
        assertThat(world.callers.poll(10, TimeUnit.SECONDS)).isSameAs(peer);
        try (RpcChannel local = RpcChannel.open(endpoint)) {
            assertThat(local.call("test.World/greet", StringValue.of("shm"), StringValue.class,
                    CallOptions.timeout(Duration.ofSeconds(10))))
                .isEqualTo(StringValue.of("Hello shm"));
            assertThat(server.peers().all()).hasSize(2);
        }
    }

    @Test
    void healthIsWhatWasSaidBeforeTheStart() throws Exception {
        GrpcGateway later = GrpcGateway.builder(0).build();
        later.serving(false);
        try (RpcServer unready = RpcServer.builder(endpoint + "5")
            .register(world, World.class, World.SERVICE, Dispatch.INHERIT)
            .gateway(later)
            .build()
            .start()) {
            ManagedChannel asking = Grpc
                .newChannelBuilderForAddress("127.0.0.1", later.port(), InsecureChannelCredentials.create())
                .build();
            try {
                HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(asking);
                HealthCheckRequest all = HealthCheckRequest.getDefaultInstance();
                assertThat(unready.isRunning()).isTrue();
                assertThat(health.check(all).getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
                later.serving(true);
                assertThat(health.check(all).getStatus()).isEqualTo(ServingStatus.SERVING);
            }
            finally {
                assertThat(asking.shutdownNow().awaitTermination(10, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    @Test
    void healthFollowsTheServer() {
        HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(channel());
        assertThat(health.check(HealthCheckRequest.getDefaultInstance()).getStatus()).isEqualTo(ServingStatus.SERVING);
        HealthCheckRequest ofWorld = HealthCheckRequest.newBuilder().setService(World.SERVICE).build();
        assertThat(health.check(ofWorld).getStatus()).isEqualTo(ServingStatus.SERVING);
        gateway.serving(false);
        assertThat(health.check(ofWorld).getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
        assertThat(greet(channel(), "still")).isEqualTo("Hello still");
    }

    @Test
    void reflectionDescribesProtobufMethods() throws Exception {
        Collector<ServerReflectionResponse> answers = new Collector<>();
        StreamObserver<ServerReflectionRequest> requests = ServerReflectionGrpc.newStub(channel())
            .serverReflectionInfo(answers);
        requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
        assertThat(answers.next().getListServicesResponse().getServiceList()).extracting((service) -> service.getName())
            .containsExactlyInAnyOrder(World.SERVICE, "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection");
        requests.onNext(ServerReflectionRequest.newBuilder().setFileContainingSymbol(World.SERVICE).build());
        var file = FileDescriptorProto.parseFrom(answers.next().getFileDescriptorResponse().getFileDescriptorProto(0));
        assertThat(file.getService(0).getMethodList()).extracting((method) -> method.getName())
            .containsExactlyInAnyOrder("count", "echo", "fail", "greet", "sum", "wait");
        assertThat(file.getService(0).getMethodList()).filteredOn((method) -> method.getName().equals("sum"))
            .allSatisfy((sum) -> {
                assertThat(sum.getClientStreaming()).isTrue();
                assertThat(sum.getServerStreaming()).isFalse();
                assertThat(sum.getInputType()).isEqualTo(".google.protobuf.Int32Value");
            });
        requests.onCompleted();
        assertThat(answers.all()).hasSize(2);
    }

    @Test
    void stopLetsRunningCallsEnd() throws Exception {
        var call = ClientCalls.futureUnaryCall(channel().newCall(WAIT, io.grpc.CallOptions.DEFAULT),
                StringValue.of(""));
        assertThat(world.entered.get(10, TimeUnit.SECONDS)).isFalse();
        Thread stopping = new Thread(server::close);
        stopping.start();
        await().until(() -> !canConnect());
        world.later.complete(StringValue.of("done"));
        assertThat(call.get(10, TimeUnit.SECONDS)).isEqualTo(StringValue.of("done"));
        stopping.join(10_000);
        assertThat(stopping.isAlive()).isFalse();
        assertThat(world.cancelled).isNotDone();
    }

    private boolean canConnect() {
        int port = gateway.port();
        try (var socket = new Socket()) {
            if (port != -1) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            }
            return port != -1;
        }
        catch (IOException refused) {
            return false;
        }
    }

    @Test
    void serverStartsAgain() throws Exception {
        assertThat(greet(channel(), "first")).isEqualTo("Hello first");
        server.close();
        server.start();
        ManagedChannel again = Grpc
            .newChannelBuilderForAddress("127.0.0.1", gateway.port(), InsecureChannelCredentials.create())
            .build();
        try {
            assertThat(greet(again, "second")).isEqualTo("Hello second");
        }
        finally {
            again.shutdownNow();
        }
    }

    @Test
    void thereIsNoPortWhileTheServerDoesNotRun() {
        assertThat(gateway.port()).isPositive();
        server.close();
        assertThat(gateway.port()).isEqualTo(-1);
    }

    @Test
    void portInUseIsSaid() {
        int port = gateway.port();
        RpcServer second = RpcServer.builder(endpoint + "2")
            .register(world, World.class, World.SERVICE, Dispatch.INHERIT)
            .gateway(GrpcGateway.builder(port).build())
            .build();
        assertThatExceptionOfType(GatewayException.class).isThrownBy(second::start)
            .withMessage("Port " + port + " of 127.0.0.1 is in use: stop who listens there, or choose another port")
            .satisfies((refused) -> assertThat(refused.reason()).isEqualTo(GatewayException.Reason.PORT_IN_USE));
        assertThat(second.isRunning()).isFalse();
    }

    @Test
    void plaintextOffLoopbackNeedsToBeAllowed() {
        assertThatIllegalArgumentException().isThrownBy(() -> GrpcGateway.builder(9090).address("0.0.0.0").build())
            .withMessageContaining("without TLS");
        assertThat(GrpcGateway.builder(9090).address("0.0.0.0").plaintext(true).build()).isNotNull();
        assertThat(GrpcGateway.builder(9090).address("localhost").build()).isNotNull();
    }

    @Test
    void connectionsAreLimited() throws Exception {
        GrpcGateway one = GrpcGateway.builder(0).maxConnections(1).build();
        RpcServer limited = RpcServer.builder(endpoint + "3")
            .register(world, World.class, World.SERVICE, Dispatch.INHERIT)
            .gateway(one)
            .build()
            .start();
        ManagedChannel first = Grpc
            .newChannelBuilderForAddress("127.0.0.1", one.port(), InsecureChannelCredentials.create())
            .build();
        ManagedChannel second = Grpc
            .newChannelBuilderForAddress("127.0.0.1", one.port(), InsecureChannelCredentials.create())
            .build();
        try {
            assertThat(greet(first, "one")).isEqualTo("Hello one");
            assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> greet(second, "two"))
                .satisfies((refused) -> {
                    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
                    assertThat(refused.getMessage()).contains("maxConnections");
                });
            try (RpcChannel third = RpcChannel.open("grpc://127.0.0.1:" + one.port())) {
                assertThatExceptionOfType(RpcException.class)
                    .isThrownBy(() -> third.call(World.SERVICE + "/greet", StringValue.of("three"), StringValue.class))
                    .satisfies((refused) -> assertThat(refused.outcome()).isEqualTo(Outcome.NOT_EXECUTED));
            }
        }
        finally {
            first.shutdownNow();
            second.shutdownNow();
            limited.close();
        }
    }

    /** What comes in a stream. */
    private static final class Collector<T> implements StreamObserver<T> {

        private final BlockingQueue<T> messages = new LinkedBlockingQueue<>();

        private final List<T> all = new ArrayList<>();

        private final CompletableFuture<Status> end = new CompletableFuture<>();

        @Override
        public synchronized void onNext(T message) {
            all.add(message);
            messages.add(message);
        }

        @Override
        public void onError(Throwable failure) {
            end.complete(failure instanceof StatusException known ? known.getStatus() : Status.fromThrowable(failure));
        }

        @Override
        public void onCompleted() {
            end.complete(Status.OK);
        }

        T next() throws InterruptedException {
            return Objects.requireNonNull(messages.poll(10, TimeUnit.SECONDS), "no message");
        }

        synchronized List<T> copy() {
            return List.copyOf(all);
        }

        List<T> all() throws Exception {
            assertThat(end.get(10, TimeUnit.SECONDS)).isEqualTo(Status.OK);
            return copy();
        }

    }

}
