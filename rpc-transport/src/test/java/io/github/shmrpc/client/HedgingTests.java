package io.github.shmrpc.client;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

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
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/** Calls that are made again before they have failed. */
@Timeout(60)
class HedgingTests {

    private static final byte[] HELLO = { 1, 2, 3 };

    private static final CallOptions PATIENT = CallOptions.timeout(Duration.ofSeconds(20));

    private static final HedgingPolicy SOON = HedgingPolicy.after(Duration.ofMillis(5));

    private static final HedgingPolicy LATE = HedgingPolicy.after(Duration.ofSeconds(15));

    private final FakeServer server = FakeServer.echo();

    private RpcChannel channel = Channels.open(server, ChannelOptions.defaults());

    private final AtomicInteger requests = new AtomicInteger();

    private void use(HedgingPolicy policy, int connections, RetryThrottling throttling) {
        channel.close();
        server.peers.clear();
        channel = Channels.open(server,
                ChannelOptions.defaults()
                    .withConnections(connections)
                    .withRetryThrottling(throttling)
                    .withMethod("a/b", MethodOptions.defaults().withIdempotent(true).withHedging(policy)));
        channel.connect(Duration.ofSeconds(20));
    }

    private void use(HedgingPolicy policy) {
        use(policy, 1, RetryThrottling.defaults());
    }

    @AfterEach
    void close() {
        channel.close();
        server.close();
        assertThat(server.violations).hasValue(0);
    }

    /** The first so many requests get no answer. */
    private void ignore(int count) {
        server.behaviour = (peer, frame) -> {
            if (FrameReader.type(frame) == FrameType.REQUEST && requests.incrementAndGet() > count) {
                peer.reply(FrameReader.callId(frame), FakeServer.payload(frame));
            }
        };
    }

    private void failFirst(RpcStatus status) {
        server.behaviour = (peer, frame) -> {
            if (FrameReader.type(frame) != FrameType.REQUEST) {
                return;
            }
            if (requests.incrementAndGet() == 1) {
                peer.fail(FrameReader.callId(frame), status, Outcome.ANSWERED, "not now");
            }
            else {
                peer.reply(FrameReader.callId(frame), FakeServer.payload(frame));
            }
        };
    }

