package io.github.shmrpc.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.protocol.FrameReader;
import io.github.shmrpc.protocol.FrameType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/** Calls that failed and are made again. */
@Timeout(60)
class RetryTests {

    private static final byte[] HELLO = { 1, 2, 3 };

    private static final RetryPolicy POLICY = RetryPolicy.defaults()
        .withStatuses(Set.of(RpcStatus.UNAVAILABLE, RpcStatus.RESOURCE_EXHAUSTED));

    private static final MethodOptions IDEMPOTENT = MethodOptions.defaults().withIdempotent(true);

    private final FakeServer server = FakeServer.echo();

    private RpcChannel channel = Channels.open(server, ChannelOptions.defaults());

    private final AtomicInteger requests = new AtomicInteger();

    /** How a call is made. */
    enum Mode {

        BLOCKING, ASYNCHRONOUS, RAW

    }

    @AfterEach
    void close() {
        Thread.interrupted();
        channel.close();
        server.close();
        assertThat(server.violations).hasValue(0);
    }

    private void use(ChannelOptions options) {
        channel.close();
        channel = Channels.open(server, options);
        channel.connect(Duration.ofSeconds(20));
    }

    /** The first so many requests fail. */
    private void fail(int failures, RpcStatus status, Outcome outcome) {
        server.behaviour = (peer, frame) -> {
            if (FrameReader.type(frame) != FrameType.REQUEST) {
                return;
            }
            if (requests.incrementAndGet() <= failures) {
                peer.fail(FrameReader.callId(frame), status, outcome, "not now");
            }
            else {
                peer.reply(FrameReader.callId(frame), FakeServer.payload(frame));
            }
        };
    }

    private byte[] call(Mode mode) {
        return call(mode, Duration.ofSeconds(20));
    }

    private byte[] call(Mode mode, Duration timeout) {
        CallOptions options = CallOptions.timeout(timeout);
        switch (mode) {
            case BLOCKING -> {
                return channel.call("a/b", HELLO, byte[].class, options);
            }
            case RAW -> {
                ByteBuffer reply = ByteBuffer.allocate(HELLO.length);
                channel.rawMethod("a/b").call(ByteBuffer.wrap(HELLO), reply, options);
                return reply.array();
            }
            case ASYNCHRONOUS -> {
                return join(channel.callAsync("a/b", HELLO, byte[].class, options));
            }
        }
        throw new IllegalArgumentException(mode.toString());
    }

    private static byte[] join(CompletableFuture<byte[]> call) {
        try {
            return call.get(30, TimeUnit.SECONDS);
        }
        catch (ExecutionException ex) {
            throw (RpcException) Objects.requireNonNull(ex.getCause());
        }
        catch (InterruptedException | TimeoutException ex) {
            throw new IllegalStateException(ex);
        }
    }

    private RpcException failure(Mode mode, Duration timeout) {
        try {
            throw new AssertionError("answered: " + call(mode, timeout).length);
        }
        catch (RpcException ex) {
            return ex;
        }
    }

    @ParameterizedTest
    @EnumSource
    void callThatWasNotExecutedIsMadeAgainAfterPauses(Mode mode) {
        use(ChannelOptions.defaults().withRetry(POLICY));
        fail(2, RpcStatus.RESOURCE_EXHAUSTED, Outcome.NOT_EXECUTED);
        long startNs = System.nanoTime();
        assertThat(call(mode)).isEqualTo(HELLO);
        assertThat(requests).hasValue(3);
        assertThat(Duration.ofNanos(System.nanoTime() - startNs)).isGreaterThanOrEqualTo(Duration.ofMillis(24));
    }

    @ParameterizedTest
    @EnumSource
    void attemptsHaveAnEnd(Mode mode) {
        use(ChannelOptions.defaults().withRetry(POLICY));
        fail(100, RpcStatus.UNAVAILABLE, Outcome.NOT_EXECUTED);
        RpcException failure = failure(mode, Duration.ofSeconds(20));
        assertThat(failure.status()).isEqualTo(RpcStatus.UNAVAILABLE);
        assertThat(failure).hasMessageContaining("not now");
        assertThat(requests).hasValue(3);
    }

    @ParameterizedTest
    @EnumSource
    void callThatWasAnsweredIsMadeAgainOnlyIfIdempotent(Mode mode) {
        use(ChannelOptions.defaults().withRetry(POLICY));
        fail(1, RpcStatus.UNAVAILABLE, Outcome.ANSWERED);
        assertThat(failure(mode, Duration.ofSeconds(20)).outcome()).isEqualTo(Outcome.ANSWERED);
        assertThat(requests).hasValue(1);
        use(ChannelOptions.defaults().withRetry(POLICY).withMethod("a.b", IDEMPOTENT));
        requests.set(0);
        assertThat(call(mode)).isEqualTo(HELLO);
        assertThat(requests).hasValue(2);
    }

