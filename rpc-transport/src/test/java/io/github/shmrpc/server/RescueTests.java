package io.github.shmrpc.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import io.github.shmrpc.Dispatch;
import io.github.shmrpc.Metadata;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcMethod;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.protocol.FrameDescriptor;
import io.github.shmrpc.protocol.FrameType;
import io.github.shmrpc.protocol.FrameWriter;
import io.github.shmrpc.server.TestPeer.Answer;
import io.github.shmrpc.transport.OutboundFrame;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
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
        service.unstickAgain.countDown();
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
        await().until(() -> service.stuck.get() == 2 && statistics().capReached() == 1);
        TestPeer other = transport().connect();
        other.send("Sleepy/echo", "y");
        assertPolled(other);
        assertThat(service.stuck).hasValue(2);
        service.unstick.countDown();
        for (int stuck = 0; stuck < 5; stuck++) {
            assertThat(peer.receive().text()).isEqualTo("x");
        }
        assertThat(other.receive().text()).isEqualTo("y");
        assertThat(peer.call("Sleepy/echo", "y").text()).isEqualTo("y");
        // Who polls has a watcher again.
        peer.send("Sleepy/stuckAgain", "z");
        await().until(() -> service.stuck.get() == 6);
        assertThat(other.call("Sleepy/echo", "y").text()).isEqualTo("y");
        service.unstickAgain.countDown();
        assertThat(peer.receive().text()).isEqualTo("z");
    }

    @Test
    @Tag("F20")
    @Tag("T8")
    void asManyStuckHandlersAsThreadsHoldUpNobodyWhoNeedsNone() throws IOException {
        TestPeer peer = start(true, ServerOptions.defaults());
        for (int stuck = 0; stuck < 100; stuck++) {
            peer.send("Sleepy/stuck", "x");
        }
        await().until(() -> service.stuck.get() == ServerOptions.defaults().rescueThreads() - 1);
        TestPeer other = transport().connect();
        assertPolled(other);
        assertThat(other.call("Sleepy/inExecutor", "y").text()).isEqualTo("y");
        service.unstick.countDown();
        for (int stuck = 0; stuck < 100; stuck++) {
            assertThat(peer.receive().text()).isEqualTo("x");
        }
        assertThat(service.stuck).hasValue(100);
    }

    /** What needs none of the threads that handlers hold up is served at once. */
    private static void assertPolled(TestPeer peer) {
        for (long id = 4711; id < 4714; id++) {
            long expected = id;
            OutboundFrame ping = new OutboundFrame();
            FrameWriter.ping(ping, id);
            peer.raw(ping);
            assertThat(peer.receive())
                .matches((answer) -> answer.type() == FrameType.PONG && answer.callId() == expected);
            assertThat(peer.call("Sleepy/inline", "y").text()).isEqualTo("y");
        }
    }

    @Test
    @Tag("F20")
    @Tag("F30")
    void callsThatFindNoRoomToWaitAreRefusedAtOnce() throws IOException {
        TestPeer peer = start(true, ServerOptions.defaults().withRescueThreads(2).withMaxCalls(65_536));
        peer.send("Sleepy/stuck", "x");
        await().until(() -> statistics().capReached() == 1);
        int waiting = 1024;
        for (int i = 0; i < waiting; i++) {
            peer.send("Sleepy/counted", "waits-" + i);
        }
        TestPeer other = transport().connect();
        for (String method : new String[] { "Sleepy/counted", "Sleepy/messages" }) {
            other.send(method, "refused", TextCodec.ID, 0,
                    method.endsWith("messages") ? FrameDescriptor.FLAG_CALLEE_STREAMS : 0, Metadata.EMPTY);
            Answer refused = other.receive();
            assertThat(refused.status()).isEqualTo(RpcStatus.RESOURCE_EXHAUSTED);
            assertThat(refused.outcome()).isEqualTo(Outcome.NOT_EXECUTED);
            assertThat(refused.text()).contains("rescueThreads");
        }
        assertPolled(other);
        assertThat(service.executions).isEmpty();
        service.unstick.countDown();
        for (int i = 0; i < waiting + 1; i++) {
            assertThat(peer.receive().type()).isEqualTo(FrameType.RESPONSE);
        }
        assertThat(service.executions).hasSize(waiting).doesNotContainKey("refused");
        assertThat(other.call("Sleepy/counted", "later").text()).isEqualTo("later");
    }

    @Test
    @Tag("F19")
    @Tag("F20")
    void cancellationFreesAThreadForCallsThatWait() throws IOException {
        TestPeer peer = start(true, ServerOptions.defaults().withRescueThreads(2));
        long stuck = peer.send("Sleepy/interruptible", "x");
        await().until(() -> statistics().capReached() == 1);
        TestPeer other = transport().connect();
        long givenUp = other.send("Sleepy/counted", "given up");
        other.send("Sleepy/counted", "too late", TextCodec.ID, 1, 0, Metadata.EMPTY);
        other.send("Sleepy/counted", "waits");
        other.cancel(givenUp);
        assertPolled(other);
        peer.cancel(stuck);
        List<Answer> answers = List.of(other.receive(), other.receive(), other.receive());
        assertThat(answers).extracting(Answer::status)
            .containsExactly(RpcStatus.CANCELLED, RpcStatus.DEADLINE_EXCEEDED, RpcStatus.OK);
        assertThat(answers.get(1).outcome()).isEqualTo(Outcome.NOT_EXECUTED);
        assertThat(service.executions).containsOnlyKeys("waits");
    }

    @Test
    @Tag("F20")
    @Tag("F58")
    void stopRefusesCallsThatWaitForAThread() throws IOException {
        TestPeer peer = start(true, ServerOptions.defaults().withRescueThreads(2));
        peer.send("Sleepy/interruptible", "x");
        await().until(() -> statistics().capReached() == 1);
        for (int i = 0; i < 10; i++) {
            peer.send("Sleepy/counted", "waits-" + i);
        }
        peer.send("Sleepy/messages", "waits", TextCodec.ID, 0, FrameDescriptor.FLAG_CALLEE_STREAMS, Metadata.EMPTY);
        assertPolled(transport().connect());
        started().stop(Duration.ofMillis(10));
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < 13; i++) {
            answers.add(peer.receive());
        }
        assertThat(answers.get(0).type()).isEqualTo(FrameType.GOAWAY);
        assertThat(answers).filteredOn((answer) -> answer.type() == FrameType.ERROR)
            .filteredOn(
                    (answer) -> answer.status() == RpcStatus.UNAVAILABLE && answer.outcome() == Outcome.NOT_EXECUTED)
            .hasSize(11);
        assertThat(service.executions).isEmpty();
    }

    @Test
    @Tag("F20")
    void streamsGoOnWhereTheirCodeMustNotBlockAndWaitElsewhere() throws IOException {
        TestPeer peer = start(true,
                ServerOptions.defaults().withRescueThreads(2).withRescueAfter(Duration.ofMillis(50)));
        long adaptive = open(peer, "Sleepy/lengths");
        await().until(() -> service.subscribed.get() == 1);
        // The first call of a JVM may be so slow that it is overtaken, too.
        assertThat(peer.call("Sleepy/echo", "y").text()).isEqualTo("y");
        long before = statistics().capReached();
        TestPeer slow = transport().connect();
        slow.send("Sleepy/stuck", "x");
        await().until(() -> statistics().capReached() > before);
        long inline = open(peer, "Sleepy/inlineLengths");
        sendMessages(peer, adaptive, 3);
        sendMessages(peer, inline, 3);
        Answer first = peer.receive();
        assertThat(first.callId()).isEqualTo(inline);
        assertThat(first.text()).isEqualTo("9");
        assertThat(peer.answersWaiting()).isZero();
        service.unstick.countDown();
        Answer second = peer.receive();
        assertThat(second.callId()).isEqualTo(adaptive);
        assertThat(second.text()).isEqualTo("9");
    }

    private static long open(TestPeer peer, String method) {
        return peer.send(method, "", TextCodec.ID, 0, FrameDescriptor.FLAG_CALLER_STREAMS, Metadata.EMPTY);
    }

    private static void sendMessages(TestPeer peer, long callId, int count) {
        for (int i = 0; i < count; i++) {
            OutboundFrame frame = new OutboundFrame();
            FrameWriter.beginMessage(frame, callId, TextCodec.ID, false);
            frame.append("abc".getBytes(StandardCharsets.UTF_8), 0, 3);
            peer.raw(frame);
        }
        OutboundFrame end = new OutboundFrame();
        FrameWriter.halfClose(end, callId);
        peer.raw(end);
    }

    /** All but two threads are stuck, so that the cap comes and goes all the time. */
    @ParameterizedTest
    @ValueSource(ints = { 2, 3, 5 })
    @Tag("F20")
    void everyCallIsAnsweredOnceAtTheCap(int threads) throws IOException {
        int calls = 10_000;
        TestPeer first = start(true,
                ServerOptions.defaults()
                    .withRescueThreads(threads)
                    .withRescueAfter(Duration.ofNanos(20_000))
                    .withMaxCalls(65_536));
        TestPeer stuck = transport().connect();
        for (int i = 0; i < threads - 2; i++) {
            stuck.send("Sleepy/stuck", "x");
        }
        await().until(() -> service.stuck.get() == threads - 2);
        TestPeer[] peers = { first, transport().connect(), transport().connect() };
        for (int i = 0; i < calls; i++) {
            for (TestPeer peer : peers) {
                peer.send("Sleepy/sometimesSlow", peerName(peers, peer) + "-" + i);
            }
        }
        Map<String, Integer> expected = new HashMap<>();
        for (TestPeer peer : peers) {
            Set<Long> answered = new HashSet<>();
            for (int i = 0; i < calls; i++) {
                Answer answer = peer.receive(Duration.ofSeconds(30));
                assertThat(answered.add(answer.callId())).isTrue();
                if (answer.type() == FrameType.RESPONSE) {
                    expected.put(answer.text(), 1);
                    assertThat(answer.text()).isEqualTo(peerName(peers, peer) + "-" + (answer.callId() - 1));
                }
                else {
                    assertThat(answer.status()).isEqualTo(RpcStatus.RESOURCE_EXHAUSTED);
                }
            }
        }
        assertThat(service.executions).isEqualTo(expected);
        assertThat(statistics().capReached()).isPositive();
        assertThat(first.call("Sleepy/echo", "y").text()).isEqualTo("y");
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
            assertThat(peer.call("Sleepy/echo", "y").text()).isEqualTo("y");
        }
        long startOfNaps = System.nanoTime();
        for (int i = 0; i < 1000; i++) {
            if (i % 100 == 0) {
                slow.send("Sleepy/nap", "2000");
            }
            assertThat(peer.call("Sleepy/echo", "y").text()).isEqualTo("y");
        }
        // One behind the other, ten naps of 2 s would take 20 s more than without.
        Duration more = Duration.ofNanos(System.nanoTime() - startOfNaps - (startOfNaps - start));
        assertThat(more).isLessThan(Duration.ofSeconds(10));
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
        return started().statistics();
    }

    private RpcServer started() {
        if (server == null) {
            throw new AssertionError("not started");
        }
        return server;
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

        final CountDownLatch unstickAgain = new CountDownLatch(1);

        final AtomicInteger stuck = new AtomicInteger();

        final AtomicInteger overlaps = new AtomicInteger();

        final AtomicInteger running = new AtomicInteger();

        final AtomicInteger subscribed = new AtomicInteger();

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
        public String stuckAgain(String text) throws InterruptedException {
            stuck.incrementAndGet();
            unstickAgain.await();
            return text;
        }

        @RpcMethod(interruptOnCancel = true)
        public String interruptible(String text) throws InterruptedException {
            return stuck(text);
        }

        @RpcMethod(dispatch = Dispatch.INLINE)
        public String inline(String text) {
            return text;
        }

        @RpcMethod(dispatch = Dispatch.EXECUTOR)
        public String inExecutor(String text) {
            return text;
        }

        @RpcMethod
        public String counted(String text) {
            executions.merge(text, 1, Integer::sum);
            return text;
        }

        @RpcMethod
        public Flow.Publisher<String> messages(String text) {
            executions.merge(text, 1, Integer::sum);
            return (subscriber) -> subscriber.onComplete();
        }

        @RpcMethod
        public CompletionStage<String> lengths(Flow.Publisher<String> texts) {
            Lengths lengths = new Lengths();
            texts.subscribe(lengths);
            subscribed.incrementAndGet();
            return lengths.sum;
        }

        @RpcMethod(dispatch = Dispatch.INLINE)
        public CompletionStage<String> inlineLengths(Flow.Publisher<String> texts) {
            return lengths(texts);
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

    /** Adds up how long messages are. */
    static final class Lengths implements Flow.Subscriber<String> {

        final CompletableFuture<String> sum = new CompletableFuture<>();

        private int length;

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(String message) {
            length += message.length();
        }

        @Override
        public void onError(Throwable failure) {
            sum.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            sum.complete(String.valueOf(length));
        }

    }

}
