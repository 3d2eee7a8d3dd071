package io.github.shmrpc.server;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import io.github.shmrpc.Dispatch;
import io.github.shmrpc.RpcMethod;
import io.github.shmrpc.server.TestPeer.Answer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** With carriers that tell of waiting peers and with those that do not. */
@Timeout(60)
class RescueTests {

    private final Sleepy service = new Sleepy();

    private @Nullable LoopbackTransport transport;

    private @Nullable RpcServer server;

    private TestPeer start(boolean tells, ServerOptions options) throws IOException {
        LoopbackTransport loopback = new LoopbackTransport(tells);
        transport = loopback;
        server = RpcServer.builder("loop:rescue")
            .options(options)
            .codecs(TextCodec.codecs())
            .transport(loopback)
            .register(service)
            .build()
            .start();
        return loopback.connect();
    }

    @AfterEach
    void stop() {
        service.unstick.countDown();
        if (server != null && transport != null) {
            server.close();
            assertThat(transport.pollViolations).hasValue(0);
            assertThat(server.callsInFlight()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    @Tag("F20")
    @Tag("T8")
    void handlersThatNeverReturnStopNobody(boolean tells) throws IOException {
        TestPeer peer = start(tells, ServerOptions.defaults());
        for (int stuck = 0; stuck < 20; stuck++) {
            peer.send("Sleepy/stuck", "x");
            for (int i = 0; i < 20; i++) {
                assertThat(peer.call("Sleepy/echo", "y").text()).isEqualTo("y");
            }
        }
        assertThat(statistics().takeOvers()).isGreaterThanOrEqualTo(20);
        service.unstick.countDown();
        for (int stuck = 0; stuck < 20; stuck++) {
            assertThat(peer.receive().text()).isEqualTo("x");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void loneStuckCallsOneBehindTheOtherAreAllRescued(boolean tells) throws IOException {
        TestPeer peer = start(tells, ServerOptions.defaults());
        for (int stuck = 0; stuck < 10; stuck++) {
            peer.send("Sleepy/stuck", "x");
        }
        assertThat(peer.call("Sleepy/echo", "y").text()).isEqualTo("y");
        await().until(() -> service.stuck.get() == 10);
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    @Tag("F20")
    void capOfThreadsIsReportedAndOvercome(boolean tells) throws IOException {
        TestPeer peer = start(tells, ServerOptions.defaults().withRescueThreads(3));
        for (int stuck = 0; stuck < 5; stuck++) {
            peer.send("Sleepy/stuck", "x");
        }
        await().until(() -> service.stuck.get() == 3);
        assertThat(statistics().capReached()).isEqualTo(1);
        service.unstick.countDown();
        for (int stuck = 0; stuck < 5; stuck++) {
            assertThat(peer.receive().text()).isEqualTo("x");
        }
        assertThat(peer.call("Sleepy/echo", "y").text()).isEqualTo("y");
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void inlineHandlersAreNeverOvertaken(boolean tells) throws IOException {
        TestPeer peer = start(tells, ServerOptions.defaults().withDispatch(Dispatch.INLINE));
        for (int i = 0; i < 20; i++) {
            peer.send("Sleepy/unsynchronized", "x");
        }
        for (int i = 0; i < 20; i++) {
            assertThat(peer.receive().text()).isEqualTo("x");
        }
        assertThat(statistics().takeOvers()).isZero();
        assertThat(service.overlaps).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void fewBlockingCallsDoNotDelayTheOthers(boolean tells) throws IOException {
        TestPeer slow = start(tells, ServerOptions.defaults());
        TestPeer peer = transport().connect();
        for (int i = 0; i < 500; i++) {
            peer.call("Sleepy/echo", "warm up");
        }
        long start = System.nanoTime();
        for (int i = 0; i < 1000; i++) {
            if (i % 100 == 0) {
                slow.send("Sleepy/nap", "2000");
            }
            assertThat(peer.call("Sleepy/echo", "y").text()).isEqualTo("y");
        }
        // One behind the other, ten naps of 2 s would take 20 s.
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        for (int i = 0; i < 10; i++) {
            assertThat(slow.receive().text()).isEqualTo("2000");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void everyCallIsExecutedOnceAndAnsweredOnce(boolean tells) throws IOException {
        int calls = 40_000;
        TestPeer first = start(tells,
                ServerOptions.defaults().withRescueAfter(Duration.ofNanos(50_000)).withMaxCalls(65_536));
        TestPeer[] peers = { first, transport().connect(), transport().connect() };
        for (int i = 0; i < calls; i++) {
            for (TestPeer peer : peers) {
                peer.send("Sleepy/sometimesSlow", peerName(peers, peer) + "-" + i);
            }
        }
        for (TestPeer peer : peers) {
            Map<Long, Answer> answers = new HashMap<>();
            for (int i = 0; i < calls; i++) {
                Answer answer = peer.receive(Duration.ofSeconds(30));
                assertThat(answer.text()).isEqualTo(peerName(peers, peer) + "-" + (answer.callId() - 1));
                assertThat(answers.put(answer.callId(), answer)).isNull();
            }
        }
        assertThat(service.executions).hasSize(3 * calls);
        assertThat(service.executions.values()).allMatch((count) -> count == 1);
        assertThat(first.answersWaiting()).isZero();
        assertThat(statistics().takeOvers()).isPositive();
    }

    private static String peerName(TestPeer[] peers, TestPeer peer) {
        return peer == peers[0] ? "a" : peer == peers[1] ? "b" : "c";
    }

    private ServerStatistics statistics() {
        if (server == null) {
            throw new AssertionError("not started");
        }
        return server.statistics();
    }

    private LoopbackTransport transport() {
        if (transport == null) {
            throw new AssertionError("not started");
        }
        return transport;
    }

    /** What is served. */
    static final class Sleepy {

        final CountDownLatch unstick = new CountDownLatch(1);

        final AtomicInteger stuck = new AtomicInteger();

        final AtomicInteger overlaps = new AtomicInteger();

        final AtomicInteger running = new AtomicInteger();

        final Map<String, Integer> executions = new ConcurrentHashMap<>();

        @RpcMethod
        public String echo(String text) {
            return text;
        }

        @RpcMethod
        public String stuck(String text) throws InterruptedException {
            stuck.incrementAndGet();
            unstick.await();
            return text;
        }

        @RpcMethod
        public String unsynchronized(String text) {
            if (running.getAndIncrement() > 0) {
                overlaps.incrementAndGet();
            }
            LockSupport.parkNanos(5_000_000);
            running.decrementAndGet();
            return text;
        }

        @RpcMethod
        public String nap(String millis) throws InterruptedException {
            unstick.await(Long.parseLong(millis), TimeUnit.MILLISECONDS);
            return millis;
        }

        @RpcMethod
        public String sometimesSlow(String text) {
            executions.merge(text, 1, Integer::sum);
            if (ThreadLocalRandom.current().nextInt(200) == 0) {
                LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(2_000_000));
            }
            return text;
        }

    }

}
