package io.github.shmrpc.client;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.protocol.FrameReader;
import io.github.shmrpc.protocol.FrameType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

/** Replies that the test's own thread comes for. */
@Timeout(60)
class PolledRepliesTests {

    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);

    private static final ChannelOptions POLLED = ChannelOptions.defaults().withPolledReplies(true);

    private static final Duration LONG = Duration.ofSeconds(20);

    /** The JDK's common pool may have a single thread. */
    private static final Executor OWN_THREAD = (task) -> {
        Thread thread = new Thread(task, "polled-replies-tests");
        thread.setDaemon(true);
        thread.start();
    };

    private FakeServer server = FakeServer.echo();

    private RpcChannel channel = Channels.open(server, POLLED);

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

    private CompletableFuture<byte[]> start() {
        return start(CallOptions.timeout(LONG));
    }

    private CompletableFuture<byte[]> start(CallOptions options) {
        return channel.callAsync("a/b", HELLO, byte[].class, options);
    }

    /** Returns when all replies to earlier calls have come, too. */
    private void callBlocking() {
        assertThat(channel.call("a/b", HELLO, byte[].class)).isEqualTo(HELLO);
    }

    private void pollUntilDone(CompletableFuture<?> future) {
        CompletableFuture<Thread> completer = new CompletableFuture<>();
        CompletableFuture<?> noted = future
            .whenComplete((reply, failure) -> completer.complete(Thread.currentThread()));
        while (!noted.isDone()) {
            channel.poll(1, LONG);
            LockSupport.parkNanos(100_000);
        }
        assertThat(completer).isCompletedWithValue(Thread.currentThread());
    }

    private static RpcException failureOf(CompletableFuture<?> call) {
        CompletionException failure = catchThrowableOfType(CompletionException.class, call::join);
        return (RpcException) Objects.requireNonNull(Objects.requireNonNull(failure, "it did not fail").getCause());
    }

    @Test
    void repliesCompleteInPollOnly() {
        channel.connect(LONG);
        List<Thread> threads = new ArrayList<>();
        List<CompletableFuture<Boolean>> calls = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            calls.add(start().thenApply((reply) -> threads.add(Thread.currentThread())));
        }
        callBlocking();
        assertThat(threads).isEmpty();
        assertThat(channel.poll(2, LONG)).isEqualTo(2);
        assertThat(calls.get(1)).isCompletedWithValue(true);
        assertThat(calls.get(2)).isNotDone();
        assertThat(channel.poll(100, LONG)).isEqualTo(3);
        assertThat(threads).hasSize(5).containsOnly(Thread.currentThread());
        assertThat(channel.poll(100, LONG)).isZero();
    }

    @Test
    void noTimeAndNoRepliesCompleteNothing() {
        channel.connect(LONG);
        CompletableFuture<byte[]> call = start();
        callBlocking();
        assertThat(channel.poll(100, Duration.ZERO)).isZero();
        assertThat(channel.poll(100, Duration.ofSeconds(-1))).isZero();
        assertThat(channel.poll(0, LONG)).isZero();
        assertThatIllegalArgumentException().isThrownBy(() -> channel.poll(-1, LONG))
            .withMessageContaining("maxReplies=-1");
        assertThat(call).isNotDone();
        assertThat(channel.poll(100, Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo(1);
    }

    @Test
    void budgetIsLookedAtBetweenCompletions() {
        channel.connect(LONG);
        CountDownLatch never = new CountDownLatch(1);
        for (int i = 0; i < 3; i++) {
            CompletableFuture<Boolean> slow = start().thenApply((reply) -> {
                try {
                    return never.await(50, TimeUnit.MILLISECONDS);
                }
                catch (InterruptedException ex) {
                    throw new IllegalStateException(ex);
                }
            });
            assertThat(slow).isNotDone();
        }
        callBlocking();
        assertThat(channel.poll(100, Duration.ofMillis(25))).isEqualTo(1);
        assertThat(channel.poll(100, LONG)).isEqualTo(2);
    }

    @Test
    void replyThatTheReaderTookIsDelivered() {
        AtomicInteger replies = new AtomicInteger();
        server.behaviour = (peer, frame) -> {
            if (FrameReader.type(frame) == FrameType.REQUEST) {
                peer.reply(FrameReader.callId(frame), HELLO);
                replies.incrementAndGet();
            }
        };
        CompletableFuture<byte[]> call = start();
        await().until(() -> replies.get() == 1 && server.peer(0).isRead());
        assertThat(server.peer(0).pollers).hasSize(1).doesNotContain(Thread.currentThread());
        assertThat(call).isNotDone();
        pollUntilDone(call);
        assertThat(call.join()).isEqualTo(HELLO);
    }

    @Test
    void nobodyElsePollsWhileTheApplicationDoes() {
        channel.connect(LONG);
        await().pollInSameThread().until(() -> {
            server.peer(0).pollers.clear();
            for (int tick = 0; tick < 20; tick++) {
                pollUntilDone(start());
            }
            return server.peer(0).pollers.equals(Set.of(Thread.currentThread()));
        });
    }

    @Test
    void errorCompletesInPoll() {
        server.behaviour = (peer, frame) -> {
            if (FrameReader.type(frame) == FrameType.REQUEST) {
                peer.fail(FrameReader.callId(frame), RpcStatus.NOT_FOUND, Outcome.ANSWERED, "no such thing");
            }
        };
        CompletableFuture<byte[]> call = start();
        pollUntilDone(call);
        assertThat(failureOf(call).status()).isEqualTo(RpcStatus.NOT_FOUND);
    }

    @Test
    void deadlinePassesInPoll() {
        use(FakeServer.silent(), POLLED);
        channel.connect(LONG);
        CompletableFuture<byte[]> call = start(CallOptions.timeout(Duration.ofMillis(500)));
        CompletableFuture<byte[]> later = start();
        pollUntilDone(call);
        assertThat(failureOf(call).status()).isEqualTo(RpcStatus.DEADLINE_EXCEEDED);
        await().until(() -> server.peer(0).cancels.size() == 1);
        assertThat(later).isNotDone();
    }

    @Test
    void lossCompletesInPoll() {
        use(FakeServer.silent(), POLLED);
        CompletableFuture<byte[]> call = start();
        await().until(() -> server.peers.size() == 1 && server.peer(0).requests.size() == 1);
        server.peer(0).die(new IOException("killed"));
        await().until(() -> server.dials.get() == 2);
        assertThat(call).isNotDone();
        pollUntilDone(call);
        RpcException failure = failureOf(call);
        assertThat(failure.status()).isEqualTo(RpcStatus.UNAVAILABLE);
        assertThat(failure.outcome()).isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    void lossIsNoticedByPoll() {
        use(FakeServer.silent(), POLLED);
        channel.connect(LONG);
        CompletableFuture<byte[]> call = start();
        await().until(() -> server.peer(0).requests.size() == 1);
        await().pollInSameThread().until(() -> {
            channel.poll(1, LONG);
            server.peer(0).pollers.clear();
            channel.poll(1, LONG);
            return server.peer(0).pollers.equals(Set.of(Thread.currentThread()));
        });
        server.peer(0).die(null);
        pollUntilDone(call);
        assertThat(failureOf(call).status()).isEqualTo(RpcStatus.UNAVAILABLE);
    }

    @Test
    void callThatWasNotTakenIsSentAgain() {
        channel.connect(LONG);
        server.peer(0).stopped = true;
        CompletableFuture<byte[]> call = start();
        server.peer(0).die(new IOException("killed"));
        pollUntilDone(call);
        assertThat(call.join()).isEqualTo(HELLO);
    }

    @Test
    void noConnectionFailsInPoll() {
        server.refusal = new IOException("nobody listens");
        CompletableFuture<byte[]> call = start(CallOptions.timeout(Duration.ofSeconds(1)));
        assertThat(call).isNotDone();
        pollUntilDone(call);
        assertThat(failureOf(call)).hasMessageContaining("nobody listens");
    }

    @Test
    void callThatCannotBeSentHasFailedAtOnce() {
        use(FakeServer.echo(), POLLED.withMaxMessageLength(1024));
        CompletableFuture<byte[]> call = channel.callAsync("a/b", new byte[1025], byte[].class, CallOptions.defaults());
        assertThat(call).isCompletedExceptionally();
        assertThat(failureOf(call).outcome()).isEqualTo(Outcome.NOT_EXECUTED);
        assertThat(channel.poll(100, LONG)).isZero();
    }

    @Test
    void repliesThatNobodyComesForAreLimited() {
        use(FakeServer.echo(), POLLED.withMaxCalls(2));
        List<CompletableFuture<byte[]>> calls = List.of(start(), start());
        await().until(() -> server.peers.size() == 1 && server.peer(0).requests.size() == 2);
        callBlockingWhenThereIsRoom();
        RpcException refused = failureOf(start());
        assertThat(refused.status()).isEqualTo(RpcStatus.RESOURCE_EXHAUSTED);
        assertThat(refused.outcome()).isEqualTo(Outcome.NOT_EXECUTED);
        assertThat(refused).hasMessageContaining("2 replies wait for RpcChannel.poll");
        assertThat(channel.poll(100, LONG)).isEqualTo(2);
        assertThat(calls).allMatch(CompletableFuture::isDone);
        pollUntilDone(start());
    }

    private void callBlockingWhenThereIsRoom() {
        await().ignoreException(RpcException.class).untilAsserted(this::callBlocking);
    }

    @Test
    void cancelledCallIsCancelledAtOnce() {
        use(FakeServer.silent(), POLLED);
        channel.connect(LONG);
        CompletableFuture<byte[]> call = start();
        assertThat(call.cancel(true)).isTrue();
        assertThat(call).isCancelled();
        await().until(() -> server.peer(0).cancels.size() == 1);
        assertThat(channel.poll(100, LONG)).isZero();
    }

    @Test
    void threadThatJoinsCompletesThatFuture() throws Exception {
        channel.connect(LONG);
        CompletableFuture<byte[]> other = start();
        AtomicReference<@Nullable Thread> completer = new AtomicReference<>();
        CompletableFuture<byte[]> call = start();
        CompletableFuture<Void> dependent = call.thenAccept((reply) -> completer.set(Thread.currentThread()));
        assertThat(call.join()).isEqualTo(HELLO);
        assertThat(dependent).isDone();
        assertThat(completer).hasValue(Thread.currentThread());
        assertThat(other).isNotDone();
        assertThat(start().get()).isEqualTo(HELLO);
        assertThat(start().get(20, TimeUnit.SECONDS)).isEqualTo(HELLO);
        assertThat(channel.poll(100, LONG)).isEqualTo(1);
    }

    @Test
    void joinEndsWithTheDeadline() {
        use(FakeServer.silent(), POLLED);
        channel.connect(LONG);
        channel.poll(1, LONG);
        for (int i = 0; i < 3; i++) {
            CompletableFuture<byte[]> call = start(CallOptions.timeout(Duration.ofMillis(50)));
            assertThat(failureOf(call).status()).isEqualTo(RpcStatus.DEADLINE_EXCEEDED);
        }
    }

    @Test
    void waitEndsWithItsTimeoutOrAnInterrupt() {
        use(FakeServer.silent(), POLLED);
        CompletableFuture<byte[]> call = start();
        CompletableFuture<Integer> dependent = call.thenApply((reply) -> reply.length);
        for (CompletableFuture<?> waiting : List.of(call, dependent)) {
            assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> waiting.get(20, TimeUnit.MILLISECONDS));
            assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> waiting.get(0, TimeUnit.NANOSECONDS));
            Thread.currentThread().interrupt();
            assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> waiting.get(20, TimeUnit.SECONDS));
            Thread.currentThread().interrupt();
            assertThatExceptionOfType(InterruptedException.class).isThrownBy(waiting::get);
            assertThat(Thread.interrupted()).isFalse();
        }
        call.cancel(true);
        assertThatExceptionOfType(CancellationException.class).isThrownBy(call::get);
        assertThatExceptionOfType(ExecutionException.class).isThrownBy(dependent::get);
    }

    @Test
    void interruptDoesNotEndAJoin() {
        Thread.currentThread().interrupt();
        RpcException refused = failureOf(start());
        assertThat(refused.status()).isEqualTo(RpcStatus.CANCELLED);
        assertThat(Thread.interrupted()).isTrue();
        CompletableFuture<byte[]> call = start();
        CompletableFuture<Integer> dependent = start().thenApply((reply) -> reply.length);
        Thread.currentThread().interrupt();
        assertThat(call.join()).isEqualTo(HELLO);
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        assertThat(dependent.join()).isEqualTo(5);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void threadThatPollsMayJoinWhatDependsOnReplies() throws Exception {
        for (int i = 0; i < 3; i++) {
            assertThat(start().thenApply((reply) -> reply.length).join()).isEqualTo(5);
            assertThat(
                    start().thenCompose((reply) -> start()).thenCombine(start(), (a, b) -> a.length + b.length).get())
                .isEqualTo(10);
            assertThat(channel.poll(1, LONG)).isZero();
        }
        CompletableFuture<Integer> nested = start()
            .thenApply((reply) -> start().thenApply((inner) -> inner.length).join());
        pollUntilDone(nested);
        assertThat(nested.join()).isEqualTo(5);
    }

    @Test
    void otherThreadsWaitForTheOneThatPolls() throws Exception {
        assertThat(channel.poll(1, LONG)).isZero();
        CompletableFuture<Thread> dependent = start().thenApply((reply) -> Thread.currentThread());
        CompletableFuture<Thread> joined = CompletableFuture.supplyAsync(dependent::join, OWN_THREAD);
        pollUntilDone(dependent);
        assertThat(joined.get(20, TimeUnit.SECONDS)).isSameAs(Thread.currentThread());
    }

    @Test
    void secondThreadIsTurnedAway() throws Exception {
        channel.connect(LONG);
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Boolean> slow = start().thenApply((reply) -> {
            entered.countDown();
            try {
                return release.await(20, TimeUnit.SECONDS);
            }
            catch (InterruptedException ex) {
                return false;
            }
        });
        callBlocking();
        CompletableFuture<Integer> first = CompletableFuture.supplyAsync(() -> channel.poll(1, LONG), OWN_THREAD);
        assertThat(entered.await(20, TimeUnit.SECONDS)).isTrue();
        assertThatIllegalStateException().isThrownBy(() -> channel.poll(1, LONG))
            .withMessageContaining("polled already, by thread polled-replies-tests");
        release.countDown();
        assertThat(first.get(20, TimeUnit.SECONDS)).isEqualTo(1);
        assertThat(slow.join()).isTrue();
    }

    @Test
    void completionMayCallAndCloseButNotPoll() {
        CompletableFuture<Integer> polls = start().thenApply((reply) -> channel.poll(1, LONG));
        pollUntilDone(polls);
        assertThat(polls).isCompletedExceptionally();
        CompletableFuture<byte[]> calls = start().thenApply((reply) -> channel.call("a/c", reply, byte[].class));
        pollUntilDone(calls);
        assertThat(calls.join()).isEqualTo(HELLO);
        CompletableFuture<Void> closes = start().thenAccept((reply) -> channel.close());
        pollUntilDone(closes);
        assertThat(channel.state()).isEqualTo(ChannelState.SHUTDOWN);
    }

    @Test
    void failureInACompletionHurtsNobody() {
        channel.connect(LONG);
        CompletableFuture<Void> first = start().thenAccept((reply) -> {
            throw new AssertionError("for the test");
        });
        CompletableFuture<byte[]> second = start();
        callBlocking();
        assertThat(channel.poll(100, LONG)).isEqualTo(2);
        assertThat(first).isCompletedExceptionally();
        assertThat(second.join()).isEqualTo(HELLO);
    }

    @Test
    void closedChannelIsPolledForTheLastTime() {
        use(FakeServer.silent(), POLLED);
        channel.connect(LONG);
        CompletableFuture<byte[]> call = start();
        channel.close();
        assertThat(call).isNotDone();
        pollUntilDone(call);
        assertThat(failureOf(call)).hasMessageContaining("closed");
        assertThat(channel.poll(1, LONG)).isZero();
    }

    @Test
    void channelThatCompletesByItselfIsNotPolled() {
        use(FakeServer.echo(), ChannelOptions.defaults());
        assertThatIllegalStateException().isThrownBy(() -> channel.poll(1, LONG))
            .withMessageContaining("withPolledReplies(true)");
    }

    @Test
    void repliesOfAllConnectionsComeFromOnePoll() throws InterruptedException {
        use(FakeServer.echo(), POLLED.withConnections(3));
        channel.connect(LONG);
        List<CompletableFuture<byte[]>> calls = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Thread caller = new Thread(() -> calls.add(start()));
            caller.start();
            caller.join();
        }
        CompletableFuture<Void> all = CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new));
        pollUntilDone(all);
        assertThat(server.peers).extracting((peer) -> peer.requests.size()).containsOnly(1);
    }

}
