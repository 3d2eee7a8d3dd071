package io.github.shmrpc.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Dispatch;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcKey;
import io.github.shmrpc.RpcMethod;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.client.RpcChannel;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** Calls that run one after the other for each key, through a server and its client. */
@Timeout(60)
class SerialCallsTests {

    private static final String ENDPOINT = "inproc:serial-calls-tests";

    private static final CallOptions PATIENT = CallOptions.timeout(Duration.ofSeconds(30));

    private final Game game = new Game();

    private final List<AutoCloseable> opened = new ArrayList<>();

    /** Set by {@link #start}. */
    @SuppressWarnings("NullAway.Init")
    private RpcServer server;

    /** Set by {@link #start}. */
    @SuppressWarnings("NullAway.Init")
    private RpcChannel channel;

    private void start(ServerOptions options) throws Exception {
        server = RpcServer.builder(ENDPOINT).options(options).register(game).build().start();
        opened.add(server);
        channel = RpcChannel.open(ENDPOINT);
        opened.add(channel);
    }

    @AfterEach
    void close() throws Exception {
        game.release.countDown();
        game.stages.values().forEach((stage) -> stage.complete("closed"));
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    private CompletableFuture<String> call(String method, String player, int step) {
        return channel.callAsync("Game/" + method, new Move(player, step), String.class, PATIENT);
    }

    private static RpcException failure(CompletableFuture<String> call) throws Exception {
        try {
            throw new AssertionError("answered: " + call.get(30, TimeUnit.SECONDS));
        }
        catch (ExecutionException ex) {
            assertThat(ex).hasCauseInstanceOf(RpcException.class);
            return (RpcException) Objects.requireNonNull(ex.getCause());
        }
    }

    private CompletableFuture<String> stage(String player) {
        return Objects.requireNonNull(game.stages.get(player));
    }

    private void assertNothingLeft() {
        await().untilAsserted(() -> {
            assertThat(server.running().serialCalls().laneCount()).isZero();
            assertThat(server.callsInFlight()).isZero();
        });
    }

    @Test
    void callsOfOneKeyRunInTheOrderOfTheirArrivalAndNeverTwoAtATime() throws Exception {
        start(ServerOptions.defaults().withSerialQueueLength(65_536, 65_536));
        List<CompletableFuture<String>> calls = new ArrayList<>();
        for (int step = 0; step < 100; step++) {
            for (String player : List.of("a", "b", "c", "d", "e", "f", "g", "h")) {
                calls.add(call("move", player, step));
            }
        }
        calls.forEach(CompletableFuture::join);
        assertThat(game.overlaps).hasValue(0);
        assertThat(game.steps).hasSize(8).allSatisfy((player, steps) -> assertThat(steps).hasSize(100).isSorted());
        assertNothingLeft();
    }

    @Test
    void otherKeysRunBesideOneThatIsHeldUp() throws Exception {
        start(ServerOptions.defaults());
        CompletableFuture<String> held = call("held", "a", 1);
        CompletableFuture<String> behind = call("move", "a", 2);
        for (int step = 0; step < 20; step++) {
            assertThat(call("move", "b", step).get(30, TimeUnit.SECONDS)).isEqualTo("b" + step);
        }
        assertThat(behind).isNotDone();
        game.release.countDown();
        assertThat(behind.get(30, TimeUnit.SECONDS)).isEqualTo("a2");
        assertThat(held).isDone();
        assertNothingLeft();
    }

    @Test
    void stageKeepsItsKeyBusyButNoThread() throws Exception {
        start(ServerOptions.defaults().withExecutorThreads(2));
        List<CompletableFuture<String>> later = new ArrayList<>();
        List<CompletableFuture<String>> behind = new ArrayList<>();
        for (int player = 0; player < 20; player++) {
            later.add(call("later", "p" + player, 0));
            behind.add(call("move", "p" + player, 1));
        }
        await().until(() -> game.stages.size() == 20);
        assertThat(call("move", "free", 1).get(30, TimeUnit.SECONDS)).isEqualTo("free1");
        assertThat(behind).noneMatch(CompletableFuture::isDone);
        stage("p3").complete("done");
        assertThat(behind.get(3).get(30, TimeUnit.SECONDS)).isEqualTo("p31");
        stage("p4").completeExceptionally(new IllegalStateException("broken"));
        assertThat(behind.get(4).get(30, TimeUnit.SECONDS)).isEqualTo("p41");
        assertThat(behind.stream().filter(CompletableFuture::isDone)).hasSize(2);
        game.stages.values().forEach((stage) -> stage.complete("x"));
        behind.forEach(CompletableFuture::join);
        assertThat(later).allMatch(CompletableFuture::isDone);
        assertNothingLeft();
    }

    /** Some before their handler returns, some at the same time, some later. */
    @Test
    void lanesGoOnWheneverTheirStagesEnd() throws Exception {
        start(ServerOptions.defaults().withSerialQueueLength(65_536, 65_536));
        for (int round = 0; round < 20; round++) {
            List<CompletableFuture<String>> calls = new ArrayList<>();
            for (int step = 0; step < 800; step++) {
                calls.add(call("soon", "p" + step % 3, step));
            }
            for (CompletableFuture<String> call : calls) {
                assertThat(call.get(30, TimeUnit.SECONDS)).isEqualTo("soon");
            }
        }
        assertThat(game.overlaps).hasValue(0);
        assertNothingLeft();
    }

    @Test
    void fullLaneAndFullQueueRefuseFurtherCalls() throws Exception {
        start(ServerOptions.defaults().withSerialQueueLength(5, 2));
        List<CompletableFuture<String>> accepted = new ArrayList<>();
        for (String player : List.of("a", "b")) {
            accepted.add(call("held", player, 0));
            await().until(() -> game.held.contains(player));
            accepted.add(call("move", player, 1));
            accepted.add(call("move", player, 2));
        }
        RpcException laneFull = failure(call("move", "a", 3));
        assertThat(laneFull.status()).isEqualTo(RpcStatus.RESOURCE_EXHAUSTED);
        assertThat(laneFull.outcome()).isEqualTo(Outcome.NOT_EXECUTED);
        assertThat(laneFull).hasMessageContaining("the same key");
        accepted.add(call("held", "c", 0));
        await().until(() -> game.held.contains("c"));
        accepted.add(call("move", "c", 1));
        RpcException queueFull = failure(call("move", "d", 0));
        assertThat(queueFull.status()).isEqualTo(RpcStatus.RESOURCE_EXHAUSTED);
        assertThat(queueFull.outcome()).isEqualTo(Outcome.NOT_EXECUTED);
        game.release.countDown();
        accepted.forEach((call) -> assertThat(call.join()).isNotNull());
        assertNothingLeft();
    }

    @Test
    void cancelledCallDoesNotRun() throws Exception {
        start(ServerOptions.defaults());
        CompletableFuture<String> held = call("held", "a", 0);
        CompletableFuture<String> cancelled = call("move", "a", 1);
        CompletableFuture<String> behind = call("move", "a", 2);
        await().until(() -> server.callsInFlight() == 3);
        cancelled.cancel(true);
        // A call behind the CANCEL on the same connection.
        assertThat(call("move", "b", 0).get(30, TimeUnit.SECONDS)).isEqualTo("b0");
        game.release.countDown();
        assertThat(behind.get(30, TimeUnit.SECONDS)).isEqualTo("a2");
        assertThat(game.steps.get("a")).containsExactly(2);
        await().until(held::isDone);
        assertNothingLeft();
    }

    @Test
    void stopRefusesWhatWaitsAsNotExecuted() throws Exception {
        start(ServerOptions.defaults());
        CompletableFuture<String> held = call("held", "a", 0);
        CompletableFuture<String> waiting = channel.callAsync("Game/move", new Move("a", 1), String.class,
                PATIENT.withWaitForReady(false));
        await().until(() -> server.callsInFlight() == 2);
        CompletableFuture<Void> stop = CompletableFuture.runAsync(() -> server.stop(Duration.ofMillis(50)));
        RpcException refused = failure(waiting);
        assertThat(refused.status()).isEqualTo(RpcStatus.UNAVAILABLE);
        assertThat(refused.outcome()).isEqualTo(Outcome.NOT_EXECUTED);
        game.release.countDown();
        stop.get(30, TimeUnit.SECONDS);
        assertThat(game.steps).doesNotContainKey("a");
        await().until(held::isDone);
    }

    @Test
    void methodsOfOneServiceShareTheirKeys() throws Exception {
        start(ServerOptions.defaults());
        game.release.countDown();
        List<CompletableFuture<String>> calls = new ArrayList<>();
        for (long id = 0; id < 50; id++) {
            calls.add(channel.callAsync("Game/byLong", 7L, String.class, PATIENT));
            calls.add(channel.callAsync("Game/byInt", 7, String.class, PATIENT));
        }
        calls.forEach(CompletableFuture::join);
        assertThat(game.overlaps).hasValue(0);
        assertThat(game.steps.get("7")).containsExactlyElementsOf(alternating(50));
        assertNothingLeft();
    }

    private static List<Integer> alternating(int pairs) {
        List<Integer> values = new ArrayList<>();
        for (int i = 0; i < pairs; i++) {
            values.add(1);
            values.add(2);
        }
        return values;
    }

    @Test
    void callWithoutAKeyIsRefused() throws Exception {
        start(ServerOptions.defaults());
        RpcException refused = failure(
                channel.callAsync("Game/move", new MoveOfNobody(null, 1), String.class, PATIENT));
        assertThat(refused.status()).isEqualTo(RpcStatus.INVALID_ARGUMENT);
        assertThat(refused.outcome()).isEqualTo(Outcome.ANSWERED);
        assertThat(refused).hasMessageContaining("has no key");
        assertThatExceptionOfType(CompletionException.class)
            .isThrownBy(() -> channel.callAsync("Game/move", "text", String.class, PATIENT).join())
            .withMessageContaining("INVALID_ARGUMENT");
        assertNothingLeft();
    }

    @Test
    void callsGoOnWhereTheExecutorHasNoRoomForALane() throws Exception {
        AtomicInteger accepted = new AtomicInteger();
        server = RpcServer.builder(ENDPOINT).executor((task) -> {
            if (accepted.incrementAndGet() > 1) {
                throw new RejectedExecutionException("full");
            }
            new Thread(task, "only").start();
        }).register(game).build().start();
        opened.add(server);
        channel = RpcChannel.open(ENDPOINT);
        opened.add(channel);
        CompletableFuture<String> later = call("later", "a", 0);
        await().until(() -> game.stages.size() == 1);
        CompletableFuture<String> behind = call("move", "a", 1);
        await().until(() -> server.callsInFlight() == 2);
        RpcException refused = failure(call("move", "b", 1));
        assertThat(refused.status()).isEqualTo(RpcStatus.RESOURCE_EXHAUSTED);
        assertThat(refused.outcome()).isEqualTo(Outcome.NOT_EXECUTED);
        stage("a").complete("done");
        assertThat(later.get(30, TimeUnit.SECONDS)).isEqualTo("done");
        assertThat(behind.get(30, TimeUnit.SECONDS)).isEqualTo("a1");
        assertNothingLeft();
    }

    /** A message with its key. */
    public record Move(@RpcKey String player, int step) {
    }

    /** The same to send, without one. */
    public record MoveOfNobody(@Nullable String player, int step) {
    }

    /** What is served. */
    static final class Game {

        final Map<String, List<Integer>> steps = new ConcurrentHashMap<>();

        final Map<String, CompletableFuture<String>> stages = new ConcurrentHashMap<>();

        final List<String> held = Collections.synchronizedList(new ArrayList<>());

        final CountDownLatch release = new CountDownLatch(1);

        final AtomicInteger overlaps = new AtomicInteger();

        private final Map<String, Boolean> busy = new ConcurrentHashMap<>();

        private String note(String player, int step) {
            if (busy.put(player, true) != null) {
                overlaps.incrementAndGet();
            }
            steps.computeIfAbsent(player, (unknown) -> Collections.synchronizedList(new ArrayList<>())).add(step);
            LockSupport.parkNanos(1_000);
            busy.remove(player);
            return player + step;
        }

        @RpcMethod(dispatch = Dispatch.SERIAL)
        public String move(Move move) {
            return note(move.player(), move.step());
        }

        @RpcMethod(dispatch = Dispatch.SERIAL)
        public String held(Move move) throws InterruptedException {
            held.add(move.player());
            release.await();
            return "held";
        }

        @RpcMethod(dispatch = Dispatch.SERIAL)
        public CompletionStage<String> later(Move move) {
            return stages.computeIfAbsent(move.player(), (unknown) -> new CompletableFuture<>());
        }

        @RpcMethod(dispatch = Dispatch.SERIAL)
        public CompletionStage<String> soon(Move move) {
            if (busy.put(move.player(), true) != null) {
                overlaps.incrementAndGet();
            }
            CompletableFuture<String> stage = CompletableFuture.supplyAsync(() -> {
                busy.remove(move.player());
                return "soon";
            });
            LockSupport.parkNanos(move.step() % 4 * 1_000L);
            return stage;
        }

        @RpcMethod(dispatch = Dispatch.SERIAL)
        public String byLong(@RpcKey long id) {
            return note(String.valueOf(id), 1);
        }

        @RpcMethod(dispatch = Dispatch.SERIAL)
        public String byInt(@RpcKey Integer id) {
            return note(String.valueOf(id), 2);
        }

    }

}
