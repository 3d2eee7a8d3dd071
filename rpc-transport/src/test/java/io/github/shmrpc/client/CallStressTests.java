package io.github.shmrpc.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.protocol.FrameReader;
import io.github.shmrpc.protocol.FrameType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Many threads, at random. What must hold: each call ends once, with its own reply or a
 * status that can be explained.
 */
@Timeout(120)
class CallStressTests {

    private static final AtomicLong NUMBERS = new AtomicLong();

    private final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());

    private void run(int threads, Runnable body) throws InterruptedException {
        List<Thread> all = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            Thread thread = new Thread(() -> {
                try {
                    body.run();
                }
                catch (Throwable failure) {
                    failures.add(failure);
                }
            });
            all.add(thread);
            thread.start();
        }
        for (Thread thread : all) {
            thread.join();
        }
        assertThat(failures).isEmpty();
    }

    private static byte[] number() {
        return ByteBuffer.allocate(16).putLong(NUMBERS.incrementAndGet()).putLong(7).array();
    }

    private static FakeServer unreliable() {
        return new FakeServer((peer, frame) -> {
            if (FrameReader.type(frame) != FrameType.REQUEST) {
                return;
            }
            byte[] payload = FakeServer.payload(frame);
            long id = FrameReader.callId(frame);
            switch (ThreadLocalRandom.current().nextInt(40)) {
                case 0 -> {
                }
                case 1, 2 -> {
                    LockSupport.parkNanos(200_000);
                    peer.reply(id, payload);
                }
                case 3 -> {
                    peer.reply(id, payload);
                    peer.reply(id, new byte[16]);
                }
                case 4 -> peer.fail(id, RpcStatus.ABORTED, Outcome.ANSWERED, "at random");
                default -> peer.reply(id, payload);
            }
        });
    }

    private static void explain(RpcException failure, RpcStatus... expected) {
        assertThat(failure.status()).as(failure.getMessage()).isIn((Object[]) expected);
    }

    @ParameterizedTest
    @CsvSource({ "4, false", "1024, false", "4, true", "1024, true" })
    @Tag("F35")
    @Tag("F58")
    void repliesReachTheirCallsWhateverElseHappens(int maxCalls, boolean polled) throws InterruptedException {
        try (FakeServer server = unreliable();
                RpcChannel channel = Channels
                    .builder(server,
                            ChannelOptions.defaults()
                                .withMaxCalls(maxCalls)
                                .withPolledReplies(polled)
                                .withBackoff(Duration.ofMillis(1), Duration.ofMillis(2)))
                    .firstCallId((1L << 31) - 500)
                    .build()) {
            AtomicBoolean stop = new AtomicBoolean();
            Thread killer = new Thread(() -> {
                while (!stop.get()) {
                    LockSupport.parkNanos(30_000_000);
                    server.peers.forEach((peer) -> peer.die(new IOException("killed at random")));
                    server.peers.removeIf((peer) -> !peer.isOpen());
                }
            });
            killer.start();
            Thread ticks = new Thread(() -> {
                while (polled && !stop.get()) {
                    channel.poll(100, Duration.ofMillis(10));
                    LockSupport.parkNanos(200_000);
                }
            });
            ticks.start();
            run(8, () -> {
                Random random = new Random(Thread.currentThread().getId());
                for (int i = 0; i < 1000; i++) {
                    oneCall(channel, random);
                }
            });
            stop.set(true);
            killer.join();
            ticks.join();
            assertThat(server.violations).hasValue(0);
        }
    }

    private void oneCall(RpcChannel channel, Random random) {
        byte[] request = number();
        CallOptions options = CallOptions.timeout(Duration.ofNanos(50_000 + random.nextInt(2_000_000)));
        if (random.nextInt(4) != 0) {
            try {
                assertThat(channel.call("a/b" + random.nextInt(3), request, byte[].class, options)).isEqualTo(request);
            }
            catch (RpcException failure) {
                explain(failure, RpcStatus.DEADLINE_EXCEEDED, RpcStatus.UNAVAILABLE, RpcStatus.ABORTED,
                        RpcStatus.RESOURCE_EXHAUSTED);
            }
            return;
        }
        AtomicInteger completions = new AtomicInteger();
        CompletableFuture<byte[]> call = channel.callAsync("a/c", request, byte[].class, options);
        CompletableFuture<?> observed = call.whenComplete((reply, failure) -> completions.incrementAndGet());
        if (random.nextInt(3) == 0) {
            call.cancel(true);
        }
        try {
            assertThat(random.nextBoolean() ? call.join() : (byte[]) observed.join()).isEqualTo(request);
        }
        catch (CancellationException cancelled) {
            assertThat(call).isCancelled();
        }
        catch (CompletionException failed) {
            if (failed.getCause() instanceof RpcException failure) {
                explain(failure, RpcStatus.DEADLINE_EXCEEDED, RpcStatus.UNAVAILABLE, RpcStatus.ABORTED,
                        RpcStatus.RESOURCE_EXHAUSTED);
            }
            else {
                assertThat(failed).hasCauseInstanceOf(CancellationException.class);
            }
        }
        await().pollInterval(Duration.ofMillis(1)).pollDelay(Duration.ZERO).until(() -> completions.get() == 1);
    }

    /**
     * All go on until the slowest has made its calls, which it does long before the
     * fastest has made a hundred times as many.
     */
    @Test
    void nobodyStarves() throws InterruptedException {
        try (FakeServer server = FakeServer.echo();
                RpcChannel channel = Channels.open(server, ChannelOptions.defaults())) {
            channel.connect(Duration.ofSeconds(20));
            AtomicInteger next = new AtomicInteger();
            AtomicLongArray made = new AtomicLongArray(8);
            run(8, () -> {
                int self = next.getAndIncrement();
                while (least(made) < 500 && most(made) < 50_000) {
                    byte[] request = number();
                    assertThat(channel.call("a/b", request, byte[].class)).isEqualTo(request);
                    made.incrementAndGet(self);
                }
            });
            assertThat(least(made)).as("calls of each caller: %s", made).isGreaterThanOrEqualTo(500);
            assertThat(server.violations).hasValue(0);
        }
    }

    private static long most(AtomicLongArray counts) {
        return IntStream.range(0, counts.length()).mapToLong(counts::get).max().orElseThrow();
    }

    private static long least(AtomicLongArray counts) {
        return IntStream.range(0, counts.length()).mapToLong(counts::get).min().orElseThrow();
    }

    @Test
    @Tag("F50")
    void interruptedCallersHurtNobody() throws InterruptedException {
        try (FakeServer server = unreliable();
                RpcChannel channel = Channels.open(server,
                        ChannelOptions.defaults().withTimeout(Duration.ofSeconds(1)))) {
            // For all: none is to wait for room until its time is over.
            server.capacity = 4096;
            List<Thread> callers = new ArrayList<>();
            AtomicInteger cancelled = new AtomicInteger();
            AtomicBoolean stop = new AtomicBoolean();
            ConcurrentHashMap<Thread, Boolean> lost = new ConcurrentHashMap<>();
            for (int i = 0; i < 200; i++) {
                Thread caller = new Thread(() -> {
                    while (!stop.get()) {
                        byte[] request = number();
                        try {
                            assertThat(channel.call("a/b", request, byte[].class)).isEqualTo(request);
                        }
                        catch (RpcException failure) {
                            if (failure.status() == RpcStatus.CANCELLED) {
                                // The flag is still there, and goes.
                                if (!Thread.interrupted()) {
                                    lost.put(Thread.currentThread(), true);
                                }
                                cancelled.incrementAndGet();
                            }
                            else if (failure.status() != RpcStatus.ABORTED
                                    && failure.status() != RpcStatus.DEADLINE_EXCEEDED) {
                                failures.add(failure);
                            }
                        }
                        catch (Throwable failure) {
                            failures.add(failure);
                        }
                    }
                });
                callers.add(caller);
                caller.start();
            }
            Random random = new Random(1);
            for (int i = 0; i < 1000; i++) {
                callers.get(random.nextInt(callers.size())).interrupt();
                LockSupport.parkNanos(500_000);
            }
            stop.set(true);
            for (Thread caller : callers) {
                caller.join();
            }
            assertThat(failures).isEmpty();
            assertThat(lost).isEmpty();
            assertThat(cancelled.get()).isPositive();
            assertThat(server.dials).hasValue(1);
            assertThat(server.violations).hasValue(0);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = { false, true })
    @SuppressWarnings("try") // Closing twice is allowed.
    @Tag("F57")
    @Tag("F58")
    void closeEndsEveryCall(boolean polled) throws InterruptedException {
        for (int round = 0; round < 100; round++) {
            try (FakeServer server = FakeServer.echo();
                    RpcChannel channel = Channels.open(server,
                            ChannelOptions.defaults().withTimeout(Duration.ofSeconds(20)).withPolledReplies(polled))) {
                AtomicInteger rest = new AtomicInteger(ThreadLocalRandom.current().nextInt(60));
                long start = System.nanoTime();
                run(4, () -> {
                    boolean open = true;
                    while (open) {
                        try {
                            boolean async = ThreadLocalRandom.current().nextInt(3) == 0;
                            CallOptions options = CallOptions.defaults();
                            byte[] request = number();
                            byte[] reply = async ? channel.callAsync("a/b", request, byte[].class, options).join()
                                    : channel.call("a/b", request, byte[].class);
                            assertThat(reply).isEqualTo(request);
                        }
                        catch (RpcException closed) {
                            explain(closed, RpcStatus.UNAVAILABLE);
                            open = false;
                        }
                        catch (CompletionException closed) {
                            assertThat(closed.getCause()).isInstanceOfSatisfying(RpcException.class,
                                    (failure) -> explain(failure, RpcStatus.UNAVAILABLE));
                            open = false;
                        }
                        if (rest.decrementAndGet() <= 0) {
                            channel.close();
                        }
                    }
                });
                assertThat(System.nanoTime() - start).isLessThan(10_000_000_000L);
                assertThat(server.violations).hasValue(0);
            }
        }
    }

}
