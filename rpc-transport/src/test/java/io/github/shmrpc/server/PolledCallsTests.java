package io.github.shmrpc.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.Dispatch;
import io.github.shmrpc.Metadata;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcMethod;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.protocol.FrameType;
import io.github.shmrpc.server.TestPeer.Answer;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/** Calls that the test's own thread comes for. */
@Timeout(60)
class PolledCallsTests {

    private static final Duration LONG = Duration.ofSeconds(20);

    /** The JDK's common pool may have a single thread. */
    private static final Executor OWN_THREAD = (task) -> {
        Thread thread = new Thread(task, "polled-calls-tests");
        thread.setDaemon(true);
        thread.start();
    };

    private final LoopbackTransport transport = new LoopbackTransport(true);

    private final Game game = new Game();

    private final RpcServer server = RpcServer.builder("loop:test")
        .options(ServerOptions.defaults().withDispatch(Dispatch.POLLED).withPolledQueueLength(3))
        .codecs(TextCodec.codecs())
        .transport(transport)
        .register(game)
        .build();

    private @Nullable TestPeer connected;

    @BeforeEach
    void connect() throws IOException {
        server.start();
        connected = transport.connect();
    }

    @AfterEach
    void close() {
        game.release.countDown();
        server.stop(Duration.ZERO);
        assertThat(transport.pollViolations).hasValue(0);
    }

    private TestPeer peer() {
        return Objects.requireNonNull(connected);
    }

    /** Sends calls and waits until they are queued, behind those that are already. */
    private void send(String method, String... messages) {
        int before = server.callsInFlight();
        for (String message : messages) {
            peer().send(method, message);
        }
        await().until(() -> server.callsInFlight() == before + messages.length);
        // A call is counted before it is in the queue, which this one comes behind.
        TestPeer behind = unknownPeer();
        assertThat(behind.call("Nobody/answers", "").status()).isEqualTo(RpcStatus.UNIMPLEMENTED);
    }

