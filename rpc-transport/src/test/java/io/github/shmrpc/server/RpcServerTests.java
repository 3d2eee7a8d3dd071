package io.github.shmrpc.server;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.Dispatch;
import io.github.shmrpc.Metadata;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcMethod;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.locality.ServiceFile;
import io.github.shmrpc.protocol.FrameDescriptor;
import io.github.shmrpc.protocol.FrameType;
import io.github.shmrpc.protocol.FrameWriter;
import io.github.shmrpc.server.TestPeer.Answer;
import io.github.shmrpc.transport.OutboundFrame;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class RpcServerTests {

    private static final Duration SHORT = Duration.ofMillis(100);

    private final LoopbackTransport transport = new LoopbackTransport(true);

    private final Service service = new Service();

    private final RpcServer server = server(ServerOptions.defaults().withMaxMessageLength(4096).withMaxCalls(4));

    @AfterEach
    void close() {
        service.release.countDown();
        service.stages.forEach((stage) -> stage.complete("late"));
        server.stop(Duration.ofSeconds(5));
        assertThat(transport.pollViolations).hasValue(0);
    }

    private RpcServer server(ServerOptions options) {
        return RpcServer.builder("loop:test")
            .options(options)
            .codecs(TextCodec.codecs())
            .transport(transport)
            .register(service)
            .build();
    }

    private TestPeer connect() throws IOException {
        return server.start().isRunning() ? transport.connect() : fail();
    }

    private static TestPeer fail() {
        throw new AssertionError("not running");
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = { "INHERIT", "SERIAL" })
    void callIsAnsweredWithItsReply(Dispatch dispatch) throws IOException {
        RpcServer other = server(ServerOptions.defaults().withDispatch(dispatch)).start();
        TestPeer peer = transport.connect();
        try (Ticks ticks = Ticks.of(other)) {
            for (int i = 0; i < 100; i++) {
                Answer answer = peer.call("Service/echo", "text " + i);
                assertThat(answer.type()).isEqualTo(FrameType.RESPONSE);
                assertThat(answer.text()).isEqualTo("text " + i);
                assertThat(answer.codec()).isEqualTo(TextCodec.ID);
            }
            assertThat(ticks.thread().isAlive()).isTrue();
        }
        await().until(() -> other.callsInFlight() == 0);
        other.close();
        assertThat(other.statistics().requests()).isEqualTo(100);
        assertThat(other.statistics().errors()).isEmpty();
    }

    @Test
    void allShapesOfMethodsAreServed() throws Exception {
        TestPeer peer = connect();
        assertThat(peer.call("Service.echo", "x").text()).isEqualTo("x");
        assertThat(peer.call("Service/none", "").text()).isEqualTo("none");
        Answer nothing = peer.call("Service/nothing", "x");
        assertThat(nothing.type()).isEqualTo(FrameType.RESPONSE);
        assertThat(nothing.text()).isEmpty();
        assertThat(peer.call("Service/context", "x").text()).isEqualTo("Service/context");
        assertThat(peer.call("Service/completed", "x").text()).isEqualTo("x");
        assertThat(server.methods()).contains("Service/echo", "Service/none").isSorted();
    }

    @Test
    void stageIsAnsweredWhenItCompletes() throws Exception {
        TestPeer peer = connect();
        long first = peer.send("Service/later", "a");
        assertThat(peer.call("Service/echo", "b").text()).isEqualTo("b");
        await().until(() -> service.stages.size() == 1 && server.callsInFlight() == 1);
        service.stages.get(0).complete("done");
        assertThat(peer.receive()).matches((answer) -> answer.callId() == first && answer.text().equals("done"));
        await().until(() -> server.callsInFlight() == 0);
        peer.send("Service/later", "a");
        await().until(() -> service.stages.size() == 2);
        service.stages.get(1).completeExceptionally(new RpcException(RpcStatus.NOT_FOUND, "no such thing"));
        assertThat(peer.receive().status()).isEqualTo(RpcStatus.NOT_FOUND);
    }

    @Test
    @Tag("F19")
    void deadlineThatNobodyTellsOfRunsActionsOnce() throws Exception {
        TestPeer peer = connect();
        peer.send("Service/untilCancelled", "x", TextCodec.ID, Duration.ofMillis(500).toNanos(), 0, Metadata.EMPTY);
        assertError(peer.receive(), RpcStatus.DEADLINE_EXCEEDED, Outcome.UNKNOWN, "deadline has passed while");
        long late = peer.send("Service/untilCancelled", "x", TextCodec.ID, Duration.ofMillis(500).toNanos(), 0,
                Metadata.EMPTY);
        await().until(() -> service.cancels.get() == 2);
        peer.cancel(late);
        assertThat(peer.receive().callId()).isEqualTo(late);
        assertThat(peer.call("Service/echo", "x").text()).isEqualTo("x");
        assertThat(service.cancels).hasValue(2);
    }

    /** A peer without a clock takes what the server says. */
    @Test
    @Tag("F19")
    void handlerThatFailsAsItsDeadlinePassesIsLate() throws Exception {
        TestPeer peer = connect();
        peer.send("Service/failWhenCancelled", "x", TextCodec.ID, Duration.ofMillis(500).toNanos(), 0, Metadata.EMPTY);
        assertError(peer.receive(), RpcStatus.DEADLINE_EXCEEDED, Outcome.UNKNOWN, "deadline has passed while");
        long cancelled = peer.send("Service/failWhenCancelled", "x");
        await().until(() -> service.blocked.get() == 2);
        peer.cancel(cancelled);
        assertError(peer.receive(), RpcStatus.CANCELLED, Outcome.ANSWERED, "given up");
    }

    @Test
    @Tag("F53")
    @Tag("T11")
    void failuresTellTheCallerNoMoreThanMeant() throws Exception {
        TestPeer peer = connect();
        assertError(peer.call("Service/fail", "runtime"), RpcStatus.UNKNOWN, Outcome.ANSWERED, "handler failed");
        assertError(peer.call("Service/fail", "overflow"), RpcStatus.UNKNOWN, Outcome.ANSWERED, "handler failed");
        assertError(peer.call("Service/fail", "memory"), RpcStatus.UNKNOWN, Outcome.ANSWERED, "handler failed");
        assertError(peer.call("Service/fail", "linkage"), RpcStatus.UNKNOWN, Outcome.ANSWERED, "handler failed");
        assertError(peer.call("Service/fail", "checked"), RpcStatus.UNKNOWN, Outcome.ANSWERED, "handler failed");
        assertError(peer.call("Service/fail", "meant"), RpcStatus.ALREADY_EXISTS, Outcome.ANSWERED, "is there");
        Answer longText = peer.call("Service/fail", "long");
        assertThat(longText.text()).hasSizeLessThanOrEqualTo(FrameWriter.MAX_TEXT_LENGTH).doesNotContain("\uFFFD");
        assertError(peer.call("Service/failingStage", "x"), RpcStatus.ABORTED, Outcome.ANSWERED, "stage");
        assertError(peer.call("Service/nullStage", "x"), RpcStatus.UNKNOWN, Outcome.ANSWERED, "handler failed");
        assertThat(peer.call("Service/echo", "alive").text()).isEqualTo("alive");
        assertThat(server.statistics().errors()).containsEntry(RpcStatus.UNKNOWN, 6L);
    }

    @Test
    @Tag("F29")
    void badMessagesEndTheirCallOnly() throws Exception {
        TestPeer peer = connect();
        assertError(peer.call("Service/echo", TextCodec.BAD), RpcStatus.INVALID_ARGUMENT, Outcome.ANSWERED,
                "cannot be decoded: not a good text");
        assertError(peer.call("Service/spoil", "x"), RpcStatus.INTERNAL, Outcome.ANSWERED,
                "reply of Service/spoil cannot be encoded");
        assertError(peer.call("Service/none", "x"), RpcStatus.INVALID_ARGUMENT, Outcome.ANSWERED, "takes no message");
        assertError(peer.call("Service/echo", "x".repeat(4097)), RpcStatus.RESOURCE_EXHAUSTED, Outcome.ANSWERED,
                "4097 bytes, at most 4096");
        assertError(peer.call("Service/grow", "x"), RpcStatus.RESOURCE_EXHAUSTED, Outcome.ANSWERED, "reply of");
        peer.send("Service/echo", "x", (byte) 77, 0, 0, Metadata.EMPTY);
        assertError(peer.receive(), RpcStatus.INVALID_ARGUMENT, Outcome.ANSWERED, "codec 77 does not fit");
        peer.send("Service/echo", "x", (byte) -1, 0, 0, Metadata.EMPTY);
        assertError(peer.receive(), RpcStatus.INVALID_ARGUMENT, Outcome.ANSWERED, "codec -1");
        peer.send("Service/echo", "x", TextCodec.ID, 0, 0, Metadata.EMPTY.with("k", "v".repeat(9000)));
        assertError(peer.receive(), RpcStatus.RESOURCE_EXHAUSTED, Outcome.ANSWERED, "metadata is too long");
        peer.send("Service/echo", "x", TextCodec.ID, 0, FrameDescriptor.FLAG_COMPRESSED, Metadata.EMPTY);
        assertError(peer.receive(), RpcStatus.INVALID_ARGUMENT, Outcome.ANSWERED, "cannot be inflated");
        assertThat(peer.call("Service/echo", "alive").text()).isEqualTo("alive");
    }

    @Test
    @Tag("F74")
    @Tag("T10")
    void unknownNamesAreUnimplemented() throws Exception {
        TestPeer peer = connect();
        assertError(peer.call("Nobody/echo", "x"), RpcStatus.UNIMPLEMENTED, Outcome.ANSWERED,
                "unknown service of method Nobody/echo");
        assertError(peer.call("Service/nothere", "x"), RpcStatus.UNIMPLEMENTED, Outcome.ANSWERED,
                "unknown method Service/nothere");
        assertError(peer.call("", "x"), RpcStatus.UNIMPLEMENTED, Outcome.ANSWERED, "unknown service");
        assertThat(peer.isOpen()).isTrue();
    }

    @Test
    @Tag("F29")
    void protocolErrorsEndTheirConnectionOnly() throws Exception {
        TestPeer bystander = connect();
        List<byte[]> broken = List.of(new byte[3], new byte[FrameDescriptor.HEADER_LENGTH], withType(99), withType(-1),
                metadataOf(1), metadataOf(0xffff), request(1), request(0), request(-5), request(1 << 30), method(0),
                method(-1), method(ServerConnection.MAX_METHOD_IDS + 1));
        for (byte[] frame : broken) {
            TestPeer peer = transport.connect();
            peer.raw(frame);
            await().until(() -> !peer.isOpen());
        }
        TestPeer twice = transport.connect();
        twice.bind(1, "Service/echo");
        twice.bind(1, "Service/echo");
        twice.send(1, 1, "x", TextCodec.ID, 0, 0, Metadata.EMPTY);
        assertThat(twice.receive().text()).isEqualTo("x");
        twice.bind(1, "Service/nothing");
        await().until(() -> !twice.isOpen());
        assertThat(bystander.call("Service/echo", "x").text()).isEqualTo("x");
        assertThat(server.statistics().protocolErrors()).isEqualTo(broken.size() + 1);
        await().until(() -> server.connectionCount() == 1);
    }

    @Test
    @Tag("F29")
    void callIdInUseEndsTheConnection() throws Exception {
        TestPeer peer = connect();
        int method = peer.bind("Service/later");
        peer.send(5, method, "a", TextCodec.ID, 0, 0, Metadata.EMPTY);
        peer.send(5, method, "a", TextCodec.ID, 0, 0, Metadata.EMPTY);
        await().until(() -> !peer.isOpen());
    }

    @Test
    @Tag("F29")
    void framesOfUnknownCallsAreIgnored() throws Exception {
        TestPeer peer = connect();
        peer.cancel(77);
        for (byte type : List.of(FrameType.RESPONSE, FrameType.ERROR, FrameType.MESSAGE, FrameType.CREDIT,
                FrameType.GOAWAY, FrameType.PONG)) {
            peer.raw(withType(type));
        }
        OutboundFrame ping = new OutboundFrame();
        FrameWriter.ping(ping, 42);
        peer.raw(ping);
        assertThat(peer.receive()).matches((answer) -> answer.type() == FrameType.PONG && answer.callId() == 42);
    }

    @Test
    void oneWayCallIsNotAnswered() throws Exception {
        TestPeer peer = connect();
        peer.send("Service/echo", "x", TextCodec.ID, 0, FrameDescriptor.FLAG_ONE_WAY, Metadata.EMPTY);
        peer.send("Service/fail", "runtime", TextCodec.ID, 0, FrameDescriptor.FLAG_ONE_WAY, Metadata.EMPTY);
        assertThat(peer.call("Service/echo", "y").text()).isEqualTo("y");
        assertThat(peer.answersWaiting()).isZero();
    }

    @Test
    void contextTellsOfTheCallAlsoAfterItsEnd() throws Exception {
        TestPeer peer = connect();
        Metadata metadata = Metadata.EMPTY.with("trace", "17").with("blob-bin", new byte[] { 1, 2 });
        peer.send("Service/keep", "x", TextCodec.ID, Duration.ofHours(1).toNanos(), 0, metadata);
        peer.receive();
        for (int i = 0; i < 10; i++) {
            peer.call("Service/echo", "y");
            peer.call("Service/keep", "y");
        }
        CallContext kept = service.contexts.get(0);
        assertThat(kept.method()).isEqualTo("Service/keep");
        assertThat(kept.metadata()).isEqualTo(metadata);
        assertThat(kept.peer().carrier()).isEqualTo("loop");
        assertThat(kept.deadline().remainingNs()).isBetween(Duration.ofMinutes(59).toNanos(),
                Duration.ofHours(1).toNanos());
        assertThat(service.contexts).hasSize(11).doesNotHaveDuplicates();
        assertThat(CallContext.currentOrNull()).isNull();
    }

    @Test
    @Tag("F76")
    void absurdTimeoutsAreClamped() throws Exception {
        TestPeer peer = connect();
        for (long timeout : new long[] { 1_000_000_000_000_000_000L, Long.MAX_VALUE, 0 }) {
            peer.send("Service/keep", "x", TextCodec.ID, timeout, 0, Metadata.EMPTY);
            assertThat(peer.receive().type()).isEqualTo(FrameType.RESPONSE);
        }
        assertThat(service.contexts).allMatch((context) -> context.deadline().remainingNs() > 900_000_000_000_000_000L);
        for (long timeout : new long[] { -1, Long.MIN_VALUE }) {
            peer.send("Service/keep", "x", TextCodec.ID, timeout, 0, Metadata.EMPTY);
            assertError(peer.receive(), RpcStatus.DEADLINE_EXCEEDED, Outcome.NOT_EXECUTED, "deadline has passed");
        }
        assertThat(service.contexts).hasSize(3);
    }

    @Test
    void callThatWaitedTooLongInTheExecutorIsNotExecuted() throws Exception {
        RpcServer other = server(ServerOptions.defaults().withExecutorThreads(1)).start();
        TestPeer peer = transport.connect();
        peer.send("Service/blockInExecutor", "a");
        await().until(() -> service.blocked.get() == 1);
        peer.send("Service/blockInExecutor", "b", TextCodec.ID, 1, 0, Metadata.EMPTY);
        long cancelled = peer.send("Service/blockInExecutor", "c");
        peer.cancel(cancelled);
        peer.call("Service/echo", "x");
        service.release.countDown();
        assertThat(peer.receive().text()).isEqualTo("a");
        assertError(peer.receive(), RpcStatus.DEADLINE_EXCEEDED, Outcome.NOT_EXECUTED, "deadline has passed");
        assertError(peer.receive(), RpcStatus.CANCELLED, Outcome.NOT_EXECUTED, "before it began");
        assertThat(service.blocked).hasValue(1);
        other.close();
    }

    @Test
    @Tag("F20")
    @Tag("T8")
    void fullExecutorRefuses() throws Exception {
        RpcServer other = RpcServer.builder("loop:full")
            .codecs(TextCodec.codecs())
            .transport(transport)
            .executor((task) -> {
                throw new RejectedExecutionException("full");
            })
            .register(service)
            .build()
            .start();
        TestPeer peer = transport.connect();
        assertError(peer.call("Service/blockInExecutor", "a"), RpcStatus.RESOURCE_EXHAUSTED, Outcome.NOT_EXECUTED,
                "executor of the server is full");
        await().until(() -> other.callsInFlight() == 0);
        other.close();
    }

    @Test
    void cancelReachesTheHandlerOnce() throws Exception {
        TestPeer peer = connect();
        long call = peer.send("Service/untilCancelled", "x");
        await().until(() -> service.blocked.get() == 1);
        peer.cancel(call);
        peer.cancel(call);
        assertThat(peer.receive().text()).isEqualTo("cancelled");
        assertThat(service.cancels).hasValue(1);
    }

    @Test
    void endOfTheConnectionCancelsItsCalls() throws Exception {
        TestPeer peer = connect();
        peer.send("Service/untilCancelled", "x");
        peer.send("Service/later", "y");
        await().until(() -> service.blocked.get() == 1 && service.stages.size() == 1);
        peer.close();
        await().until(() -> service.cancels.get() == 1 && server.connectionCount() == 0);
        service.stages.get(0).complete("nobody waits");
        await().until(() -> server.callsInFlight() == 0);
    }

    @Test
    @Tag("F30")
    @Tag("T7")
    void callsAboveTheLimitAreRefused() throws Exception {
        TestPeer peer = connect();
        for (int i = 0; i < 4; i++) {
            peer.send("Service/later", "x");
        }
        assertError(peer.call("Service/echo", "x"), RpcStatus.RESOURCE_EXHAUSTED, Outcome.NOT_EXECUTED,
                "too many calls in flight");
        await().until(() -> service.stages.size() == 4);
        service.stages.get(0).complete("done");
        peer.receive();
        await().untilAsserted(() -> assertThat(peer.call("Service/echo", "x").text()).isEqualTo("x"));
    }

    /** To cancel a call does not make room while its handler runs. */
    @Test
    @Tag("F30")
    @Tag("T8")
    void callsThatAreCancelledAtOnceStillCount() throws Exception {
        TestPeer flooding = connect();
        TestPeer other = transport.connect();
        for (int i = 0; i < 1000; i++) {
            flooding.cancel(flooding.send("Service/later", "x"));
        }
        for (int refused = 0; refused < 1000 - 4; refused++) {
            assertThat(flooding.receive().status()).isEqualTo(RpcStatus.RESOURCE_EXHAUSTED);
        }
        // Their threads may be overtaken by those that refuse the others.
        await().untilAsserted(() -> assertThat(service.stages).hasSize(4));
        assertThat(other.call("Service/echo", "x").text()).isEqualTo("x");
    }

    @Test
    @Tag("F58")
    void stopDrainsRunningCallsAndRefusesNewOnes() throws Exception {
        TestPeer peer = connect();
        long running = peer.send("Service/block", "x");
        await().until(() -> service.blocked.get() == 1);
        CompletableFuture<Void> stop = CompletableFuture.runAsync(() -> server.stop(Duration.ofSeconds(20)));
        assertThat(peer.receive()).matches((answer) -> answer.type() == FrameType.GOAWAY && answer.callId() == running);
        assertError(peer.call("Service/echo", "x"), RpcStatus.UNAVAILABLE, Outcome.NOT_EXECUTED, "stopping");
        assertThat(stop).isNotDone();
        service.release.countDown();
        assertThat(peer.receive()).matches((answer) -> answer.callId() == running && answer.text().equals("x"));
        stop.get(10, TimeUnit.SECONDS);
        assertThat(peer.isOpen()).isFalse();
        assertThat(transport.isClosed()).isTrue();
        assertThat(server.isRunning()).isFalse();
    }

    @Test
    void stopCancelsWhatDoesNotEnd() throws Exception {
        TestPeer peer = connect();
        peer.send("Service/untilCancelled", "x");
        await().until(() -> service.blocked.get() == 1);
        server.stop(SHORT);
        assertThat(service.cancels).hasValue(1);
        assertThat(transport.isClosed()).isTrue();
    }

    @Test
    @Tag("F20")
    void stuckHandlersOfAllKindsDoNotBlockAStop() throws Exception {
        TestPeer peer = connect();
        peer.send("Service/stuck", "x");
        peer.send("Service/stuckInExecutor", "x");
        peer.send("Service/stuckInline", "x");
        await().until(() -> service.blocked.get() == 3);
        long start = System.nanoTime();
        server.stop(SHORT);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        assertThat(peer.isOpen()).isFalse();
        service.unstick.countDown();
        await().until(transport::isClosed);
    }

    @Test
    void serverStartsAgain() throws Exception {
        for (int i = 0; i < 5; i++) {
            TestPeer peer = connect();
            assertThat(peer.call("Service/echo", "x").text()).isEqualTo("x");
            server.stop(Duration.ZERO);
            server.stop(Duration.ZERO);
            assertThat(peer.isOpen()).isFalse();
        }
        assertThat(server.connectionCount()).isZero();
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = { "INHERIT", "SERIAL" })
    @Tag("F57")
    void handlerMayStopItsServer(Dispatch dispatch) throws Exception {
        RpcServer other = server(ServerOptions.defaults().withDispatch(dispatch)).start();
        service.server.set(other);
        TestPeer peer = transport.connect();
        long start = System.nanoTime();
        try (Ticks ticks = Ticks.of(other)) {
            peer.send("Service/stopServer", "x");
            await().until(transport::isClosed);
            await().until(() -> !other.isRunning());
            assertThat(ticks.thread().isAlive()).isTrue();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        other.close();
        assertThat(other.start().isRunning()).isTrue();
        other.close();
    }

    @Test
    @Tag("F57")
    void stopsFromManyThreadsAllReturn() throws Exception {
        for (int round = 0; round < 20; round++) {
            TestPeer peer = connect();
            peer.send("Service/echo", "x");
            List<CompletableFuture<Void>> stops = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                stops.add(CompletableFuture.runAsync(() -> server.stop(Duration.ofSeconds(1))));
            }
            CompletableFuture.allOf(stops.toArray(CompletableFuture[]::new)).get(10, TimeUnit.SECONDS);
            assertThat(server.isRunning()).isFalse();
        }
    }

    @Test
    @Tag("F17")
    void peerThatDoesNotReadHoldsUpNobody() throws Exception {
        TestPeer slow = connect();
        TestPeer other = transport.connect();
        slow.call("Service/echo", "x");
        slow.hasRoom = false;
        for (int i = 0; i < 1000; i++) {
            slow.send("Service/echo", "answer " + i);
        }
        assertThat(other.call("Service/echo", "x").text()).isEqualTo("x");
        slow.hasRoom = true;
        Set<String> answers = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            answers.add(slow.receive().text());
        }
        assertThat(answers).hasSize(1000).contains("answer 0", "answer 999");
    }

    @Test
    @Tag("F17")
    void peerThatNeverReadsLosesItsConnection() throws Exception {
        RpcServer other = server(ServerOptions.defaults().withMaxMessageLength(1024 * 1024)).start();
        TestPeer slow = transport.connect();
        slow.hasRoom = false;
        String large = "x".repeat(1_000_000);
        for (int i = 0; i < 30 && slow.isOpen(); i++) {
            slow.send("Service/echo", large);
        }
        await().until(() -> !slow.isOpen());
        assertThat(other.statistics().slowPeersClosed()).isEqualTo(1);
        assertThat(transport.connect().call("Service/echo", "x").text()).isEqualTo("x");
        other.close();
    }

    @Test
    @Tag("F52")
    void interruptLeftByAHandlerHurtsNobody() throws Exception {
        TestPeer peer = connect();
        assertThat(peer.call("Service/interruptItself", "x").text()).isEqualTo("x");
        assertThat(peer.call("Service/isInterrupted", "x").text()).isEqualTo("false");
        assertThat(server.statistics().interrupts()).isEqualTo(1);
    }

    @Test
    @Tag("F15")
    void serverWhosePollingFailsClosesVisibly() throws Exception {
        TestPeer peer = connect();
        transport.failPolls = true;
        peer.send("Service/echo", "x");
        await().until(() -> !peer.isOpen() && transport.isClosed());
        assertThat(server.isRunning()).isFalse();
        transport.failPolls = false;
        assertThat(connect().call("Service/echo", "x").text()).isEqualTo("x");
    }

    @Test
    void serverWhosePollingFailsIsFoundByItsNameNoMore(@TempDir Path directory) throws Exception {
        RpcServer announced = RpcServer.builder("loop:test")
            .codecs(TextCodec.codecs())
            .transport(transport)
            .announce(ServiceFile.in(directory, "world"))
            .register(service)
            .build();
        announced.start();
        try (announced) {
            assertThat(directory.resolve("world")).exists();
            TestPeer peer = transport.connect();
            transport.failPolls = true;
            peer.send("Service/echo", "x");
            await().until(() -> !peer.isOpen() && transport.isClosed());
            assertThat(directory).isEmptyDirectory();
            transport.failPolls = false;
            announced.start();
            assertThat(directory.resolve("world")).exists();
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void optionsAreChecked() {
        ServerOptions options = ServerOptions.defaults();
        assertThatIllegalArgumentException().isThrownBy(() -> options.withMaxCalls(0))
            .withMessageContaining("maxCalls=0");
        assertThatIllegalArgumentException().isThrownBy(() -> options.withDispatch(Dispatch.INHERIT))
            .withMessageContaining("dispatch");
        assertThatIllegalArgumentException().isThrownBy(() -> options.withRescueThreads(1))
            .withMessageContaining("rescueThreads=1");
        assertThatIllegalArgumentException().isThrownBy(() -> options.withPolledQueueLength(0))
            .withMessageContaining("polledQueueLength=0");
        assertThatIllegalArgumentException().isThrownBy(() -> options.withRescueAfter(Duration.ZERO))
            .withMessageContaining("rescueAfter=PT0S");
        assertThatIllegalArgumentException().isThrownBy(() -> options.withMaxMessageLength(1023))
            .withMessageContaining("maxMessageLength");
    }

    private static void assertError(Answer answer, RpcStatus status, Outcome outcome, String text) {
        assertThat(answer.type()).isEqualTo(FrameType.ERROR);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.outcome()).isEqualTo(outcome);
        assertThat(answer.text()).contains(text);
    }

    private static byte[] withType(int type) {
        byte[] frame = new byte[FrameDescriptor.HEADER_LENGTH];
        frame[0] = (byte) type;
        frame[FrameDescriptor.CALL_ID_OFFSET] = 77;
        return frame;
    }

    private static byte[] metadataOf(int length) {
        OutboundFrame frame = new OutboundFrame();
        FrameWriter.cancel(frame, 1);
        frame.putShort(FrameDescriptor.METADATA_LENGTH_OFFSET, length);
        return Arrays.copyOf(frame.array(), frame.length());
    }

    private static byte[] request(int methodId) {
        OutboundFrame frame = new OutboundFrame();
        FrameWriter.beginRequest(frame, TextCodec.ID, 0, Metadata.EMPTY, 0);
        FrameWriter.address(frame, methodId, 1, 0);
        return Arrays.copyOf(frame.array(), frame.length());
    }

    private static byte[] method(int methodId) {
        OutboundFrame frame = new OutboundFrame();
        FrameWriter.method(frame, methodId, "Service/echo");
        return Arrays.copyOf(frame.array(), frame.length());
    }

    /** What is served. */
    static final class Service {

        final List<CompletableFuture<String>> stages = new CopyOnWriteArrayList<>();

        final List<CallContext> contexts = new CopyOnWriteArrayList<>();

        final CountDownLatch release = new CountDownLatch(1);

        final CountDownLatch unstick = new CountDownLatch(1);

        final AtomicInteger blocked = new AtomicInteger();

        final AtomicInteger cancels = new AtomicInteger();

        final AtomicReference<RpcServer> server = new AtomicReference<>();

        @RpcMethod
        public String echo(String text) {
            return text;
        }

        @RpcMethod
        public String none() {
            return "none";
        }

        @RpcMethod
        public void nothing(String text) {
        }

        @RpcMethod
        public String context(CallContext context, String text) {
            return context.method();
        }

        @RpcMethod
        public String keep(String text) {
            contexts.add(CallContext.current());
            return text;
        }

        @RpcMethod
        public CompletionStage<String> completed(String text) {
            return CompletableFuture.completedFuture(text);
        }

        @RpcMethod
        public CompletionStage<String> later(String text) {
            CompletableFuture<String> stage = new CompletableFuture<>();
            stages.add(stage);
            return stage;
        }

        @RpcMethod
        public CompletionStage<String> failingStage(String text) {
            return CompletableFuture.completedFuture(text).thenApply((value) -> {
                throw new RpcException(RpcStatus.ABORTED, "stage");
            });
        }

        @RpcMethod
        @SuppressWarnings("NullAway") // What a careless handler may do.
        public CompletionStage<String> nullStage(String text) {
            return null;
        }

        @RpcMethod
        public String fail(String how) throws Throwable {
            throw switch (how) {
                case "overflow" -> new AssertionError(overflow(1));
                case "memory" -> new OutOfMemoryError("thrown by the test");
                case "linkage" -> new NoClassDefFoundError("thrown by the test");
                case "checked" -> new Exception("thrown by the test");
                case "meant" -> new RpcException(RpcStatus.ALREADY_EXISTS, "is there");
                case "long" -> new RpcException(RpcStatus.ABORTED, "\u20ac".repeat(5000));
                default -> new IllegalStateException("secret");
            };
        }

        private static int overflow(int depth) {
            return depth < 0 ? 0 : overflow(depth + 1) + 1;
        }

        @RpcMethod
        public String spoil(String text) {
            return TextCodec.BAD;
        }

        @RpcMethod
        public String grow(String text) {
            return "x".repeat(4097);
        }

        @RpcMethod
        public String block(String text) throws InterruptedException {
            blocked.incrementAndGet();
            release.await();
            return text;
        }

        @RpcMethod(dispatch = Dispatch.EXECUTOR)
        public String blockInExecutor(String text) throws InterruptedException {
            return block(text);
        }

        @RpcMethod
        public String untilCancelled(String text) throws InterruptedException {
            CountDownLatch cancelled = new CountDownLatch(1);
            CallContext.current().onCancel(() -> {
                cancels.incrementAndGet();
                cancelled.countDown();
            });
            blocked.incrementAndGet();
            cancelled.await();
            return CallContext.current().isCancelled() ? "cancelled" : "not cancelled";
        }

        @RpcMethod
        public CompletionStage<String> failWhenCancelled(String text) {
            CompletableFuture<String> stage = new CompletableFuture<>();
            CallContext.current()
                .onCancel(() -> stage.completeExceptionally(new RpcException(RpcStatus.CANCELLED, "given up")));
            blocked.incrementAndGet();
            return stage;
        }

        @RpcMethod
        public String stuck(String text) {
            blocked.incrementAndGet();
            boolean done = false;
            while (!done) {
                try {
                    unstick.await();
                    done = true;
                }
                catch (InterruptedException ignored) {
                    // Stays stuck.
                }
            }
            return text;
        }

        @RpcMethod(dispatch = Dispatch.EXECUTOR)
        public String stuckInExecutor(String text) {
            return stuck(text);
        }

        @RpcMethod(dispatch = Dispatch.INLINE)
        public String stuckInline(String text) {
            return stuck(text);
        }

        @RpcMethod
        public String stopServer(String text) {
            Objects.requireNonNull(server.get()).stop(Duration.ofSeconds(20));
            return text;
        }

        @RpcMethod(dispatch = Dispatch.INLINE)
        public String interruptItself(String text) {
            Thread.currentThread().interrupt();
            return text;
        }

        @RpcMethod
        public String isInterrupted(String text) {
            return String.valueOf(Thread.currentThread().isInterrupted());
        }

    }

}
