package io.github.shmrpc.call;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.function.UnaryOperator;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.client.ChannelState;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.shm.Mappings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Closing against everything else. Thousands of times by chance, in a fixed order of
 * seeds; with {@code -Drpc.races=10} ten times as often.
 */
@Timeout(300)
class CloseRacesTests {

    private static final int FACTOR = Integer.getInteger("rpc.races", 1);

    private static final CallOptions OPTIONS = CallOptions.timeout(Duration.ofSeconds(20));

    private static final int SPREAD_NS = 200_000;

    @TempDir
    private Path directory = Path.of("");

    /** Echoes, and calls itself. */
    static final class Echo {

        private final RpcChannel self;

        Echo(RpcChannel self) {
            this.self = self;
        }

        public byte[] echo(byte[] message) {
            return message;
        }

        /** As deep as its message is long. */
        public byte[] nest(byte[] depth) {
            return depth.length == 0 ? depth
                    : self.call("Echo/nest", new byte[depth.length - 1], byte[].class, OPTIONS);
        }

    }

    /** Both sides close, twice, while calls begin, run and end. */
    @ParameterizedTest
    @CsvSource({ "inproc, 2000", "shm, 200", "unix, 200" })
    @Tag("F57")
    @Tag("F58")
    void everyCallEndsOnceHoweverItIsClosed(String scheme, int rounds) throws Exception {
        Set<String> mapped = Mappings.ofThisProcess();
        ExecutorService threads = Executors.newFixedThreadPool(4, daemons());
        try {
            for (int seed = 0; seed < rounds * FACTOR; seed++) {
                race(scheme, seed, threads);
            }
        }
        finally {
            threads.shutdownNow();
        }
        Mappings.awaitNoneBut(mapped);
    }

    private void race(String scheme, int seed, ExecutorService threads) throws Exception {
        Random random = new Random(seed);
        CyclicBarrier start = new CyclicBarrier(4);
        String endpoint = Served.endpoint(scheme, directory, "race");
        try (RpcChannel self = RpcChannel.open(endpoint);
                Served served = Served.start(scheme, directory, "race", (server) -> server.register(new Echo(self)),
                        UnaryOperator.identity())) {
            boolean connected = random.nextBoolean();
            if (connected) {
                served.channel().connect(Duration.ofSeconds(20));
            }
            boolean serverToo = random.nextInt(4) == 0;
            List<CompletableFuture<Void>> all = List.of(run(threads, start, 0, () -> call(served.channel())),
                    run(threads, start, random.nextInt(SPREAD_NS), () -> callLater(served.channel())),
                    run(threads, start, random.nextInt(SPREAD_NS), served.channel()::close),
                    run(threads, start, random.nextInt(SPREAD_NS), () -> {
                        if (serverToo) {
                            served.server().stop(Duration.ofMillis(random.nextInt(3)));
                        }
                        served.channel().close();
                    }));
            for (CompletableFuture<Void> one : all) {
                one.join();
            }
            assertThat(served.channel().status().state()).as("seed " + seed).isEqualTo(ChannelState.SHUTDOWN);
        }
    }

    private static CompletableFuture<Void> run(ExecutorService threads, CyclicBarrier start, int delayNs,
            Runnable work) {
        return CompletableFuture.runAsync(() -> {
            try {
                start.await();
            }
            catch (Exception ex) {
                throw new CompletionException(ex);
            }
            long begin = System.nanoTime();
            while (System.nanoTime() - begin < delayNs) {
                Thread.onSpinWait();
            }
            work.run();
        }, threads);
    }

    private static void call(RpcChannel channel) {
        for (int i = 0; i < 20; i++) {
            try {
                assertThat(channel.call("Echo/echo", new byte[i], byte[].class, OPTIONS)).hasSize(i);
            }
            catch (RpcException ex) {
                explain(ex);
                return;
            }
        }
    }

    private static void callLater(RpcChannel channel) {
        for (int i = 0; i < 10; i++) {
            CompletableFuture<byte[]> call = channel.callAsync("Echo/echo", new byte[i], byte[].class, OPTIONS);
            Throwable failure = call.handle((answer, thrown) -> thrown).join();
            if (failure != null) {
                explain(failure instanceof CompletionException ? failure.getCause() : failure);
            }
        }
    }

    private static void explain(@Nullable Throwable failure) {
        assertThat(failure).isInstanceOfSatisfying(RpcException.class,
                (ended) -> assertThat(ended.status()).as(String.valueOf(ended))
                    .isIn(RpcStatus.UNAVAILABLE, RpcStatus.CANCELLED));
    }

    private static ThreadFactory daemons() {
        return (task) -> {
            Thread thread = new Thread(task, "race");
            thread.setDaemon(true);
            return thread;
        };
    }

    /** Each level blocks a thread that polls: others take their places. */
    @Test
    @Tag("F56")
    void handlerMayCallItsOwnServer() throws IOException {
        String endpoint = Served.endpoint("shm", directory, "self");
        try (RpcChannel self = RpcChannel.open(endpoint);
                RpcServer server = RpcServer.builder(endpoint).register(new Echo(self)).build().start()) {
            assertThat(self.call("Echo/nest", new byte[20], byte[].class, OPTIONS)).isEmpty();
            await().until(() -> server.callsInFlight() == 0);
        }
    }

}