    private byte[] call(boolean blocking) throws Exception {
        if (blocking) {
            return channel.call("a/b", HELLO, byte[].class, PATIENT);
        }
        try {
            return channel.callAsync("a/b", HELLO, byte[].class, PATIENT).get(30, TimeUnit.SECONDS);
        }
        catch (ExecutionException ex) {
            throw (Exception) Objects.requireNonNull(ex.getCause());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void secondAttemptAnswersAndTheFirstIsCancelled(boolean blocking) throws Exception {
        use(SOON);
        ignore(1);
        assertThat(call(blocking)).isEqualTo(HELLO);
        await().until(() -> server.peer(0).cancels.size() == 1);
        assertThat(server.peer(0).cancels).containsExactly(1L);
        assertThat(requests).hasValue(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void secondAttemptTakesAnotherConnection(boolean blocking) throws Exception {
        use(SOON, 2, RetryThrottling.defaults());
        ignore(1);
        assertThat(call(blocking)).isEqualTo(HELLO);
        assertThat(server.peers).extracting((peer) -> peer.requests.size()).containsExactly(1, 1);
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void answerInTimeIsTheOnlyOne(boolean blocking) throws Exception {
        use(HedgingPolicy.after(Duration.ofMillis(200)));
        ignore(0);
        // Not in time, once in a while, on a machine that has other work.
        await().pollDelay(Duration.ZERO).until(() -> {
            requests.set(0);
            assertThat(call(blocking)).isEqualTo(HELLO);
            await().pollDelay(Duration.ofMillis(400)).until(() -> true);
            return requests.get() == 1;
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void failureThatMayPassStartsTheNextAttemptAtOnce(boolean blocking) throws Exception {
        use(LATE);
        failFirst(RpcStatus.UNAVAILABLE);
        long startNs = System.nanoTime();
        assertThat(call(blocking)).isEqualTo(HELLO);
        assertThat(Duration.ofNanos(System.nanoTime() - startNs)).isLessThan(Duration.ofSeconds(10));
        assertThat(requests).hasValue(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void otherFailureEndsTheCall(boolean blocking) {
        use(SOON);
        failFirst(RpcStatus.NOT_FOUND);
        assertThatExceptionOfType(RpcException.class).isThrownBy(() -> call(blocking))
            .satisfies((failure) -> assertThat(failure.status()).isEqualTo(RpcStatus.NOT_FOUND));
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void lastFailureIsTheCalls(boolean blocking) {
        use(LATE);
        server.behaviour = (peer, frame) -> {
            if (FrameReader.type(frame) == FrameType.REQUEST) {
                peer.fail(FrameReader.callId(frame), RpcStatus.UNAVAILABLE, Outcome.ANSWERED,
                        "failure " + requests.incrementAndGet());
            }
        };
        assertThatExceptionOfType(RpcException.class).isThrownBy(() -> call(blocking))
            .withMessageContaining("failure 2");
        assertThat(requests).hasValue(2);
    }

    @Test
    void cancellingTheCallCancelsAllAttempts() {
        use(SOON);
        ignore(100);
        CompletableFuture<byte[]> call = channel.callAsync("a/b", HELLO, byte[].class, PATIENT);
        await().until(() -> requests.get() == 2);
        call.cancel(true);
        await().until(() -> server.peer(0).cancels.size() == 2);
    }

    @Test
    void deadlineEndsAllAttempts() {
        use(SOON);
        ignore(100);
        assertThatExceptionOfType(RpcException.class)
            .isThrownBy(() -> channel.call("a/b", HELLO, byte[].class, CallOptions.timeout(Duration.ofSeconds(1))))
            .satisfies((failure) -> assertThat(failure.status()).isEqualTo(RpcStatus.DEADLINE_EXCEEDED));
        assertThat(requests).hasValue(2);
        await().until(() -> server.peer(0).cancels.size() == 2);
    }

    @Test
    void interruptEndsABlockingCallAndItsAttempts() {
        use(SOON);
        ignore(100);
        Thread caller = Thread.currentThread();
        new Thread(() -> {
            await().until(() -> requests.get() == 2);
            caller.interrupt();
        }).start();
        assertThatExceptionOfType(RpcException.class)
            .isThrownBy(() -> channel.call("a/b", HELLO, byte[].class, PATIENT))
            .satisfies((failure) -> assertThat(failure.status()).isEqualTo(RpcStatus.CANCELLED));
        assertThat(Thread.interrupted()).isTrue();
        await().until(() -> server.peer(0).cancels.size() == 2);
    }

    @Test
    void channelThatFailsTooOftenDoesNotHedge() {
        use(HedgingPolicy.after(Duration.ofMillis(500)), 1, new RetryThrottling(1, 0.001));
        failFirst(RpcStatus.UNAVAILABLE);
        assertThatExceptionOfType(RpcException.class).isThrownBy(() -> call(true));
        ignore(100);
        assertThatExceptionOfType(RpcException.class)
            .isThrownBy(() -> channel.call("a/b", HELLO, byte[].class, CallOptions.timeout(Duration.ofMillis(1200))));
        assertThat(requests).hasValue(2);
    }

    @Test
    void onlyIdempotentMethodsAreHedged() {
        channel.close();
        channel = Channels.open(server,
                ChannelOptions.defaults().withMethod("a/b", MethodOptions.defaults().withHedging(SOON)));
        assertThatIllegalArgumentException().isThrownBy(() -> channel.call("a/b", HELLO, byte[].class))
            .withMessageContaining("Method a/b has hedging but is not idempotent");
    }

}
