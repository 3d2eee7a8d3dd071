package io.github.shmrpc.call;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Deadline;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcMethod;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.client.RpcChannel;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** Calls within calls: what happens to the outer one happens to the inner one. */
@Timeout(60)
class CancellationTests {

    private static final CallOptions PATIENT = CallOptions.timeout(Duration.ofSeconds(30));

    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    private Path directory = Path.of("");

    private final Inner inner = new Inner();

    private final ExecutorService pool = Executors.newSingleThreadExecutor();

    private @Nullable Served innerServed;

    private @Nullable Served outerServed;

    private Outer outer = new Outer(RpcChannel.open("inproc:nobody"), pool);

    private RpcChannel start(String scheme) throws IOException {
        Served inside = Served.start(scheme, directory, "inner", (server) -> server.register(inner),
                (channel) -> channel);
        innerServed = inside;
        outer = new Outer(inside.channel(), pool);
        Served outside = Served.start(scheme, directory, "outer", (server) -> server.register(outer),
                (channel) -> channel);
        outerServed = outside;
        return outside.channel();
    }

    @AfterEach
    void close() {
        inner.release.countDown();
        for (Served served : new @Nullable Served[] { outerServed, innerServed }) {
            if (served != null) {
                served.server().stop(Duration.ZERO);
                served.close();
            }
        }
        pool.shutdownNow();
    }

    private RpcException failure() throws InterruptedException {
        Throwable failure = outer.failures.poll(20, TimeUnit.SECONDS);
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        assertThat(cause).isInstanceOf(RpcException.class);
        return (RpcException) Objects.requireNonNull(cause);
    }

