package io.github.shmrpc.grpc.remote;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Metadata;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcContract;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcMethod;
import io.github.shmrpc.RpcPeer;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.RpcStream;
import io.github.shmrpc.client.ChannelOptions;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.grpc.gateway.GrpcGateway;
import io.github.shmrpc.grpc.relay.BytesMarshaller;
import io.github.shmrpc.grpc.relay.PeerHello;
import io.github.shmrpc.protocol.FrameDescriptor;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.server.RpcServices;
import io.github.shmrpc.server.ServerOptions;
import io.github.shmrpc.transport.TransportOptions;
import io.grpc.ClientCall;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.stub.ServerCalls;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** A server calls clients that have come over TCP, and export services. */
@Timeout(60)
class ExportingClientTests {

    private static final Duration SOON = Duration.ofSeconds(20);

    private static final CallOptions PATIENT = CallOptions.timeout(SOON);

    private static final AtomicInteger SERVERS = new AtomicInteger();

    private final List<AutoCloseable> open = new ArrayList<>();

    private final Side side = new Side();

    private RpcServer server(GrpcGateway port) throws IOException {
        return server(port, new Hall(), ServerOptions.defaults());
    }

    private RpcServer server(GrpcGateway port, Hall hall, ServerOptions options) throws IOException {
        RpcServer server = RpcServer.builder("inproc:exporting-" + SERVERS.incrementAndGet())
            .register(hall)
            .options(options)
            .peerTimeout(SOON)
            .gateway(port)
            .build()
            .start();
        open.add(server);
        return server;
    }

    private RpcChannel client(String endpoint, String name, UnaryOperator<RpcChannel.Builder> settings) {
        RpcChannel channel = settings
            .apply(RpcChannel.builder(endpoint)
                .options(ChannelOptions.defaults()
                    .withTimeout(SOON)
                    .withTransport(TransportOptions.defaults().withName(name)))
                .services(RpcServices.builder().register(side).register(new Ears(side.told)).build()))
            .build();
        open.add(0, channel);
        channel.connect(SOON);
        return channel;
    }

    private RpcChannel client(GrpcGateway port, String name) {
        return client("grpc://localhost:" + port.port(), name, (builder) -> builder);
    }

    private static RpcPeer onlyPeer(RpcServer server) {
        await().until(() -> server.peers().all().size() == 1);
        return server.peers().all().get(0);
    }

    private ManagedChannel raw(GrpcGateway port) {
        ManagedChannel channel = Grpc
            .newChannelBuilderForAddress("localhost", port.port(), InsecureChannelCredentials.create())
            .build();
        open.add(0, channel::shutdownNow);
        return channel;
    }

