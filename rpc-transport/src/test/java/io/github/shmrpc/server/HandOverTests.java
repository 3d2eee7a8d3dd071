package io.github.shmrpc.server;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.RpcMethod;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.transport.TransportOptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A server takes the endpoint of another over, which drains. */
@Timeout(60)
class HandOverTests {

    private static final ServerOptions TAKING_OVER = ServerOptions.defaults()
        .withTransport(TransportOptions.defaults().withTakeOver(true));

    private static final CallOptions IMPATIENT = CallOptions.timeout(Duration.ofSeconds(30)).withWaitForReady(false);

    @TempDir
    private Path directory = Path.of("");

    private final Counter service = new Counter();

    private final AtomicInteger replaced = new AtomicInteger();

    private RpcServer start(String endpoint) throws IOException {
        return RpcServer.builder(endpoint)
            .options(TAKING_OVER)
            .codecs(TextCodec.codecs())
            .register(service)
            .whenReplaced(replaced::incrementAndGet)
            .build()
            .start();
    }

    private String endpoint(String scheme) {
        return scheme + ":" + (scheme.equals("inproc") ? "hand-over-tests" : directory.resolve("s.sock"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "inproc", "unix", "shm" })
    void callsMoveToTheSuccessorAndNoneFailsOrRunsTwice(String scheme) throws Exception {
        String endpoint = endpoint(scheme);
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger calls = new AtomicInteger();
        List<CompletableFuture<Void>> callers = new ArrayList<>();
        RpcServer current = start(endpoint);
        try (RpcChannel channel = RpcChannel.builder(endpoint).codecs(TextCodec.codecs()).build()) {
            channel.connect(Duration.ofSeconds(30));
            callers.add(CompletableFuture.runAsync(() -> {
                while (!over.get()) {
                    channel.call("Counter/count", String.valueOf(calls.incrementAndGet()), String.class, IMPATIENT);
                }
            }));
            callers.add(CompletableFuture.runAsync(() -> {
                while (!over.get()) {
                    List<CompletableFuture<String>> burst = new ArrayList<>();
                    for (int i = 0; i < 16; i++) {
                        calls.incrementAndGet();
                        burst.add(channel.callAsync("Counter/count", "x", String.class, IMPATIENT));
                    }
                    burst.forEach(CompletableFuture::join);
                }
            }));
            for (int round = 1; round <= 5; round++) {
                int before = service.executed.get();
                await().until(() -> service.executed.get() > before + 200 || callers.get(0).isDone());
                RpcServer outgoing = current;
                current = start(endpoint);
                int rounds = round;
                await().until(() -> replaced.get() == rounds);
                assertThat(outgoing.isRunning()).isFalse();
                outgoing.close();
            }
            int before = service.executed.get();
            await().until(() -> service.executed.get() > before + 200);
            over.set(true);
            for (CompletableFuture<Void> caller : callers) {
                caller.get(30, TimeUnit.SECONDS);
            }
            assertThat(service.executed).hasValue(calls.get());
        }
        finally {
            over.set(true);
            current.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "inproc", "unix", "shm" })
    void runningCallEndsOnTheServerThatHasIt(String scheme) throws Exception {
        String endpoint = endpoint(scheme);
        try (RpcServer before = start(endpoint);
                RpcChannel channel = RpcChannel.builder(endpoint).codecs(TextCodec.codecs()).build()) {
            CompletableFuture<String> running = channel.callAsync("Counter/held", "x", String.class, IMPATIENT);
            service.entered.await();
            try (RpcServer next = start(endpoint)) {
                assertThat(channel.call("Counter/count", "y", String.class, IMPATIENT)).isEqualTo("y");
                assertThat(running).isNotDone();
                assertThat(before.callsInFlight()).isEqualTo(1);
                assertThat(replaced).hasValue(0);
                service.release.countDown();
                assertThat(running.get(30, TimeUnit.SECONDS)).isEqualTo("x");
                await().until(() -> replaced.get() == 1);
                assertThat(next.isRunning()).isTrue();
                // The call between may have been the last that the other took.
                await().until(() -> next.connectionCount() == 1);
            }
        }
    }

    /** What is served. */
    static final class Counter {

        final AtomicInteger executed = new AtomicInteger();

        final CountDownLatch entered = new CountDownLatch(1);

        final CountDownLatch release = new CountDownLatch(1);

        @RpcMethod
        public String count(String text) {
            executed.incrementAndGet();
            return text;
        }

        @RpcMethod
        public String held(String text) throws InterruptedException {
            entered.countDown();
            release.await();
            return text;
        }

    }

}
