package io.github.shmrpc.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.CurrentCall;
import io.github.shmrpc.Deadline;
import io.github.shmrpc.Endpoint;
import io.github.shmrpc.Metadata;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.protocol.FrameDescriptor;
import io.github.shmrpc.protocol.FrameReader;
import io.github.shmrpc.protocol.FrameType;
import io.github.shmrpc.protocol.FrameWriter;
import io.github.shmrpc.transport.OutboundFrame;
import io.github.shmrpc.transport.PermanentConnectException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class RpcChannelTests {

    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);

    private FakeServer server = FakeServer.echo();

    private RpcChannel channel = Channels.open(server, ChannelOptions.defaults());

    @AfterEach
    void closeAll() {
        channel.close();
        server.close();
        assertThat(server.violations).hasValue(0);
    }

    private void use(FakeServer other, ChannelOptions options) {
        channel.close();
        server = other;
        channel = Channels.open(server, options);
    }

    private static RpcException failureOf(ThrowingCallable call) {
        return Objects.requireNonNull(catchThrowableOfType(RpcException.class, call), "it did not fail");
    }

    private static RpcException failureOf(CompletableFuture<?> call) {
        CompletionException failure = catchThrowableOfType(CompletionException.class, call::join);
        return (RpcException) Objects.requireNonNull(Objects.requireNonNull(failure, "it did not fail").getCause());
    }

    private byte[] echo(String method, Duration timeout) {
        return channel.call(method, HELLO, byte[].class, CallOptions.timeout(timeout));
    }

    @Test
    void replyComesBack() {
        assertThat(channel.state()).isEqualTo(ChannelState.IDLE);
        assertThat(channel.call("game.World/echo", HELLO, byte[].class)).isEqualTo(HELLO);
        assertThat(channel.call("game.World.echo", HELLO, byte[].class)).isEqualTo(HELLO);
        assertThat(channel.state()).isEqualTo(ChannelState.READY);
        assertThat(server.peer(0).methods).containsExactly(Map.entry(1, "game.World/echo"));
    }

    @Test
    void asynchronousReplyComesBack() {
        assertThat(channel.callAsync("a/b", HELLO, byte[].class, CallOptions.defaults()).join()).isEqualTo(HELLO);
    }

    @Test
    void completionRunsWithoutAnybodyWaiting() {
        CompletableFuture<byte[]> reply = channel.callAsync("a/b", HELLO, byte[].class, CallOptions.defaults());
        await().until(reply::isDone);
        assertThat(reply.join()).isEqualTo(HELLO);
    }

    @Test
    void rawCallFillsTheBuffer() {
        RawMethod method = channel.rawMethod("a.b");
        ByteBuffer reply = ByteBuffer.allocateDirect(16);
        assertThat(method.call(ByteBuffer.wrap(HELLO), reply)).isEqualTo(5);
        assertThat(reply.flip()).isEqualTo(ByteBuffer.wrap(HELLO));
    }

    @Test
    void replyThatIsLongerThanTheBufferIsRefused() {
        RpcException failure = failureOf(
                () -> channel.rawMethod("a/b").call(ByteBuffer.wrap(HELLO), ByteBuffer.allocate(4)));
        assertThat(failure.status()).isEqualTo(RpcStatus.RESOURCE_EXHAUSTED);
        assertThat(failure).hasMessageContaining("5 bytes").hasMessageContaining("4");
    }

    @Test
    void errorOfTheServerIsThrown() {
        server.behaviour = (peer, frame) -> peer.fail(FrameReader.callId(frame), RpcStatus.NOT_FOUND, Outcome.ANSWERED,
                "no such world");
        RpcException failure = failureOf(() -> channel.call("a/b", HELLO, byte[].class));
        assertThat(failure.status()).isEqualTo(RpcStatus.NOT_FOUND);
        assertThat(failure.outcome()).isEqualTo(Outcome.ANSWERED);
        assertThat(failure.detail()).isEqualTo("no such world");
    }

    @Test
    void deadlineEndsCallAndTellsServer() {
        use(FakeServer.silent(), ChannelOptions.defaults());
        channel.connect(Duration.ofSeconds(20));
        RpcException failure = failureOf(() -> echo("game.Inventory/reserve", Duration.ofMillis(500)));
        assertThat(failure.status()).isEqualTo(RpcStatus.DEADLINE_EXCEEDED);
        assertThat(failure.outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(failure)
            .hasMessage("DEADLINE_EXCEEDED: no reply to game.Inventory/reserve in 500 ms (endpoint=fake:x, call=1)");
        await().until(() -> server.peer(0).cancels.contains(1L));
    }

    @Test
    void deadlineEndsAsynchronousCall() {
        use(FakeServer.silent(), ChannelOptions.defaults());
        channel.connect(Duration.ofSeconds(20));
        CompletableFuture<byte[]> first = channel.callAsync("a/b", HELLO, byte[].class,
                CallOptions.timeout(Duration.ofSeconds(30)));
        CompletableFuture<byte[]> second = channel.callAsync("a/b", HELLO, byte[].class,
                CallOptions.timeout(Duration.ofMillis(500)));
        await().until(second::isDone);
        assertThat(first).isNotDone();
        RpcException failure = failureOf(second);
        assertThat(failure.status()).isEqualTo(RpcStatus.DEADLINE_EXCEEDED);
        await().until(() -> server.peer(0).cancels.contains(2L));
        first.cancel(false);
        await().until(() -> server.peer(0).cancels.contains(1L));
    }

    @Test
    @Tag("F16")
    void lateReplyIsIgnored() {
        channel.connect(Duration.ofSeconds(20));
        AtomicLong late = new AtomicLong();
        server.behaviour = (peer, frame) -> {
            if (FrameReader.type(frame) == FrameType.REQUEST && late.get() == 0) {
                late.set(FrameReader.callId(frame));
            }
            else if (FrameReader.type(frame) == FrameType.REQUEST) {
                peer.reply(late.get(), new byte[] { 1 });
                peer.reply(99_999, new byte[] { 2 });
                peer.reply(FrameReader.callId(frame), HELLO);
            }
        };
        failureOf(() -> echo("a/b", Duration.ofMillis(500)));
        await().until(() -> late.get() != 0);
        assertThat(echo("a/b", Duration.ofSeconds(5))).isEqualTo(HELLO);
        assertThat(server.dials).hasValue(1);
    }

    @Test
    void timeoutOfCallComesBeforeMethodsAndChannels() {
        use(FakeServer.silent(),
                ChannelOptions.defaults()
                    .withTimeout(Duration.ofMillis(400))
                    .withMethod("World.move", MethodOptions.defaults().withTimeout(Duration.ofMillis(300)))
                    .withMethod("x.World/stay", MethodOptions.defaults().withTimeout(Duration.ofMillis(200))));
        channel.connect(Duration.ofSeconds(20));
        assertThat(failureOf(() -> channel.call("game.World/move", HELLO, byte[].class)))
            .hasMessageContaining("in 300 ms");
        assertThat(failureOf(() -> channel.call("game.World/stay", HELLO, byte[].class)))
            .hasMessageContaining("in 400 ms");
        assertThat(failureOf(() -> channel.call("x.World/stay", HELLO, byte[].class)))
            .hasMessageContaining("in 200 ms");
        assertThat(failureOf(() -> echo("x.World/stay", Duration.ofMillis(100)))).hasMessageContaining("in 100 ms");
    }

    @Test
    @Tag("F76")
    void absurdTimeouts() {
        assertThat(echo("a/b", Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo(HELLO);
        assertThat(failureOf(() -> echo("a/b", Duration.ZERO)).status()).isEqualTo(RpcStatus.DEADLINE_EXCEEDED);
        RpcException failure = failureOf(() -> echo("a/b", Duration.ofSeconds(Long.MIN_VALUE)));
        assertThat(failure.status()).isEqualTo(RpcStatus.DEADLINE_EXCEEDED);
        assertThat(failure.outcome()).isEqualTo(Outcome.NOT_EXECUTED);
    }

    @Test
    void callWithinHandlerInheritsItsDeadline() {
        use(FakeServer.silent(), ChannelOptions.defaults());
        channel.connect(Duration.ofSeconds(5));
        CurrentCall.set(new ServedCall(Deadline.after(Duration.ofMillis(30))));
        try {
            long start = System.nanoTime();
            RpcException failure = failureOf(() -> echo("a/b", Duration.ofSeconds(20)));
            assertThat(failure.status()).isEqualTo(RpcStatus.DEADLINE_EXCEEDED);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        }
        finally {
            CurrentCall.set(null);
        }
    }

    @Test
    @Tag("F51")
    void interruptedBeforeCallIsNotSent() {
        channel.connect(Duration.ofSeconds(5));
        Thread.currentThread().interrupt();
        RpcException failure = failureOf(() -> channel.call("a/b", HELLO, byte[].class));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(failure.status()).isEqualTo(RpcStatus.CANCELLED);
        assertThat(failure.outcome()).isEqualTo(Outcome.NOT_EXECUTED);
        assertThat(server.peer(0).requests).isEmpty();
    }

    @Test
    @Tag("F25")
    void messagesOverTheLimitAreRefused() {
        use(FakeServer.echo(), ChannelOptions.defaults().withMaxMessageLength(1024));
        RpcException failure = failureOf(() -> channel.call("a/b", new byte[1025], byte[].class));
        assertThat(failure.status()).isEqualTo(RpcStatus.RESOURCE_EXHAUSTED);
        assertThat(failure.outcome()).isEqualTo(Outcome.NOT_EXECUTED);
        assertThat(failure).hasMessageContaining("1025 bytes").hasMessageContaining("1024");
        server.behaviour = (peer, frame) -> {
            if (FrameReader.type(frame) == FrameType.REQUEST) {
                peer.reply(FrameReader.callId(frame), new byte[2000]);
            }
        };
        failure = failureOf(() -> channel.call("a/b", new byte[1024], byte[].class));
        assertThat(failure.status()).isEqualTo(RpcStatus.RESOURCE_EXHAUSTED);
        assertThat(failure.outcome()).isEqualTo(Outcome.ANSWERED);
    }

    @Test
    @Tag("T7")
    void fullTableRefusesCalls() {
        use(FakeServer.silent(), ChannelOptions.defaults().withMaxCalls(2));
        List<CompletableFuture<byte[]>> open = new CopyOnWriteArrayList<>();
        channel.connect(Duration.ofSeconds(5));
        for (int i = 0; i < 2; i++) {
            open.add(channel.callAsync("a/b", HELLO, byte[].class, CallOptions.defaults()));
        }
        RpcException failure = failureOf(() -> channel.call("a/b", HELLO, byte[].class));
        assertThat(failure.status()).isEqualTo(RpcStatus.RESOURCE_EXHAUSTED);
        assertThat(failure.outcome()).isEqualTo(Outcome.NOT_EXECUTED);
        open.get(0).cancel(true);
        CompletableFuture<byte[]> third = channel.callAsync("a/b", HELLO, byte[].class, CallOptions.defaults());
        assertThat(third).isNotDone();
    }

    @Test
    @Tag("F23")
    void fullRingIsWaitedForUntilTheDeadline() {
        use(FakeServer.echo(), ChannelOptions.defaults());
        channel.connect(Duration.ofSeconds(5));
        assertThat(channel.call("a/b", HELLO, byte[].class)).isEqualTo(HELLO);
        FakeServer.Peer peer = server.peer(0);
        peer.stopped = true;
        server.capacity = 1;
        CompletableFuture<byte[]> first = channel.callAsync("a/b", HELLO, byte[].class, CallOptions.defaults());
        RpcException failure = failureOf(() -> echo("a/b", Duration.ofMillis(50)));
        assertThat(failure.status()).isEqualTo(RpcStatus.RESOURCE_EXHAUSTED);
        assertThat(failure.outcome()).isEqualTo(Outcome.NOT_EXECUTED);
        peer.stopped = false;
        assertThat(first.join()).isEqualTo(HELLO);
        assertThat(echo("a/b", Duration.ofSeconds(5))).isEqualTo(HELLO);
    }

    @Test
    @Tag("F01")
    void callsWaitForTheServer() {
        server.refusal = new IOException("nobody listens");
        long startNs = System.nanoTime();
        RpcException failure = failureOf(() -> echo("a/b", Duration.ofSeconds(1)));
        assertThat(failure.status()).isEqualTo(RpcStatus.UNAVAILABLE);
        assertThat(failure.outcome()).isEqualTo(Outcome.NOT_EXECUTED);
        assertThat(failure).hasMessageContaining("nobody listens").hasMessageContaining("fake:x");
        // With pauses, of which the first and shortest is 50 ms but for a fifth.
        int dials = server.dials.get();
        long pauses = Duration.ofNanos(System.nanoTime() - startNs).dividedBy(Duration.ofMillis(40));
        assertThat(dials).isLessThanOrEqualTo((int) pauses + 1);
        await("between two dials").until(() -> channel.state() == ChannelState.TRANSIENT_FAILURE);
        CompletableFuture<byte[]> waiting = channel.callAsync("a/b", HELLO, byte[].class, CallOptions.defaults());
        await().until(() -> server.dials.get() > 1);
        assertThat(waiting).isNotDone();
        server.refusal = null;
        assertThat(echo("a/b", Duration.ofSeconds(5))).isEqualTo(HELLO);
        assertThat(waiting.join()).isEqualTo(HELLO);
    }

    @Test
    @Tag("F61")
    void newSocketFileEndsTheBackoff(@TempDir Path directory) throws IOException {
        channel.close();
        server.refusal = new IOException("nobody listens");
        Path socket = directory.resolve("x.sock");
        channel = Channels
            .builder(server, ChannelOptions.defaults().withBackoff(Duration.ofSeconds(40), Duration.ofSeconds(40)),
                    new Endpoint("unix", socket.toString()))
            .build();
        CompletableFuture<byte[]> waiting = channel.callAsync("a/b", HELLO, byte[].class,
                CallOptions.timeout(Duration.ofSeconds(30)));
        await().until(() -> channel.state() == ChannelState.TRANSIENT_FAILURE);
        server.refusal = null;
        Files.createFile(socket);
        assertThat(waiting.join()).isEqualTo(HELLO);
        assertThat(server.dials).hasValue(2);
    }

    @Test
    void asynchronousCallGivesUpWaitingForTheServer() {
        server.refusal = new IOException("nobody listens");
        CompletableFuture<byte[]> waiting = channel.callAsync("a/b", HELLO, byte[].class,
                CallOptions.timeout(Duration.ofSeconds(1)));
        RpcException failure = failureOf(waiting);
        assertThat(failure.status()).isEqualTo(RpcStatus.UNAVAILABLE);
        assertThat(failure).hasMessageContaining("nobody listens");
    }

    @Test
    void callThatDoesNotWaitFailsAtOnce() {
        server.refusal = new IOException("nobody listens");
        long start = System.nanoTime();
        RpcException failure = failureOf(() -> channel.call("a/b", HELLO, byte[].class,
                CallOptions.timeout(Duration.ofSeconds(20)).withWaitForReady(false)));
        assertThat(failure.status()).isEqualTo(RpcStatus.UNAVAILABLE);
        assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(10));
    }

    @Test
    @Tag("F39")
    void permanentFailureEndsWaitingCalls() {
        server.refusal = new PermanentConnectException(RpcStatus.PERMISSION_DENIED, "not your socket", null);
        RpcException failure = failureOf(() -> echo("a/b", Duration.ofSeconds(20)));
        assertThat(failure.status()).isEqualTo(RpcStatus.PERMISSION_DENIED);
        assertThat(failure.outcome()).isEqualTo(Outcome.NOT_EXECUTED);
        server.refusal = null;
        await().until(() -> {
            try {
                return echo("a/b", Duration.ofSeconds(5)).length == 5;
            }
            catch (RpcException stillResting) {
                return false;
            }
        });
    }

    @Test
    @Tag("F07")
    void callThatWasNotTakenIsSentAgain() {
        channel.connect(Duration.ofSeconds(5));
        FakeServer.Peer first = server.peer(0);
        first.stopped = true;
        CompletableFuture<byte[]> asynchronous = channel.callAsync("a/b", HELLO, byte[].class, CallOptions.defaults());
        CompletableFuture<byte[]> blocking = CompletableFuture.supplyAsync(() -> echo("a/b", Duration.ofSeconds(20)));
        await().until(() -> first.offered() >= 3);
        first.die(new IOException("killed"));
        assertThat(blocking.join()).isEqualTo(HELLO);
        assertThat(asynchronous.join()).isEqualTo(HELLO);
        assertThat(server.dials).hasValue(2);
    }

    @Test
    @Tag("F08")
    void callThatMayHaveBeenExecutedIsNot() {
        use(FakeServer.silent(), ChannelOptions.defaults());
        channel.connect(Duration.ofSeconds(5));
        CompletableFuture<byte[]> asynchronous = channel.callAsync("a/b", HELLO, byte[].class, CallOptions.defaults());
        CompletableFuture<byte[]> blocking = CompletableFuture.supplyAsync(() -> echo("a/b", Duration.ofSeconds(20)));
        await().until(() -> server.peer(0).requests.size() == 2);
        server.peer(0).die(new IOException("killed"));
        for (CompletableFuture<byte[]> call : List.of(asynchronous, blocking)) {
            RpcException failure = failureOf(call);
            assertThat(failure.status()).isEqualTo(RpcStatus.UNAVAILABLE);
            assertThat(failure.outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(failure).hasMessageContaining("killed");
        }
    }

    @Test
    @Tag("F10")
    void replyThatWasSentBeforeTheEndCounts() {
        server.behaviour = (peer, frame) -> {
            if (FrameReader.type(frame) == FrameType.REQUEST) {
                peer.reply(FrameReader.callId(frame), HELLO);
                peer.die(new IOException("killed"));
            }
        };
        assertThat(echo("a/b", Duration.ofSeconds(20))).isEqualTo(HELLO);
    }

    /** Once for any number of calls; and again only after it has answered. */
    @Test
    @Tag("F16")
    void callWithoutReplyAsksWhetherTheServerLives() {
        AtomicInteger pings = new AtomicInteger();
        server.behaviour = (peer, frame) -> {
            if (FrameReader.type(frame) == FrameType.PING) {
                pings.incrementAndGet();
            }
        };
        channel.connect(Duration.ofSeconds(20));
        Duration shortly = Duration.ofMillis(200);
        for (int i = 0; i < 3; i++) {
            assertThat(failureOf(() -> echo("a/b", shortly)).status()).isEqualTo(RpcStatus.DEADLINE_EXCEEDED);
            assertThat(failureOf(channel.callAsync("a/b", HELLO, byte[].class, CallOptions.timeout(shortly))).status())
                .isEqualTo(RpcStatus.DEADLINE_EXCEEDED);
        }
        await().until(() -> pings.get() == 1);
        OutboundFrame pong = new OutboundFrame();
        FrameWriter.pong(pong, 0);
        server.peer(0).send(pong);
        await().until(server.peer(0)::isRead);
        failureOf(() -> echo("a/b", shortly));
        await().until(() -> pings.get() == 2);
        assertThat(channel.state()).isEqualTo(ChannelState.READY);
    }

    /** Nobody would read the connection any more. */
    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    @Tag("F15")
    void errorWhilePollingEndsTheConnectionVisibly(boolean asynchronous) {
        server.behaviour = (peer, frame) -> {
            if (FrameReader.type(frame) == FrameType.REQUEST) {
                server.pollFailure = new OutOfMemoryError("thrown by the test");
                peer.wakeup();
            }
        };
        CallOptions options = CallOptions.timeout(Duration.ofSeconds(20)).withWaitForReady(false);
        RpcException failure = asynchronous ? failureOf(channel.callAsync("a/b", HELLO, byte[].class, options))
                : failureOf(() -> channel.call("a/b", HELLO, byte[].class, options));
        assertThat(failure.status()).isEqualTo(RpcStatus.UNAVAILABLE);
        assertThat(failure.outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(failure).hasMessageContaining("internal error: java.lang.OutOfMemoryError");
        assertThat(server.peer(0).isOpen()).isFalse();
        server.pollFailure = null;
        server.behaviour = FakeServer.echo().behaviour;
        assertThat(echo("a/b", Duration.ofSeconds(20))).isEqualTo(HELLO);
        assertThat(server.dials).hasValue(2);
    }

    /** By the reader, as nobody else polls. */
    @Test
    @Tag("F15")
    void errorWhilePollingAnIdleConnectionEndsIt() {
        channel.connect(Duration.ofSeconds(20));
        server.pollFailure = new StackOverflowError("thrown by the test");
        server.peer(0).wakeup();
        await().until(() -> !server.peer(0).isOpen());
        server.pollFailure = null;
        assertThat(echo("a/b", Duration.ofSeconds(20))).isEqualTo(HELLO);
    }

    @Test
    void endIsNoticedWithoutACall() {
        List<ChannelState> states = new CopyOnWriteArrayList<>();
        channel.close();
        channel = Channels.builder(server, ChannelOptions.defaults()).stateListener(states::add).build();
        channel.connect(Duration.ofSeconds(5));
        server.peer(0).die(null);
        await().until(() -> server.dials.get() == 2 && channel.state() == ChannelState.READY);
        assertThat(states).contains(ChannelState.READY, ChannelState.CONNECTING);
    }

    @Test
    void goAwayMovesCallsToANewConnection() {
        use(FakeServer.silent(), ChannelOptions.defaults());
        channel.connect(Duration.ofSeconds(5));
        CompletableFuture<byte[]> accepted = channel.callAsync("a/b", HELLO, byte[].class, CallOptions.defaults());
        CompletableFuture<byte[]> refused = channel.callAsync("a/b", HELLO, byte[].class, CallOptions.defaults());
        await().until(() -> server.peer(0).requests.size() == 2);
        server.behaviour = (peer, frame) -> {
            if (FrameReader.type(frame) == FrameType.REQUEST) {
                peer.reply(FrameReader.callId(frame), new byte[] { 2 });
            }
        };
        OutboundFrame goAway = new OutboundFrame();
        FrameWriter.goAway(goAway, 1);
        server.peer(0).send(goAway);
        assertThat(refused.join()).containsExactly(2);
        assertThat(accepted).isNotDone();
        assertThat(server.peer(0).isOpen()).isTrue();
        server.peer(0).reply(1, HELLO);
        assertThat(accepted.join()).isEqualTo(HELLO);
        await().until(() -> !server.peer(0).isOpen());
    }

    @Test
    void pingIsAnswered() {
        AtomicInteger pongs = new AtomicInteger();
        server.behaviour = (peer, frame) -> {
            if (FrameReader.type(frame) == FrameType.PONG && FrameReader.callId(frame) == 42) {
                pongs.incrementAndGet();
            }
        };
        channel.connect(Duration.ofSeconds(5));
        OutboundFrame ping = new OutboundFrame();
        FrameWriter.ping(ping, 42);
        server.peer(0).send(ping);
        await().until(() -> pongs.get() == 1);
    }

    @Test
    void pingIsAnsweredAlsoIfThereIsNoRoomAtFirst() {
        AtomicInteger pongs = new AtomicInteger();
        server.behaviour = (peer, frame) -> {
            if (FrameReader.type(frame) == FrameType.PONG && FrameReader.callId(frame) == 42) {
                pongs.incrementAndGet();
            }
        };
        channel.connect(Duration.ofSeconds(5));
        FakeServer.Peer peer = server.peer(0);
        peer.stopped = true;
        List<CompletableFuture<byte[]>> calls = new ArrayList<>();
        while (peer.offered() < server.capacity) {
            calls.add(channel.callAsync("a/b", HELLO, byte[].class, CallOptions.timeout(Duration.ofSeconds(20))));
        }
        OutboundFrame ping = new OutboundFrame();
        FrameWriter.ping(ping, 42);
        peer.send(ping);
        await().until(peer::isRead);
        assertThat(calls).noneMatch(CompletableFuture::isDone);
        peer.stopped = false;
        await().until(() -> pongs.get() == 1);
    }

    @Test
    @Tag("F29")
    void framingErrorEndsTheConnection() {
        channel.connect(Duration.ofSeconds(5));
        OutboundFrame garbage = new OutboundFrame();
        FrameWriter.ping(garbage, 1);
        garbage.putShort(FrameDescriptor.METADATA_LENGTH_OFFSET, 77);
        server.peer(0).send(garbage);
        await().until(() -> !server.peer(0).isOpen());
        assertThat(echo("a/b", Duration.ofSeconds(20))).isEqualTo(HELLO);
    }

    @Test
    void closedChannelRefusesCalls() {
        channel.call("a/b", HELLO, byte[].class);
        channel.close();
        channel.close();
        assertThat(channel.state()).isEqualTo(ChannelState.SHUTDOWN);
        RpcException failure = failureOf(() -> channel.call("a/b", HELLO, byte[].class));
        assertThat(failure.status()).isEqualTo(RpcStatus.UNAVAILABLE);
        assertThat(failure.outcome()).isEqualTo(Outcome.NOT_EXECUTED);
        assertThat(channel.callAsync("a/b", HELLO, byte[].class, CallOptions.defaults())).isCompletedExceptionally();
        await().until(() -> Thread.getAllStackTraces()
            .keySet()
            .stream()
            .noneMatch((thread) -> thread.getName().startsWith("shmrpc-") && thread.getName().endsWith("-test")));
    }

    @Test
    @Tag("F57")
    void closeEndsWaitingCalls() {
        use(FakeServer.silent(), ChannelOptions.defaults());
        CompletableFuture<byte[]> asynchronous = channel.callAsync("a/b", HELLO, byte[].class, CallOptions.defaults());
        CompletableFuture<byte[]> blocking = CompletableFuture.supplyAsync(() -> echo("a/b", Duration.ofSeconds(20)));
        await().until(() -> server.peers.size() == 1 && server.peer(0).requests.size() == 2);
        channel.close();
        for (CompletableFuture<byte[]> call : List.of(asynchronous, blocking)) {
            RpcException failure = failureOf(call);
            assertThat(failure.status()).isEqualTo(RpcStatus.UNAVAILABLE);
            assertThat(failure).hasMessageContaining("closed");
        }
    }

    @Test
    @Tag("F57")
    void callAndCloseWithinACompletion() {
        CompletableFuture<byte[]> nested = channel.callAsync("a/b", HELLO, byte[].class, CallOptions.defaults())
            .thenApply((reply) -> channel.call("a/c", reply, byte[].class))
            .thenCompose((reply) -> channel.callAsync("a/d", reply, byte[].class, CallOptions.defaults()))
            .whenComplete((reply, failure) -> channel.close());
        assertThat(nested.join()).isEqualTo(HELLO);
        assertThat(channel.state()).isEqualTo(ChannelState.SHUTDOWN);
    }

    @Test
    void exceptionInACompletionHurtsNobody() {
        CompletableFuture<byte[]> first = channel.callAsync("a/b", HELLO, byte[].class, CallOptions.defaults());
        CompletableFuture<Void> dependent = first.thenAccept((reply) -> {
            throw new AssertionError("for the test");
        });
        first.join();
        await().until(dependent::isCompletedExceptionally);
        assertThat(channel.call("a/b", HELLO, byte[].class)).isEqualTo(HELLO);
        assertThat(server.dials).hasValue(1);
    }

    @Test
    @Tag("F74")
    void unknownCodecIsRefusedAtOnce() {
        RpcChannel.Builder builder = Channels.builder(server, ChannelOptions.defaults().withCodec("smoke"));
        assertThatIllegalArgumentException().isThrownBy(builder::build).withMessageContaining("smoke");
    }

    @ParameterizedTest
    @MethodSource
    void optionsOutOfRangeAreNamed(String named, Supplier<ChannelOptions> options) {
        assertThatIllegalArgumentException().isThrownBy(options::get).withMessageContaining(named + "=");
    }

    static Stream<Arguments> optionsOutOfRangeAreNamed() {
        ChannelOptions good = ChannelOptions.defaults();
        return Stream.of(option("timeout", () -> good.withTimeout(Duration.ZERO)),
                option("timeout",
                        () -> good.withMethod("a/b", MethodOptions.defaults().withTimeout(Duration.ofSeconds(-1)))),
                option("connections", () -> good.withConnections(65)),
                option("maxMessageLength", () -> good.withMaxMessageLength(1023)),
                option("maxMetadataLength", () -> good.withMaxMetadataLength(-1)),
                option("maxCalls", () -> good.withMaxCalls(0)),
                option("compressAbove", () -> good.withCompressAbove(1023)),
                option("initialBackoff", () -> good.withBackoff(Duration.ZERO, Duration.ofSeconds(1))),
                option("maxBackoff", () -> good.withBackoff(Duration.ofSeconds(2), Duration.ofSeconds(1))));
    }

    private static Arguments option(String named, Supplier<ChannelOptions> options) {
        return Arguments.of(named, options);
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void longRequestsAreCompressedIfThePeerInflates(boolean inflates) {
        Queue<Integer> flags = new ConcurrentLinkedQueue<>();
        use(FakeServer.echo(), ChannelOptions.defaults().withCompressAbove(1024));
        server.takesCompressed = inflates;
        server.behaviour = (peer, frame) -> {
            if (FrameReader.type(frame) == FrameType.REQUEST) {
                flags.add(FrameReader.flags(frame));
                peer.reply(FrameReader.callId(frame), new byte[] { (byte) FrameReader.flags(frame) });
            }
        };
        channel.call("a/b", new byte[1024], byte[].class);
        channel.call("a/b", new byte[1025], byte[].class);
        channel.callAsync("a/b", new byte[1025], byte[].class, CallOptions.defaults()).join();
        int compressed = inflates ? FrameDescriptor.FLAG_COMPRESSED : 0;
        assertThat(flags).containsExactly(0, compressed, compressed);
    }

    @Test
    void compressedRequestIsSentPlainToAPeerThatDoesNotInflate() {
        use(FakeServer.echo(), ChannelOptions.defaults().withCompressAbove(1024));
        server.takesCompressed = true;
        channel.connect(Duration.ofSeconds(5));
        server.behaviour = (peer, frame) -> {
            if (FrameReader.type(frame) == FrameType.REQUEST && FrameReader.flags(frame) != 0) {
                server.takesCompressed = false;
                OutboundFrame goAway = new OutboundFrame();
                FrameWriter.goAway(goAway, 0);
                peer.send(goAway);
            }
            else if (FrameReader.type(frame) == FrameType.REQUEST) {
                peer.reply(FrameReader.callId(frame), FakeServer.payload(frame));
            }
        };
        assertThat(channel.call("a/b", new byte[5000], byte[].class)).isEqualTo(new byte[5000]);
        assertThat(server.dials).hasValue(2);
    }

    @Test
    @Tag("F29")
    void damagedReplyFailsItsCallOnly() {
        server.behaviour = (peer, frame) -> {
            if (FrameReader.type(frame) == FrameType.REQUEST) {
                OutboundFrame reply = new OutboundFrame();
                FrameWriter.beginResponse(reply, FrameReader.callId(frame), (byte) 1, Metadata.EMPTY, 0);
                reply.array()[FrameDescriptor.FLAGS_OFFSET] = FrameDescriptor.FLAG_COMPRESSED;
                reply.append(HELLO, 0, HELLO.length);
                peer.send(reply);
            }
        };
        RpcException failure = failureOf(() -> channel.call("a/b", HELLO, byte[].class));
        assertThat(failure.status()).isEqualTo(RpcStatus.INTERNAL);
        assertThat(failure.outcome()).isEqualTo(Outcome.ANSWERED);
        assertThat(failure).hasMessageContaining("cannot be inflated");
        assertThat(failureOf(channel.callAsync("a/b", HELLO, byte[].class, CallOptions.defaults())).status())
            .isEqualTo(RpcStatus.INTERNAL);
        assertThat(server.dials).hasValue(1);
    }

    @Test
    void callsAreSpreadOverConnections() throws InterruptedException {
        use(FakeServer.echo(), ChannelOptions.defaults().withConnections(3));
        channel.connect(Duration.ofSeconds(5));
        assertThat(server.peers).hasSize(3);
        for (int i = 0; i < 3; i++) {
            Thread caller = new Thread(() -> channel.call("a/b", HELLO, byte[].class));
            caller.start();
            caller.join();
        }
        assertThat(server.peers).extracting((peer) -> peer.requests.size()).containsOnly(1);
    }

    @Test
    void unknownCodecAndNameAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> channel.call("nodots", HELLO, byte[].class))
            .withMessageContaining("Service/Method");
        assertThatIllegalArgumentException()
            .isThrownBy(() -> channel.call("a/b", HELLO, byte[].class, CallOptions.defaults().withCodec("smoke")))
            .withMessageContaining("smoke");
    }

}