    @AfterEach
    void closeAll() throws Exception {
        side.go.complete(null);
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    @Test
    void handlerCallsItsCallerWhichIsTheOnlyPeer() throws IOException {
        GrpcGateway port = GrpcGateway.builder(0).build();
        Hall hall = new Hall();
        RpcServer server = server(port, hall, ServerOptions.defaults());
        RpcChannel channel = client(port, "gateway-1");
        for (int i = 0; i < 50; i++) {
            assertThat(channel.proxy(World.class).enter("you " + i)).isEqualTo("welcome, you " + i);
        }
        RpcPeer peer = onlyPeer(server);
        assertThat(hall.callers).hasSize(50).containsOnly(peer);
        assertThat(server.peers().named("gateway-1")).containsExactly(peer);
        assertThat(peer.info().services()).containsExactlyInAnyOrder("test.Side", "test.News");
        assertThat(peer.carrier()).isEqualTo("grpc");
        assertThat(peer.info().isAuthenticated()).isFalse();
        assertThat(peer.info().remote()).isNotNull();
    }

    @Test
    void callsOfTheServerAreOfAllKinds() throws Exception {
        GrpcGateway port = GrpcGateway.builder(0).build();
        RpcServer server = server(port);
        client(port, "all kinds");
        RpcPeer peer = onlyPeer(server);
        SideCalls calls = peer.proxy(SideCalls.class);
        assertThat(calls.greet("you")).isEqualTo("welcome, you");
        assertThat(calls.greetLater("you").toCompletableFuture().get(20, TimeUnit.SECONDS)).isEqualTo("welcome, you");
        calls.tell("rain");
        await().until(() -> List.copyOf(side.told).equals(List.of("rain")));
        List<Integer> counted = new ArrayList<>();
        calls.count(10_000).forEach(counted::add);
        assertThat(counted).isEqualTo(IntStream.rangeClosed(1, 10_000).boxed().toList());
        assertThat(calls.sum(RpcStream.of(counted))).isEqualTo(50_005_000);
        List<Integer> doubled = new ArrayList<>();
        calls.doubled(RpcStream.of(counted)).forEach(doubled::add);
        assertThat(doubled).hasSize(10_000).startsWith(2, 4, 6).endsWith(20_000);
        String metadata = peer.call("test.Side/token", "", String.class,
                PATIENT.withMetadata(Metadata.EMPTY.with("token", "secret")));
        assertThat(metadata).isEqualTo("secret");
    }

    @Test
    void failuresDeadlinesAndCancellationGoThatWayToo() throws Exception {
        GrpcGateway port = GrpcGateway.builder(0).build();
        RpcServer server = server(port);
        client(port, "failing");
        RpcPeer peer = onlyPeer(server);
        SideCalls calls = peer.proxy(SideCalls.class);
        assertThatExceptionOfType(RpcException.class).isThrownBy(() -> calls.greet("nobody")).satisfies((failure) -> {
            assertThat(failure.status()).isEqualTo(RpcStatus.NOT_FOUND);
            assertThat(failure.outcome()).isEqualTo(Outcome.ANSWERED);
            assertThat(failure.detail()).isEqualTo("nobody is here");
        });
        CompletableFuture<String> late = peer.callAsync("test.Side/hold", "", String.class,
                CallOptions.timeout(Duration.ofSeconds(2)));
        await().until(() -> side.held.get() == 1);
        assertThat(late).failsWithin(SOON)
            .withThrowableThat()
            .havingCause()
            .isInstanceOfSatisfying(RpcException.class,
                    (failure) -> assertThat(failure.status()).isEqualTo(RpcStatus.DEADLINE_EXCEEDED));
        await().until(() -> side.cancelled.get() == 1);
        CompletableFuture<String> held = peer.callAsync("test.Side/hold", "", String.class, PATIENT);
        await().until(() -> side.held.get() == 2);
        held.cancel(false);
        await().until(() -> side.cancelled.get() == 2);
        assertThatExceptionOfType(RpcException.class)
            .isThrownBy(() -> peer.call("test.Other/greet", "", String.class, PATIENT))
            .satisfies((failure) -> assertThat(failure.status()).isEqualTo(RpcStatus.UNIMPLEMENTED));
    }

    @Test
    void broadcastReachesAllWhoExportTheService() throws IOException {
        GrpcGateway port = GrpcGateway.builder(0).build();
        RpcServer server = server(port);
        List<String> endpoints = List.of("grpc://localhost:" + port.port(), server.endpoint().toString());
        endpoints.forEach((endpoint) -> client(endpoint, endpoint, (builder) -> builder));
        await().until(() -> server.peers().all().size() == 2);
        News news = server.peers().broadcast(News.class);
        for (int i = 0; i < 100; i++) {
            news.said("news " + i);
        }
        await().until(() -> side.told.size() == 200);
        assertThat(server.peers().all()).allMatch((peer) -> peer.droppedMessages() == 0);
    }

    @Test
    void longestMessagesGoBothWaysAndLongerOnesHarmNobody() throws IOException {
        GrpcGateway port = GrpcGateway.builder(0).build();
        RpcServer server = server(port);
        RpcChannel channel = client(port, "long");
        World world = channel.proxy(World.class);
        SideCalls back = onlyPeer(server).proxy(SideCalls.class);
        byte[] longest = new byte[4 * 1024 * 1024];
        assertThat(world.echo(longest)).hasSize(longest.length);
        assertThat(back.echo(longest)).hasSize(longest.length);
        byte[] tooLong = new byte[longest.length + 100_000];
        List<CompletableFuture<byte[]>> both = List.of(CompletableFuture.supplyAsync(() -> world.echo(tooLong)),
                CompletableFuture.supplyAsync(() -> back.echo(tooLong)));
        for (CompletableFuture<byte[]> refused : both) {
            assertThat(refused).failsWithin(SOON)
                .withThrowableThat()
                .havingCause()
                .isInstanceOfSatisfying(RpcException.class,
                        (failure) -> assertThat(failure.status()).isEqualTo(RpcStatus.RESOURCE_EXHAUSTED));
        }
        assertThat(world.enter("still")).isEqualTo("welcome, still");
    }

    @Test
    void longMessagesAreCompressedIfThatIsWanted() throws Exception {
        GrpcGateway port = GrpcGateway.builder(0).build();
        RpcServer server = server(port, new Hall(), ServerOptions.defaults().withCompressAbove(1024));
        String text = "x".repeat(100_000);
        RpcChannel channel = client("grpc://localhost:" + port.port(), "compressing", (builder) -> builder.options(
                ChannelOptions.defaults().withTimeout(SOON).withCompressAbove(1024).withMaxMessageLength(200_000)));
        assertThat(channel.proxy(World.class).enter(text)).isEqualTo("welcome, " + text);
        RawStream stream = new RawStream(raw(port), new PeerHello("raw", List.of("test.Side"), 200_000).headers());
        await().until(() -> server.peers().named("raw").size() == 1);
        CompletableFuture<String> call = server.peers()
            .named("raw")
            .get(0)
            .callAsync("test.Side/greet", text, String.class, PATIENT);
        stream.call.request(2);
        await().until(() -> stream.received.size() == 2);
        assertThat(stream.received).allMatch((frame) -> frame.length < 1000);
        call.cancel(false);
    }

    @Test
    void peerThatHasGoneIsNotCalled() throws IOException {
        GrpcGateway port = GrpcGateway.builder(0).build();
        RpcServer server = server(port);
        RpcChannel channel = client(port, "leaving");
        RpcPeer peer = onlyPeer(server);
        CompletableFuture<String> held = peer.callAsync("test.Side/hold", "", String.class, PATIENT);
        await().until(() -> side.held.get() == 1);
        channel.close();
        assertThat(held).failsWithin(SOON)
            .withThrowableThat()
            .havingCause()
            .isInstanceOfSatisfying(RpcException.class, (failure) -> {
                assertThat(failure.status()).isEqualTo(RpcStatus.UNAVAILABLE);
                assertThat(failure.outcome()).isEqualTo(Outcome.UNKNOWN);
            });
        await().until(() -> server.peers().all().isEmpty());
        assertThat(peer.isConnected()).isFalse();
        assertThatExceptionOfType(RpcException.class).isThrownBy(() -> peer.proxy(SideCalls.class).greet("late"))
            .satisfies((failure) -> {
                assertThat(failure.status()).isEqualTo(RpcStatus.UNAVAILABLE);
                assertThat(failure.outcome()).isEqualTo(Outcome.NOT_EXECUTED);
            });
    }

    @Test
    void peerWhoseConnectionBreaksIsGone() throws IOException {
        GrpcGateway port = GrpcGateway.builder(0).build();
        RpcServer server = server(port);
        ManagedChannel channel = raw(port);
        RawStream stream = new RawStream(channel, new PeerHello("breaking", List.of("test.Side"), 100_000).headers());
        RpcPeer peer = onlyPeer(server);
        CompletableFuture<String> held = peer.callAsync("test.Side/hold", "", String.class, PATIENT);
        stream.call.request(1);
        await().until(() -> !stream.received.isEmpty());
        channel.shutdownNow();
        assertThat(held).failsWithin(SOON)
            .withThrowableThat()
            .havingCause()
            .isInstanceOfSatisfying(RpcException.class,
                    (failure) -> assertThat(failure.outcome()).isEqualTo(Outcome.UNKNOWN));
        await().until(() -> server.peers().all().isEmpty());
    }

    /** As any connection that the server or a proxy asks to go. */
    @Test
    void connectionOfItsAgeIsLeftAndNoCallIsLost() throws Exception {
        // Long enough for the call below to come before it.
        GrpcGateway port = GrpcGateway.builder(0).maxConnectionAge(Duration.ofSeconds(3), null).build();
        RpcServer server = server(port);
        World world = client(port, "ageing").proxy(World.class);
        RpcPeer old = onlyPeer(server);
        CompletableFuture<String> held = old.callAsync("test.Side/hold", "", String.class, PATIENT);
        await().until(() -> side.held.get() == 1);
        await().until(() -> {
            assertThat(world.enter("you")).isEqualTo("welcome, you");
            return server.peers().all().stream().anyMatch((peer) -> !peer.equals(old));
        });
        side.go.complete(null);
        assertThat(held.get(20, TimeUnit.SECONDS)).isEqualTo("held");
        await().until(() -> !old.isConnected());
        assertThat(world.enter("still")).isEqualTo("welcome, still");
    }

    @Test
    void serverThatComesBackHasAnotherPeer() throws IOException {
        GrpcGateway port = GrpcGateway.builder(0).build();
        RpcServer before = server(port);
        GrpcGateway samePort = GrpcGateway.builder(port.port()).build();
        RpcChannel channel = client(port, "staying");
        RpcPeer peer = onlyPeer(before);
        before.stop(SOON);
        assertThat(peer.isConnected()).isFalse();
        RpcServer after = server(samePort);
        assertThat(onlyPeer(after).proxy(SideCalls.class).greet("again")).isEqualTo("welcome, again");
        assertThat(channel.proxy(World.class).enter("you")).isEqualTo("welcome, you");
    }

    /** Neither an idle stream nor one with calls keeps a server from its stop. */
    @Test
    void stopEndsCallsInGoodOrderAndWaitsForNoStream() throws Exception {
        GrpcGateway port = GrpcGateway.builder(0).build();
        RpcServer server = server(port);
        RpcChannel channel = client(port, "last");
        onlyPeer(server);
        CompletableFuture<String> last = channel.callAsync("test.World/waitForMe", "", String.class, PATIENT);
        await().until(() -> side.held.get() == 1);
        CompletableFuture<Void> stopped = CompletableFuture.runAsync(() -> server.stop(Duration.ofMinutes(10)));
        assertThatExceptionOfType(RpcException.class).isThrownBy(() -> {
            while (true) {
                channel.call("test.World/enter", "late", String.class, PATIENT.withWaitForReady(false));
            }
        }).satisfies((failure) -> assertThat(failure.outcome()).isEqualTo(Outcome.NOT_EXECUTED));
        assertThat(stopped).isNotDone();
        side.go.complete(null);
        assertThat(last.get(20, TimeUnit.SECONDS)).isEqualTo("held");
        stopped.get(20, TimeUnit.SECONDS);
    }

    @Test
    void streamIsNoCall() throws IOException {
        GrpcGateway port = GrpcGateway.builder(0).build();
        RpcServer server = server(port, new Hall(), ServerOptions.defaults().withMaxCalls(1));
        RpcChannel channel = client(port, "one at a time");
        assertThat(channel.proxy(World.class).enter("you")).isEqualTo("welcome, you");
        // The answer may be there before its thread has left and counted the call.
        await().during(Duration.ofMillis(200))
            .until(() -> server.callsInFlight() == 0 && server.statistics().requests() == 1);
    }

    @Test
    void clientsBeyondTheLimitAreRefused() throws IOException {
        GrpcGateway port = GrpcGateway.builder(0).maxConnections(1).build();
        RpcServer server = server(port);
        client(port, "first");
        onlyPeer(server);
        RpcChannel second = RpcChannel.builder("grpc://localhost:" + port.port())
            .services(RpcServices.builder().register(side).build())
            .build();
        open.add(0, second);
        assertThatExceptionOfType(RpcException.class)
            .isThrownBy(() -> second.call("test.World/enter", "you", String.class, PATIENT.withWaitForReady(false)))
            .withMessageContaining("maxConnections");
        assertThat(server.peers().all()).hasSize(1);
    }

    @Test
    void clientCertificateSaysWhoThePeerIs(@TempDir Path directory) throws IOException {
        Identity world = Identity.ofLocalhost(directory);
        Identity gate = Identity.create(directory, "gate");
        GrpcGateway port = GrpcGateway.builder(0)
            .credentials(TlsServerCredentials.newBuilder()
                .keyManager(world.key())
                .trustManager(gate.trust())
                .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
                .build())
            .build();
        RpcServer server = server(port);
        GrpcTransport tls = GrpcTransport.builder()
            .credentials(TlsChannelCredentials.newBuilder().trustManager(world.trust()).keyManager(gate.key()).build())
            .build();
        RpcChannel channel = client("grpcs://localhost:" + port.port(), "gate", (builder) -> builder.transport(tls));
        assertThat(channel.proxy(World.class).enter("you")).isEqualTo("welcome, you");
        assertThat(onlyPeer(server).user()).isEqualTo("CN=gate");
    }

    /** All calls go to the server that calls back, and to another one when that stops. */
    @Test
    void clientOfSeveralServersHasOneAtATime() throws IOException {
        GrpcGateway onePort = GrpcGateway.builder(0).build();
        GrpcGateway otherPort = GrpcGateway.builder(0).build();
        RpcServer one = server(onePort);
        RpcServer other = server(otherPort);
        RpcChannel channel = client("grpc://localhost:" + onePort.port() + ",localhost:" + otherPort.port(), "moving",
                (builder) -> builder);
        World world = channel.proxy(World.class);
        for (int i = 0; i < 20; i++) {
            assertThat(world.enter("you")).isEqualTo("welcome, you");
        }
        boolean first = one.peers().all().size() == 1;
        RpcServer stays = first ? other : one;
        assertThat(stays.peers().all()).isEmpty();
        (first ? one : other).stop(SOON);
        assertThat(world.enter("there")).isEqualTo("welcome, there");
        assertThat(onlyPeer(stays).proxy(SideCalls.class).greet("you")).isEqualTo("welcome, you");
    }

    @Test
    void serverOfOthersIsCalledAsEver() throws Exception {
        Server foreign = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(ServerServiceDefinition.builder("test.World")
                .addMethod(BytesMarshaller.method("test.World/enter", MethodType.UNARY),
                        ServerCalls.asyncUnaryCall((request, reply) -> {
                            reply.onNext("\"enter\"".getBytes(StandardCharsets.UTF_8));
                            reply.onCompleted();
                        }))
                .build())
            .build()
            .start();
        open.add(() -> foreign.shutdownNow().awaitTermination());
        RpcChannel channel = client("grpc://localhost:" + foreign.getPort(), "foreign", (builder) -> builder);
        byte[] reply = channel.call("test.World/enter", new byte[0], byte[].class, PATIENT);
        assertThat(reply).asString(StandardCharsets.UTF_8).isEqualTo("\"enter\"");
    }

    /** Shorter than its header, shorter than its metadata, and of no type. */
    @ParameterizedTest
    @CsvSource({ "0,0,0,Frame is shorter than its header: 0 bytes", "5,0,0,Frame is shorter than its header: 5 bytes",
            "40,1,100,'Frame is shorter than its metadata: type=1, metadata=100, frame=40 bytes'",
            "40,77,0,Frame type is unknown: 77" })
    void malformedFrameEndsItsStreamAlone(int length, byte type, short metadata, String said) throws Exception {
        GrpcGateway port = GrpcGateway.builder(0).build();
        RpcServer server = server(port);
        RpcChannel channel = client(port, "innocent");
        RawStream hostile = new RawStream(raw(port), new PeerHello("hostile", List.of("test.Side"), 100_000).headers());
        await().until(() -> server.peers().named("hostile").size() == 1);
        ByteBuffer frame = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        if (length > FrameDescriptor.HEADER_LENGTH) {
            frame.put(FrameDescriptor.TYPE_OFFSET, type).putShort(FrameDescriptor.METADATA_LENGTH_OFFSET, metadata);
        }
        hostile.call.sendMessage(frame.array());
        assertThat(hostile.end.get(20, TimeUnit.SECONDS)).satisfies((status) -> {
            assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(status.getDescription()).startsWith(said);
        });
        await().until(() -> server.peers().named("hostile").isEmpty());
        assertThat(channel.proxy(World.class).enter("you")).isEqualTo("welcome, you");
        assertThat(server.peers().all()).hasSize(1);
    }

    @Test
    void peerThatReadsNothingIsDisconnectedAllTheSame() throws Exception {
        GrpcGateway port = GrpcGateway.builder(0).build();
        RpcServer server = server(port);
        RawStream deaf = new RawStream(raw(port), new PeerHello("deaf", List.of("test.News"), 100_000).headers());
        RpcPeer peer = onlyPeer(server);
        News news = server.peers().broadcast(News.class);
        String text = "x".repeat(50_000);
        while (peer.droppedMessages() == 0) {
            news.said(text);
        }
        peer.disconnect();
        await().until(() -> server.peers().all().isEmpty());
        deaf.call.request(Integer.MAX_VALUE);
        deaf.end.get(20, TimeUnit.SECONDS);
        assertThat(deaf.received).isNotEmpty();
    }

    @Test
    void greetingThatIsWrongIsAnswered() throws Exception {
        GrpcGateway port = GrpcGateway.builder(0).build();
        RpcServer server = server(port);
        ManagedChannel channel = raw(port);
        assertThat(new RawStream(channel, new io.grpc.Metadata()).end.get(20, TimeUnit.SECONDS)).satisfies((status) -> {
            assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(status.getDescription()).contains("shmrpc-protocol");
        });
        io.grpc.Metadata later = new PeerHello("later", List.of(), 100_000).headers();
        io.grpc.Metadata.Key<String> protocol = io.grpc.Metadata.Key.of("shmrpc-protocol",
                io.grpc.Metadata.ASCII_STRING_MARSHALLER);
        later.discardAll(protocol);
        later.put(protocol, "7,8");
        assertThat(new RawStream(channel, later).end.get(20, TimeUnit.SECONDS)).satisfies((status) -> {
            assertThat(status.getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
            assertThat(status.getDescription()).contains("7,8");
        });
        assertThat(new RawStream(channel, new PeerHello("tiny", List.of(), 10).headers()).end.get(20, TimeUnit.SECONDS))
            .satisfies((status) -> assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT));
        assertThat(server.peers().all()).isEmpty();
    }

    /** A stream of frames that says what no client of ours would. */
    private static final class RawStream extends ClientCall.Listener<byte[]> {

        private final CompletableFuture<Status> end = new CompletableFuture<>();

        private final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();

        private final ClientCall<byte[], byte[]> call;

        RawStream(ManagedChannel channel, io.grpc.Metadata headers) {
            this.call = channel.newCall(PeerHello.CONNECT, io.grpc.CallOptions.DEFAULT);
            call.start(this, headers);
        }

        @Override
        public void onMessage(byte[] message) {
            received.add(message);
        }

        @Override
        public void onClose(Status status, io.grpc.Metadata trailers) {
            end.complete(status);
        }

    }

    /** What the server serves. */
    @RpcContract("test.World")
    interface World {

        String enter(String name);

        byte[] echo(byte[] bytes);

        /** Until the caller's {@link SideCalls#hold} returns. */
        String waitForMe(String name);

    }

    /** Serves it. */
    static final class Hall implements World {

        private final Queue<RpcPeer> callers = new ConcurrentLinkedQueue<>();

        @Override
        public String enter(String name) {
            callers.add(CallContext.current().peer());
            return CallContext.current().peer().proxy(SideCalls.class).greet(name);
        }

        @Override
        public byte[] echo(byte[] bytes) {
            return bytes;
        }

        @Override
        public String waitForMe(String name) {
            return CallContext.current().peer().proxy(SideCalls.class).hold(name);
        }

    }

    /** What a client lets its server call. */
    @RpcContract("test.Side")
    interface SideCalls {

        String greet(String name);

        CompletionStage<String> greetLater(String name);

        @RpcMethod(oneWay = true)
        void tell(String news);

        RpcStream<Integer> count(int to);

        int sum(Flow.Publisher<Integer> numbers);

        RpcStream<Integer> doubled(Flow.Publisher<Integer> numbers);

        String hold(String name);

        String token(String name);

        byte[] echo(byte[] bytes);

    }

    /** What is broadcast. */
    @RpcContract("test.News")
    interface News {

        @RpcMethod(oneWay = true)
        void said(String text);

    }

    /** Hears it. */
    private record Ears(Queue<String> told) implements News {

        @Override
        public void said(String text) {
            told.add(text);
        }

    }

    /** What a client serves. */
    static final class Side implements SideCalls {

        private final Queue<String> told = new ConcurrentLinkedQueue<>();

        private final AtomicInteger held = new AtomicInteger();

        private final AtomicInteger cancelled = new AtomicInteger();

        private final CompletableFuture<Void> go = new CompletableFuture<>();

        @Override
        public String greet(String name) {
            if (name.equals("nobody")) {
                throw RpcException.builder(RpcStatus.NOT_FOUND, "nobody is here").build();
            }
            return "welcome, " + name;
        }

        @Override
        public CompletionStage<String> greetLater(String name) {
            return CompletableFuture.supplyAsync(() -> greet(name));
        }

        @Override
        public void tell(String news) {
            told.add(news);
        }

        @Override
        public RpcStream<Integer> count(int to) {
            return RpcStream.of(IntStream.rangeClosed(1, to).boxed().toList());
        }

        @Override
        public int sum(Flow.Publisher<Integer> numbers) {
            int sum = 0;
            try (RpcStream<Integer> stream = RpcStream.of(numbers)) {
                for (int number : stream) {
                    sum += number;
                }
            }
            return sum;
        }

        @Override
        public RpcStream<Integer> doubled(Flow.Publisher<Integer> numbers) {
            List<Integer> doubled = new ArrayList<>();
            try (RpcStream<Integer> stream = RpcStream.of(numbers)) {
                stream.forEach((number) -> doubled.add(2 * number));
            }
            return RpcStream.of(doubled);
        }

        @Override
        public String hold(String name) {
            CompletableFuture<Void> ended = new CompletableFuture<>();
            CallContext.current().onCancel(() -> {
                cancelled.incrementAndGet();
                ended.complete(null);
            });
            held.incrementAndGet();
            CompletableFuture.anyOf(go, ended).join();
            return "held";
        }

        @Override
        public String token(String name) {
            return CallContext.current().metadata().get("token").orElse("none");
        }

        @Override
        public byte[] echo(byte[] bytes) {
            return bytes;
        }

    }

}