    private TestPeer unknownPeer() {
        try {
            return transport.connect();
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    @Test
    void callsRunWhenTheThreadComesInTheirOrder() {
        send("Game/move", "a", "b", "c");
        assertThat(game.moves).isEmpty();
        assertThat(peer().answersWaiting()).isZero();
        assertThat(server.poll(2, LONG)).isEqualTo(2);
        assertThat(game.moves).containsExactly("a", "b");
        assertThat(server.poll(100, LONG)).isEqualTo(1);
        assertThat(game.moves).containsExactly("a", "b", "c");
        assertThat(game.threads).containsOnly(Thread.currentThread());
        assertThat(List.of(peer().receive().text(), peer().receive().text(), peer().receive().text()))
            .containsExactly("a", "b", "c");
        assertThat(server.poll(100, LONG)).isZero();
        assertThat(server.callsInFlight()).isZero();
    }

    @Test
    void queueIsUsedAgainAndAgain() {
        for (int i = 0; i < 20; i++) {
            send("Game/move", "x" + i, "y" + i);
            assertThat(server.poll(100, LONG)).isEqualTo(2);
        }
        assertThat(game.moves).hasSize(40).endsWith("x19", "y19");
    }

    @Test
    void budgetIsLookedAtBetweenCalls() {
        send("Game/idle", "50", "50", "50");
        assertThat(server.poll(100, Duration.ofMillis(25))).isEqualTo(1);
        assertThat(server.callsInFlight()).isEqualTo(2);
        assertThat(server.poll(100, Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo(2);
    }

    @Test
    void noTimeAndNoCallsRunNothing() {
        send("Game/move", "a");
        assertThat(server.poll(100, Duration.ZERO)).isZero();
        assertThat(server.poll(100, Duration.ofMillis(-1))).isZero();
        assertThat(server.poll(0, LONG)).isZero();
        assertThatIllegalArgumentException().isThrownBy(() -> server.poll(-1, LONG))
            .withMessageContaining("maxCalls=-1");
        assertThat(game.moves).isEmpty();
        assertThat(server.poll(1, LONG)).isEqualTo(1);
    }

    @Test
    void fullQueueRefusesAtOnce() {
        send("Game/move", "a", "b", "c");
        assertError(peer().call("Game/move", "d"), RpcStatus.RESOURCE_EXHAUSTED, "too many calls wait");
        assertThat(server.poll(100, LONG)).isEqualTo(3);
        assertThat(game.moves).containsExactly("a", "b", "c");
        IntStream.range(0, 3).forEach((i) -> assertThat(peer().receive().type()).isEqualTo(FrameType.RESPONSE));
        await().until(() -> server.callsInFlight() == 0);
        send("Game/move", "e");
        assertThat(server.poll(100, LONG)).isEqualTo(1);
    }

    @Test
    void callWhoseTimeIsOverIsNotRun() {
        peer().send("Game/move", "a", TextCodec.ID, 1, 0, Metadata.EMPTY);
        long cancelled = peer().send("Game/move", "b");
        peer().cancel(cancelled);
        peer().call("Game/inline", "x");
        assertThat(server.poll(100, LONG)).isEqualTo(2);
        assertThat(game.moves).isEmpty();
        assertError(peer().receive(), RpcStatus.DEADLINE_EXCEEDED, "deadline has passed");
        assertError(peer().receive(), RpcStatus.CANCELLED, "before it began");
    }

    @Test
    void callOfALostPeerIsNotRun() {
        send("Game/move", "a");
        peer().close();
        assertThat(server.poll(1, LONG)).isEqualTo(1);
        assertThat(game.moves).isEmpty();
    }

    @Test
    @Tag("F53")
    void failureOfAHandlerEndsItsCallOnly() {
        send("Game/fail", "a");
        send("Game/move", "b");
        assertThat(server.poll(100, LONG)).isEqualTo(2);
        assertThat(peer().receive()).matches((answer) -> answer.status() == RpcStatus.UNKNOWN);
        assertThat(peer().receive().text()).isEqualTo("b");
    }

    @Test
    void stageIsAnsweredWhenItCompletes() {
        send("Game/later", "a");
        assertThat(server.poll(100, LONG)).isEqualTo(1);
        assertThat(server.callsInFlight()).isEqualTo(1);
        game.stage.complete("done");
        assertThat(peer().receive().text()).isEqualTo("done");
        assertThat(server.callsInFlight()).isZero();
    }

    @Test
    void contextIsThatOfTheCall() {
        send("Game/context", "a");
        assertThat(server.poll(100, LONG)).isEqualTo(1);
        assertThat(peer().receive().text()).isEqualTo("Game/context");
        assertThat(CallContext.currentOrNull()).isNull();
    }

    @Test
    void otherMethodsDoNotWait() {
        assertThat(peer().call("Game/inline", "x").text()).isEqualTo("x");
        assertThat(peer().call("Game/pooled", "x").text()).isEqualTo("x");
        assertThat(game.threads).hasSize(2).doesNotContain(Thread.currentThread());
    }

    @Test
    void secondThreadIsTurnedAway() throws Exception {
        send("Game/block", "a");
        CompletableFuture<Integer> first = CompletableFuture.supplyAsync(() -> server.poll(1, LONG), OWN_THREAD);
        await().until(() -> game.blocked.getCount() == 0);
        assertThatIllegalStateException().isThrownBy(() -> server.poll(1, LONG))
            .withMessageContaining("polled already, by thread polled-calls-tests");
        assertThatIllegalStateException().isThrownBy(() -> server.awaitCalls(LONG));
        game.release.countDown();
        assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo(1);
        assertThat(server.poll(1, LONG)).isZero();
    }

    @Test
    void handlerMayNotPoll() {
        game.nested = () -> server.poll(1, LONG);
        send("Game/run", "a");
        assertThat(server.poll(1, LONG)).isEqualTo(1);
        assertThat(peer().receive().status()).isEqualTo(RpcStatus.UNKNOWN);
    }

    @Test
    void waitEndsWithACall() throws Exception {
        assertThat(server.awaitCalls(Duration.ofMillis(1))).isFalse();
        CompletableFuture<Boolean> wait = CompletableFuture.supplyAsync(() -> server.awaitCalls(LONG), OWN_THREAD);
        peer().send("Game/move", "a");
        assertThat(wait.get(10, TimeUnit.SECONDS)).isTrue();
        assertThat(server.awaitCalls(Duration.ZERO)).isTrue();
        assertThat(server.poll(1, LONG)).isEqualTo(1);
    }

    @Test
    void interruptEndsAWait() {
        Thread.currentThread().interrupt();
        assertThat(server.awaitCalls(LONG)).isFalse();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void waitOutlivesARestart() throws Exception {
        server.stop(Duration.ZERO);
        assertThat(server.poll(1, LONG)).isZero();
        CompletableFuture<Boolean> wait = CompletableFuture.supplyAsync(() -> server.awaitCalls(LONG), OWN_THREAD);
        server.start();
        transport.connect().send("Game/move", "a");
        assertThat(wait.get(10, TimeUnit.SECONDS)).isTrue();
        assertThat(server.poll(1, LONG)).isEqualTo(1);
    }

    @Test
    void drainingServerIsStillPolled() throws Exception {
        send("Game/move", "a", "b");
        CompletableFuture<Void> stop = CompletableFuture.runAsync(() -> server.stop(LONG), OWN_THREAD);
        assertThat(peer().receive().type()).isEqualTo(FrameType.GOAWAY);
        assertError(peer().call("Game/move", "c"), RpcStatus.UNAVAILABLE, "stopping");
        assertThat(stop).isNotDone();
        assertThat(server.poll(100, LONG)).isEqualTo(2);
        stop.get(10, TimeUnit.SECONDS);
        assertThat(List.of(peer().receive().text(), peer().receive().text())).containsExactly("a", "b");
    }

    @Test
    void stopRefusesWhatNobodyCameFor() {
        send("Game/move", "a", "b");
        server.stop(Duration.ofMillis(50));
        assertThat(peer().receive().type()).isEqualTo(FrameType.GOAWAY);
        assertError(peer().receive(), RpcStatus.UNAVAILABLE, "stopping");
        assertError(peer().receive(), RpcStatus.UNAVAILABLE, "stopping");
        assertThat(server.poll(100, LONG)).isZero();
        assertThat(game.moves).isEmpty();
    }

    @Test
    void stopByTheThreadThatPollsRefusesAtOnce() {
        assertThat(server.poll(1, LONG)).isZero();
        send("Game/move", "a");
        long start = System.nanoTime();
        server.stop(LONG);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        assertThat(peer().receive().type()).isEqualTo(FrameType.GOAWAY);
        assertError(peer().receive(), RpcStatus.UNAVAILABLE, "stopping");
    }

    @Test
    void stopAfterTheThreadThatPolledHasEndedRefusesAtOnce() {
        Ticks.of(server).close();
        send("Game/move", "a");
        long start = System.nanoTime();
        server.stop(LONG);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        assertThat(peer().receive().type()).isEqualTo(FrameType.GOAWAY);
        assertError(peer().receive(), RpcStatus.UNAVAILABLE, "stopping");
    }

    @Test
    void handlerThatStopsTheServerRefusesThoseBehindIt() {
        game.nested = () -> server.stop(LONG);
        send("Game/run", "a");
        send("Game/move", "b");
        assertThat(server.poll(100, LONG)).isEqualTo(1);
        assertThat(server.isRunning()).isFalse();
        assertThat(peer().receive().type()).isEqualTo(FrameType.GOAWAY);
        assertError(peer().receive(), RpcStatus.UNAVAILABLE, "stopping");
        assertThat(game.moves).isEmpty();
    }

    private static void assertError(Answer answer, RpcStatus status, String text) {
        assertThat(answer.type()).isEqualTo(FrameType.ERROR);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.outcome()).isEqualTo(Outcome.NOT_EXECUTED);
        assertThat(answer.text()).contains(text);
    }

    /** What is served. */
    static final class Game {

        final List<String> moves = new CopyOnWriteArrayList<>();

        final List<Thread> threads = new CopyOnWriteArrayList<>();

        final CountDownLatch blocked = new CountDownLatch(1);

        final CountDownLatch release = new CountDownLatch(1);

        final CompletableFuture<String> stage = new CompletableFuture<>();

        volatile Runnable nested = () -> Assertions.fail("not set");

        @RpcMethod
        public String move(String text) {
            threads.add(Thread.currentThread());
            moves.add(text);
            return text;
        }

        @RpcMethod
        public String idle(String millis) {
            long end = System.nanoTime() + Long.parseLong(millis) * 1_000_000;
            while (System.nanoTime() - end < 0) {
                LockSupport.parkNanos(1_000_000);
            }
            return millis;
        }

        @RpcMethod
        public String fail(String text) {
            throw new IllegalStateException(text);
        }

        @RpcMethod
        public CompletionStage<String> later(String text) {
            return stage;
        }

        @RpcMethod
        public String context(String text) {
            return CallContext.current().method();
        }

        @RpcMethod
        public String block(String text) throws InterruptedException {
            blocked.countDown();
            release.await();
            return text;
        }

        @RpcMethod
        public String run(String text) {
            nested.run();
            return text;
        }

        @RpcMethod(dispatch = Dispatch.INLINE)
        public String inline(String text) {
            threads.add(Thread.currentThread());
            return text;
        }

        @RpcMethod(dispatch = Dispatch.EXECUTOR)
        public String pooled(String text) {
            threads.add(Thread.currentThread());
            return text;
        }

    }

}