    @CarrierTest(with = { "blocking", "future", "hop", "raw" })
    void callerThatCancelsReachesTheInnerHandler(String scheme, String how) throws Exception {
        RpcChannel channel = start(scheme);
        CompletableFuture<String> call = channel.callAsync("Outer/relay", how, String.class, PATIENT);
        await().until(() -> inner.context.get() != null);
        call.cancel(true);
        RpcException failure = failure();
        assertThat(failure.status()).isEqualTo(RpcStatus.CANCELLED);
        assertThat(failure.outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(failure).hasMessageContaining("was cancelled, as the call was in whose handler it was made");
        await().until(() -> Objects.requireNonNull(inner.context.get()).isCancelled());
        await().until(() -> inner.cancels.get() == 1);
        await().until(() -> outer.flagAfterwards.get() != null);
        assertThat(outer.flagAfterwards.get()).isFalse();
        assertThat(channel.call("Outer/ping", "x", String.class, PATIENT)).isEqualTo("x");
    }

    /** Whose clock is first must make no difference. */
    @CarrierTest
    void handlerThatReturnsWhenItsDeadlinePassesIsLate(String scheme) throws IOException {
        RpcChannel channel = start(scheme);
        assertThat(channel.call("Outer/ping", "x", String.class, PATIENT)).isEqualTo("x");
        Set<String> notExecuted = new HashSet<>();
        for (int i = 0; i < 20 + notExecuted.size(); i++) {
            String name = "call " + i;
            assertThatExceptionOfType(RpcException.class)
                .isThrownBy(() -> channel.call("Outer/untilCancelled", name, String.class,
                        CallOptions.timeout(Duration.ofMillis(20))))
                .satisfies((failure) -> {
                    assertThat(failure.status()).isEqualTo(RpcStatus.DEADLINE_EXCEEDED);
                    assertThat(failure.outcome()).isIn(Outcome.UNKNOWN, Outcome.NOT_EXECUTED);
                    if (failure.outcome() == Outcome.NOT_EXECUTED) {
                        notExecuted.add(name);
                    }
                });
        }
        // Late before they began, on a machine that has other work, so they never do.
        assertThat(outer.begun).noneMatch(notExecuted::contains);
    }

    @CarrierTest
    void deadlineEndsBothOnce(String scheme) throws Exception {
        RpcChannel channel = start(scheme);
        // None of the deadline goes into the first connections, so that the inner call
        // comes.
        channel.connect(LONG);
        Objects.requireNonNull(innerServed).channel().connect(LONG);
        CompletableFuture<String> call = channel.callAsync("Outer/relayPastDeadline", "x", String.class,
                CallOptions.timeout(Duration.ofSeconds(1)));
        await().until(() -> inner.context.get() != null);
        assertThat(Objects.requireNonNull(inner.context.get()).deadline()).isLessThan(Deadline.after(LONG));
        assertThat(call).failsWithin(LONG);
        assertThat(failure().status()).isIn(RpcStatus.DEADLINE_EXCEEDED, RpcStatus.CANCELLED);
        await().until(() -> inner.cancels.get() == 1 && outer.cancels.get() == 1);
        await().during(Duration.ofMillis(200)).until(() -> inner.cancels.get() == 1 && outer.cancels.get() == 1);
    }

    @CarrierTest
    void endOfTheConnectionReachesTheInnerHandler(String scheme) throws Exception {
        RpcChannel channel = start(scheme);
        CompletableFuture<String> call = channel.callAsync("Outer/relay", "blocking", String.class, PATIENT);
        await().until(() -> inner.context.get() != null);
        channel.close();
        assertThat(call).failsWithin(LONG);
        assertThat(failure().status()).isEqualTo(RpcStatus.CANCELLED);
        await().until(() -> inner.cancels.get() == 1);
    }

    @Test
    void callWithinACancelledCallIsNotSent() throws Exception {
        RpcChannel channel = start("inproc");
        CompletableFuture<String> call = channel.callAsync("Outer/relayWhenCancelled", "x", String.class, PATIENT);
        await().until(() -> outer.waiting.get() == 1);
        call.cancel(true);
        RpcException failure = failure();
        assertThat(failure.status()).isEqualTo(RpcStatus.CANCELLED);
        assertThat(failure.outcome()).isEqualTo(Outcome.NOT_EXECUTED);
        assertThat(inner.context.get()).isNull();
    }

    @Test
    @Tag("F19")
    void interruptOnCancelEndsWhatBlocks() throws Exception {
        RpcChannel channel = start("shm");
        CompletableFuture<String> call = channel.callAsync("Outer/sleep", "x", String.class, PATIENT);
        await().until(() -> outer.waiting.get() == 1);
        call.cancel(true);
        assertThat(outer.failures.poll(20, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
        for (int i = 0; i < 10; i++) {
            assertThat(channel.call("Outer/isInterrupted", "x", String.class, PATIENT)).isEqualTo("false");
        }
        CompletableFuture<String> late = channel.callAsync("Outer/sleep", "x", String.class,
                CallOptions.timeout(Duration.ofSeconds(1)));
        assertThat(late).failsWithin(LONG);
        assertThat(outer.failures.poll(20, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
    }

    @Test
    void callThatEndedIsNotTouchedByALaterCancellation() throws Exception {
        RpcChannel channel = start("inproc");
        CompletableFuture<String> call = channel.callAsync("Outer/pingManyThenWait", "1000", String.class, PATIENT);
        await().until(() -> outer.waiting.get() == 1);
        call.cancel(true);
        await().until(() -> outer.cancels.get() == 1);
        await().until(() -> outer.flagAfterwards.get() != null);
        assertThat(outer.flagAfterwards.get()).isFalse();
    }

    @Test
    void tasksAreTheirOwnOutsideOfACall() throws Exception {
        Runnable task = () -> {
        };
        Callable<String> callable = () -> "x";
        assertThat(CallContext.wrap(task)).isSameAs(task);
        assertThat(CallContext.wrap(callable)).isSameAs(callable);
    }

    static final class Inner {

        final CountDownLatch release = new CountDownLatch(1);

        final AtomicReference<@Nullable CallContext> context = new AtomicReference<>();

        final AtomicInteger cancels = new AtomicInteger();

        @RpcMethod
        public byte[] block(CallContext call, byte[] text) throws InterruptedException {
            call.onCancel(() -> {
                cancels.incrementAndGet();
                release.countDown();
            });
            context.set(call);
            release.await();
            throw new RpcException(RpcStatus.CANCELLED, "given up");
        }

        @RpcMethod
        public byte[] ping(byte[] text) {
            return text;
        }

    }

    static final class Outer {

        private static final byte[] EMPTY = {};

        private final RpcChannel inner;

        private final ExecutorService pool;

        final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();

        final AtomicInteger cancels = new AtomicInteger();

        final AtomicInteger waiting = new AtomicInteger();

        final Set<String> begun = ConcurrentHashMap.newKeySet();

        final AtomicReference<@Nullable Boolean> flagAfterwards = new AtomicReference<>();

        Outer(RpcChannel inner, ExecutorService pool) {
            this.inner = inner;
            this.pool = pool;
        }

        @RpcMethod
        public String untilCancelled(CallContext call, String text) throws InterruptedException {
            begun.add(text);
            CountDownLatch cancelled = new CountDownLatch(1);
            call.onCancel(cancelled::countDown);
            cancelled.await();
            return text;
        }

        @RpcMethod
        public String relay(CallContext call, String how) {
            call.onCancel(cancels::incrementAndGet);
            try {
                return String.valueOf(switch (how) {
                    case "blocking" -> blocking();
                    case "future" -> inner.callAsync("Inner/block", EMPTY, byte[].class, PATIENT).join();
                    case "hop" ->
                        CompletableFuture.supplyAsync(this::blocking, CallContext.wrap((Executor) pool)).join();
                    case "raw" -> inner.rawMethod("Inner/block").call(0, (request) -> {
                    }, (reply) -> "", CallOptions.defaults());
                    default -> throw new AssertionError(how);
                });
            }
            catch (RuntimeException failure) {
                failures.add(failure);
                throw failure;
            }
            finally {
                flagAfterwards.set(Thread.currentThread().isInterrupted());
            }
        }

        private List<byte[]> blocking() {
            return List.of(inner.call("Inner/block", EMPTY, byte[].class, PATIENT));
        }

        /** The inner call may be told of the deadline first: stays until itself is. */
        @RpcMethod
        public String relayPastDeadline(CallContext call, String text) throws InterruptedException {
            CountDownLatch cancelled = new CountDownLatch(1);
            call.onCancel(() -> {
                cancels.incrementAndGet();
                cancelled.countDown();
            });
            try {
                return String.valueOf(blocking());
            }
            catch (RuntimeException failure) {
                failures.add(failure);
                cancelled.await();
                throw failure;
            }
        }

        @RpcMethod
        public String relayWhenCancelled(CallContext call, String text) throws InterruptedException {
            CountDownLatch cancelled = new CountDownLatch(1);
            call.onCancel(cancelled::countDown);
            waiting.incrementAndGet();
            cancelled.await();
            return relay(call, "blocking");
        }

        @RpcMethod
        public String pingManyThenWait(CallContext call, String count) throws InterruptedException {
            for (int i = 0; i < Integer.parseInt(count); i++) {
                assertThat(inner.call("Inner/ping", EMPTY, byte[].class, PATIENT)).isEmpty();
            }
            CountDownLatch cancelled = new CountDownLatch(1);
            call.onCancel(() -> {
                cancels.incrementAndGet();
                cancelled.countDown();
            });
            waiting.incrementAndGet();
            cancelled.await();
            flagAfterwards.set(Thread.currentThread().isInterrupted());
            return count;
        }

        @RpcMethod(interruptOnCancel = true)
        public String sleep(String text) throws InterruptedException {
            waiting.incrementAndGet();
            try {
                new CountDownLatch(1).await();
                return text;
            }
            catch (InterruptedException interrupted) {
                failures.add(interrupted);
                throw interrupted;
            }
        }

        @RpcMethod
        public String isInterrupted(String text) {
            return String.valueOf(Thread.currentThread().isInterrupted());
        }

        @RpcMethod
        public String ping(String text) {
            return text;
        }

    }

}