    @ParameterizedTest
    @EnumSource
    void otherFailuresAreFinal(Mode mode) {
        use(ChannelOptions.defaults().withRetry(POLICY).withMethod("a/b", IDEMPOTENT));
        fail(1, RpcStatus.NOT_FOUND, Outcome.ANSWERED);
        assertThat(failure(mode, Duration.ofSeconds(20)).status()).isEqualTo(RpcStatus.NOT_FOUND);
        assertThat(requests).hasValue(1);
    }

    @ParameterizedTest
    @EnumSource
    void answersAreFinalWithoutAPolicy(Mode mode) {
        use(ChannelOptions.defaults().withMethod("a/b", IDEMPOTENT));
        fail(1, RpcStatus.UNAVAILABLE, Outcome.NOT_EXECUTED);
        assertThat(failure(mode, Duration.ofSeconds(20)).status()).isEqualTo(RpcStatus.UNAVAILABLE);
        assertThat(requests).hasValue(1);
    }

    @ParameterizedTest
    @EnumSource
    void pauseThatTheDeadlineDoesNotLeaveIsNotMade(Mode mode) {
        use(ChannelOptions.defaults().withRetry(POLICY.withBackoff(Duration.ofSeconds(30), Duration.ofSeconds(30), 1)));
        fail(1, RpcStatus.UNAVAILABLE, Outcome.NOT_EXECUTED);
        long startNs = System.nanoTime();
        assertThat(failure(mode, Duration.ofSeconds(10)).status()).isEqualTo(RpcStatus.UNAVAILABLE);
        assertThat(Duration.ofNanos(System.nanoTime() - startNs)).isLessThan(Duration.ofSeconds(5));
        assertThat(requests).hasValue(1);
    }

