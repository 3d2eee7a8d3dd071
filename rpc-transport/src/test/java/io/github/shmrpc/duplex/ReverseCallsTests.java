package io.github.shmrpc.duplex;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

import io.github.shmrpc.CallObserver;
import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcPeer;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.RpcStream;
import io.github.shmrpc.client.AcceptedPeers;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.server.RpcServices;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** A server calls a client back over the connection that the client has made. */
@Timeout(60)
class ReverseCallsTests {

    private static final Duration SOON = Duration.ofSeconds(5);

    private final GatewayHandler gateway = new GatewayHandler();

    private final List<AutoCloseable> open = new ArrayList<>();

    @TempDir
    private Path directory = Path.of("");

    private RpcServer server(String scheme) throws IOException {
        RpcServer server = RpcServer.builder(endpoint(scheme)).register(new WorldHandler()).build().start();
        open.add(server);
        return server;
    }

    private String endpoint(String scheme) {
        return scheme + ":" + (scheme.equals("inproc") ? "reverse-calls" : directory.resolve("w.sock"));
    }

    private RpcChannel channel(String scheme, UnaryOperator<RpcChannel.Builder> settings) {
        RpcChannel channel = settings.apply(RpcChannel.builder(endpoint(scheme))).build();
        open.add(0, channel);
        return channel;
    }

    private RpcChannel gatewayChannel(String scheme) {
        RpcServices services = RpcServices.builder().register(gateway).build();
        RpcChannel channel = channel(scheme, (builder) -> builder.services(services));
        channel.connect(SOON);
        return channel;
    }