    @ParameterizedTest
    @EnumSource
    void lostConnectionsCountAsAttemptsOfAnIdempotentMethod(Mode mode) {
        use(ChannelOptions.defaults()
            .withMethod("a/b", IDEMPOTENT.withRetry(POLICY.withMaxAttempts(2)))
            .withBackoff(Duration.ofMillis(1), Duration.ofMillis(1)));
        server.behaviour = (peer, frame) -> {
            if (FrameReader.type(frame) == FrameType.REQUEST) {
                requests.incrementAndGet();
                peer.die(null);
            }
        };
        assertThat(failure(mode, Duration.ofSeconds(20)).outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(requests).hasValue(2);
    }

    @Test
    void oneAttemptSwitchesOff() {
        use(ChannelOptions.defaults()
            .withRetry(POLICY)
            .withMethod("a/b", IDEMPOTENT.withRetry(POLICY.withMaxAttempts(1))));
        fail(1, RpcStatus.UNAVAILABLE, Outcome.NOT_EXECUTED);
        assertThat(failure(Mode.BLOCKING, Duration.ofSeconds(20)).status()).isEqualTo(RpcStatus.UNAVAILABLE);
        assertThat(requests).hasValue(1);
    }

    @ParameterizedTest
    @EnumSource
    void channelThatFailsTooOftenMakesNoFurtherAttempts(Mode mode) {
        use(ChannelOptions.defaults()
            .withRetry(POLICY.withBackoff(Duration.ofNanos(1000), Duration.ofNanos(1000), 1))
            .withRetryThrottling(new RetryThrottling(8, 1)));
        fail(10_000, RpcStatus.UNAVAILABLE, Outcome.NOT_EXECUTED);
        for (int call = 0; call < 4; call++) {
            failure(mode, Duration.ofSeconds(20));
        }
        // Of eight tokens four may go: three for the first call, one for the second.
        assertThat(requests).hasValue(3 + 1 + 1 + 1);
        fail(0, RpcStatus.UNAVAILABLE, Outcome.NOT_EXECUTED);
        for (int call = 0; call < 8; call++) {
            call(mode);
        }
        requests.set(0);
        fail(1, RpcStatus.UNAVAILABLE, Outcome.NOT_EXECUTED);
        assertThat(call(mode)).isEqualTo(HELLO);
        assertThat(requests).hasValue(2);
    }

    @Test
    void interruptEndsAPause() {
        use(ChannelOptions.defaults().withRetry(POLICY.withBackoff(Duration.ofSeconds(10), Duration.ofSeconds(10), 1)));
        fail(1, RpcStatus.UNAVAILABLE, Outcome.NOT_EXECUTED);
        Thread caller = Thread.currentThread();
        Thread other = new Thread(() -> {
            await().until(() -> caller.getState() == Thread.State.TIMED_WAITING && requests.get() == 1);
            caller.interrupt();
        });
        other.start();
        long startNs = System.nanoTime();
        assertThat(failure(Mode.BLOCKING, Duration.ofSeconds(30)).status()).isIn(RpcStatus.UNAVAILABLE,
                RpcStatus.CANCELLED);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - startNs)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void cancelledCallIsNotMadeAgain() {
        use(ChannelOptions.defaults().withRetry(POLICY.withBackoff(Duration.ofSeconds(1), Duration.ofSeconds(1), 1)));
        fail(100, RpcStatus.UNAVAILABLE, Outcome.NOT_EXECUTED);
        CompletableFuture<byte[]> call = channel.callAsync("a/b", HELLO, byte[].class, CallOptions.defaults());
        await().pollInterval(Duration.ofMillis(5)).until(() -> requests.get() > 0);
        assertThat(call.cancel(true)).isTrue();
        int made = requests.get();
        await().pollDelay(Duration.ofMillis(1500)).until(() -> requests.get() == made);
    }

    @Test
    void failFastCallIsMadeAgainUntilThereIsAServer() {
        server.refusal = new IOException("nobody there");
        channel.close();
        channel = Channels.open(server, ChannelOptions.defaults()
            .withWaitForReady(false)
            .withBackoff(Duration.ofMillis(1), Duration.ofMillis(1))
            .withRetry(POLICY.withMaxAttempts(10).withBackoff(Duration.ofMillis(300), Duration.ofMillis(300), 1)));
        CompletableFuture<byte[]> call = channel.callAsync("a/b", HELLO, byte[].class, CallOptions.defaults());
        await().until(() -> server.dials.get() > 2);
        server.refusal = null;
        assertThat(join(call)).isEqualTo(HELLO);
    }

    @Test
    void methodMayFailFastOrWaitOtherwiseThanItsChannel() {
        server.refusal = new IOException("nobody there");
        channel.close();
        channel = Channels.open(server,
                ChannelOptions.defaults()
                    .withBackoff(Duration.ofMillis(1), Duration.ofMillis(1))
                    .withMethod("a/b", MethodOptions.defaults().withWaitForReady(false)));
        assertThat(failure(Mode.BLOCKING, Duration.ofSeconds(20))).hasMessageContaining("nobody there");
        assertThat(failure(Mode.ASYNCHRONOUS, Duration.ofSeconds(20))).hasMessageContaining("nobody there");
        CompletableFuture<byte[]> waiting = channel.callAsync("a/c", HELLO, byte[].class, CallOptions.defaults());
        CompletableFuture<byte[]> asked = channel.callAsync("a/b", HELLO, byte[].class,
                CallOptions.defaults().withWaitForReady(true));
        int dials = server.dials.get();
        await().until(() -> server.dials.get() > dials + 1);
        assertThat(waiting).isNotDone();
        assertThat(asked).isNotDone();
        server.refusal = null;
        assertThat(join(waiting)).isEqualTo(HELLO);
        assertThat(join(asked)).isEqualTo(HELLO);
    }

    static Stream<Runnable> outOfRange() {
        return Stream.of(() -> POLICY.withMaxAttempts(0), () -> POLICY.withMaxAttempts(11),
                () -> POLICY.withBackoff(Duration.ZERO, Duration.ofSeconds(1), 1),
                () -> POLICY.withBackoff(Duration.ofSeconds(2), Duration.ofSeconds(1), 1),
                () -> POLICY.withBackoff(Duration.ofSeconds(1), Duration.ofSeconds(1), Double.NaN),
                () -> POLICY.withStatuses(Set.of(RpcStatus.OK)), () -> new RetryThrottling(0, 1),
                () -> new RetryThrottling(1, 0), () -> HedgingPolicy.after(Duration.ZERO),
                () -> new HedgingPolicy(1, Duration.ofSeconds(1), Set.of()),
                () -> MethodOptions.defaults()
                    .withRetry(POLICY)
                    .withHedging(HedgingPolicy.after(Duration.ofSeconds(1))));
    }

    @ParameterizedTest
    @MethodSource("outOfRange")
    void settingsOutOfRangeAreRefused(Runnable settings) {
        assertThatIllegalArgumentException().isThrownBy(settings::run);
    }

}