    private static RpcPeer onlyPeer(RpcServer server) {
        await().until(() -> server.peers().all().size() == 1);
        return server.peers().all().get(0);
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "shm", "unix", "inproc" })
    void handlerCallsItsCaller(String scheme) throws IOException {
        server(scheme);
        World world = gatewayChannel(scheme).proxy(World.class);
        for (int i = 0; i < 100; i++) {
            assertThat(world.visit("world " + i)).isEqualTo("hello world " + i);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "shm", "unix", "inproc" })
    void callsOfTheServerAreSeenByItsInterceptorsAndObservers(String scheme) throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        RpcServer server = RpcServer.builder(endpoint(scheme))
            .register(new WorldHandler())
            .peerCalls(new AcceptedPeers.Factory().interceptor((call, next) -> {
                seen.add("call of " + call.method());
                return next.proceed(call.withRequest("dear " + call.request()));
            }).observers((method) -> new CallObserver() {

                @Override
                public long begin() {
                    return 7;
                }

                @Override
                public void end(long begun, RpcStatus status) {
                    seen.add(method + " " + begun + " " + status);
                }

            }))
            .build()
            .start();
        open.add(server);
        World world = gatewayChannel(scheme).proxy(World.class);
        assertThat(world.visit("friend")).isEqualTo("hello dear friend");
        Gateway back = onlyPeer(server).proxy(Gateway.class);
        assertThat(back.greetLater("you").toCompletableFuture().get(5, TimeUnit.SECONDS)).isEqualTo("hello dear you");
        await().untilAsserted(() -> assertThat(seen).containsExactly("call of test.Gateway/greet",
                "test.Gateway/greet 7 OK", "call of test.Gateway/greetLater", "test.Gateway/greetLater 7 OK"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "shm", "unix", "inproc" })
    void serverCallsAClientThatIsIdle(String scheme) throws Exception {
        RpcServer server = server(scheme);
        gatewayChannel(scheme);
        Gateway proxy = onlyPeer(server).proxy(Gateway.class);
        assertThat(proxy.greet("idler")).isEqualTo("hello idler");
        assertThat(proxy.greetLater("friend").toCompletableFuture().get(5, TimeUnit.SECONDS)).isEqualTo("hello friend");
        proxy.tell("rain");
        proxy.tell("sun");
        await().until(() -> gateway.told().size() == 2);
        assertThat(gateway.told()).containsExactlyInAnyOrder("rain", "sun");
        RpcPeer peer = onlyPeer(server);
        assertThat(peer.call("test.Gateway/greet", "name", String.class, CallOptions.defaults()))
            .isEqualTo("hello name");
        assertThat(peer.callAsync("test.Gateway.greet", "name", String.class, CallOptions.defaults()).get())
            .isEqualTo("hello name");
    }

    @ParameterizedTest
    @ValueSource(strings = { "shm", "unix", "inproc" })
    void serverOpensStreamsOfEachKind(String scheme) throws IOException {
        RpcServer server = server(scheme);
        gatewayChannel(scheme);
        Gateway proxy = onlyPeer(server).proxy(Gateway.class);
        int last = 0;
        try (RpcStream<Integer> numbers = proxy.count(50_000)) {
            for (int number : numbers) {
                assertThat(number).isEqualTo(last + 1);
                last = number;
            }
        }
        assertThat(last).isEqualTo(50_000);
        List<Integer> thousand = IntStream.rangeClosed(1, 1000).boxed().toList();
        assertThat(proxy.sum(RpcStream.of(thousand))).isEqualTo(500_500);
        List<Integer> doubled = new ArrayList<>();
        proxy.doubled(RpcStream.of(thousand)).forEach(doubled::add);
        assertThat(doubled).hasSize(1000).startsWith(2, 4, 6).endsWith(2000);
        assertThat(onlyPeer(server).stream("test.Gateway/count", 3, Integer.class, CallOptions.defaults()).read())
            .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = { "shm", "unix", "inproc" })
    void callsWithinCallsInBothDirectionsEnd(String scheme) throws IOException {
        RpcServer server = server(scheme);
        World world = gatewayChannel(scheme).proxy(World.class);
        assertThat(world.nest(20)).isEqualTo(20);
        Gateway back = onlyPeer(server).proxy(Gateway.class);
        for (int round = 0; round < 10; round++) {
            List<CompletableFuture<Integer>> many = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                many.add(CompletableFuture.supplyAsync(() -> world.nest(6)));
                many.add(CompletableFuture.supplyAsync(() -> back.nest(5)));
            }
            assertThat(many.stream().mapToInt(CompletableFuture::join).sum()).isEqualTo(8 * 11);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "shm", "unix", "inproc" })
    void bothSidesCallAtOnceWithLargeMessages(String scheme) throws IOException {
        RpcServer server = RpcServer.builder(endpoint(scheme)).register(gateway).build().start();
        open.add(server);
        RpcChannel channel = gatewayChannel(scheme);
        byte[] payload = new byte[1_000_000];
        Arrays.fill(payload, (byte) 7);
        List<CompletableFuture<Boolean>> calls = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            calls.add(CompletableFuture.supplyAsync(() -> echoes(channel.proxy(Gateway.class), payload)));
            calls.add(CompletableFuture.supplyAsync(() -> echoes(onlyPeer(server).proxy(Gateway.class), payload)));
        }
        assertThat(calls).allMatch(CompletableFuture::join);
    }

    private static RpcException causeOf(Throwable failure) {
        return (RpcException) Objects.requireNonNull(failure.getCause());
    }

    private static boolean echoes(Gateway gateway, byte[] payload) {
        boolean same = true;
        for (int i = 0; i < 20; i++) {
            same &= Arrays.equals(gateway.echo(payload), payload);
        }
        return same;
    }

    @ParameterizedTest
    @ValueSource(strings = { "shm", "unix", "inproc" })
    void failureOfTheClientsHandlerComesBack(String scheme) throws IOException {
        server(scheme);
        World world = gatewayChannel(scheme).proxy(World.class);
        assertThatExceptionOfType(RpcException.class).isThrownBy(() -> world.visit("nobody"))
            .satisfies((failure) -> assertThat(failure.outcome()).isEqualTo(Outcome.ANSWERED));
    }

    @ParameterizedTest
    @ValueSource(strings = { "shm", "unix", "inproc" })
    void inlineHandlerIsToldThatItCannotWait(String scheme) throws IOException {
        server(scheme);
        World world = gatewayChannel(scheme).proxy(World.class);
        assertThatExceptionOfType(RpcException.class).isThrownBy(() -> world.visitInline("x")).satisfies((failure) -> {
            assertThat(failure.status()).isEqualTo(RpcStatus.FAILED_PRECONDITION);
            assertThat(failure.detail()).contains("INLINE", "choose another dispatch");
        });
        assertThat(world.visit("next")).isEqualTo("hello next");
    }

    @ParameterizedTest
    @ValueSource(strings = { "shm", "unix", "inproc" })
    void peerWithoutServicesIsNotCalled(String scheme) throws IOException {
        RpcServer server = server(scheme);
        RpcChannel channel = channel(scheme, (builder) -> builder);
        channel.connect(SOON);
        Gateway proxy = onlyPeer(server).proxy(Gateway.class);
        assertThatExceptionOfType(RpcException.class).isThrownBy(() -> proxy.greet("x")).satisfies((failure) -> {
            assertThat(failure.status()).isEqualTo(RpcStatus.UNIMPLEMENTED);
            assertThat(failure.detail()).contains("was given no services");
        });
        assertThat(proxy.greetLater("x").toCompletableFuture()).isCompletedExceptionally();
        assertThat(onlyPeer(server).info().services()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = { "shm", "unix", "inproc" })
    void unknownServiceOfAPeerIsUnimplemented(String scheme) throws IOException {
        RpcServer server = server(scheme);
        gatewayChannel(scheme);
        assertThat(onlyPeer(server).info().services()).containsExactly("test.Gateway");
        assertThatExceptionOfType(RpcException.class).isThrownBy(() -> onlyPeer(server).proxy(World.class).visit("x"))
            .satisfies((failure) -> assertThat(failure.status()).isEqualTo(RpcStatus.UNIMPLEMENTED));
    }

    @ParameterizedTest
    @ValueSource(strings = { "shm", "unix", "inproc" })
    void callOfAPeerExpiresAndReachesItsHandler(String scheme) throws IOException {
        RpcServer server = server(scheme);
        gatewayChannel(scheme);
        RpcPeer peer = onlyPeer(server);
        CallOptions shortly = CallOptions.timeout(Duration.ofSeconds(1));
        assertThatExceptionOfType(RpcException.class)
            .isThrownBy(() -> peer.call("test.Gateway/hold", "x", String.class, shortly))
            .satisfies((failure) -> assertThat(failure.status()).isEqualTo(RpcStatus.DEADLINE_EXCEEDED));
        await().until(() -> gateway.cancelled.get() == 1);
    }

    @ParameterizedTest
    @ValueSource(strings = { "shm", "unix", "inproc" })
    void asynchronousCallsOfAPeerExpire(String scheme) throws IOException {
        RpcServer server = server(scheme);
        gatewayChannel(scheme);
        RpcPeer peer = onlyPeer(server);
        List<CompletableFuture<String>> held = new ArrayList<>();
        for (int ms = 150; ms > 0; ms -= 50) {
            held.add(
                    peer.callAsync("test.Gateway/hold", "x", String.class, CallOptions.timeout(Duration.ofMillis(ms))));
        }
        for (CompletableFuture<String> each : held) {
            assertThatExceptionOfType(CompletionException.class).isThrownBy(each::join)
                .satisfies((failure) -> assertThat(causeOf(failure).status()).isEqualTo(RpcStatus.DEADLINE_EXCEEDED));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "shm", "unix", "inproc" })
    void cancelledCallOfAPeerReachesItsHandler(String scheme) throws IOException {
        RpcServer server = server(scheme);
        gatewayChannel(scheme);
        CompletableFuture<String> held = onlyPeer(server).callAsync("test.Gateway/hold", "x", String.class,
                CallOptions.defaults());
        await().until(() -> gateway.held.get() == 1);
        held.cancel(false);
        await().until(() -> gateway.cancelled.get() == 1);
        assertThatExceptionOfType(CancellationException.class).isThrownBy(held::join);
    }

    @ParameterizedTest
    @ValueSource(strings = { "shm", "unix", "inproc" })
    void callsOfAPeerThatLeavesAreLost(String scheme) throws IOException {
        RpcServer server = server(scheme);
        RpcChannel channel = gatewayChannel(scheme);
        RpcPeer peer = onlyPeer(server);
        Gateway proxy = peer.proxy(Gateway.class);
        CompletableFuture<String> held = peer.callAsync("test.Gateway/hold", "x", String.class, CallOptions.defaults());
        CompletableFuture<String> blocked = CompletableFuture.supplyAsync(() -> proxy.hold("y"));
        await().until(() -> gateway.held.get() == 2);
        channel.close();
        for (CompletableFuture<String> lost : List.of(held, blocked)) {
            assertThatExceptionOfType(CompletionException.class).isThrownBy(lost::join).satisfies((failure) -> {
                RpcException cause = causeOf(failure);
                assertThat(cause.status()).isEqualTo(RpcStatus.UNAVAILABLE);
                assertThat(cause.outcome()).isEqualTo(Outcome.UNKNOWN);
            });
        }
        await().until(() -> gateway.cancelled.get() >= 1 && server.peers().all().isEmpty());
        assertThat(peer.isConnected()).isFalse();
        assertThatExceptionOfType(RpcException.class).isThrownBy(() -> proxy.greet("late")).satisfies((failure) -> {
            assertThat(failure.status()).isEqualTo(RpcStatus.UNAVAILABLE);
            assertThat(failure.outcome()).isEqualTo(Outcome.NOT_EXECUTED);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = { "shm", "unix", "inproc" })
    void clientThatMovesToAnotherConnectionEndsWhatItServes(String scheme) throws Exception {
        RpcServer server = server(scheme);
        RpcChannel channel = gatewayChannel(scheme);
        RpcPeer before = onlyPeer(server);
        CompletableFuture<String> held = before.callAsync("test.Gateway/hold", "x", String.class,
                CallOptions.defaults());
        await().until(() -> gateway.held.get() == 1);
        channel.reconnect();
        await().until(() -> server.peers().all().size() == 2);
        assertThatExceptionOfType(RpcException.class).isThrownBy(() -> before.proxy(Gateway.class).greet("x"))
            .satisfies((failure) -> assertThat(failure.outcome()).isEqualTo(Outcome.NOT_EXECUTED));
        gateway.go.complete(null);
        assertThat(held.get(5, TimeUnit.SECONDS)).isEqualTo("held x");
        RpcPeer after = onlyPeer(server);
        assertThat(after.connectionId()).isNotEqualTo(before.connectionId());
        assertThat(after.proxy(Gateway.class).greet("again")).isEqualTo("hello again");
    }

}
