package io.github.shmrpc.server;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Dispatch;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcMethod;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.client.ChannelOptions;
import io.github.shmrpc.client.RpcChannel;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The server behind each real carrier, called by the real client. */
@Timeout(60)
class CarrierTests {

    private static final CallOptions PATIENT = CallOptions.timeout(Duration.ofSeconds(30));

    @TempDir
    private Path directory = Path.of("");

    private final Blocks service = new Blocks();

    private String endpoint(String scheme) {
        return scheme + ":" + (scheme.equals("inproc") ? "carrier-tests" : directory.resolve("s.sock"));
    }

    private RpcServer start(String scheme) throws IOException {
        return RpcServer.builder(endpoint(scheme)).codecs(TextCodec.codecs()).register(service).build().start();
    }

    private RpcChannel open(String scheme) {
        return RpcChannel.builder(endpoint(scheme)).codecs(TextCodec.codecs()).build();
    }

    @ParameterizedTest
    @ValueSource(strings = { "inproc", "unix", "shm" })
    void callsOfAllSizesAreAnswered(String scheme) throws IOException {
        try (RpcServer server = start(scheme); RpcChannel channel = open(scheme)) {
            for (int length : new int[] { 0, 1, 1000, 9000, 300_000, 4_000_000 }) {
                String text = "x".repeat(length);
                assertThat(channel.call("Blocks/echo", text, String.class, PATIENT)).isEqualTo(text);
            }
            assertThat(server.connectionCount()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "inproc", "unix", "shm" })
    void largeAnswersOfManyThreadsAllArrive(String scheme) throws Exception {
        try (RpcServer server = start(scheme); RpcChannel channel = open(scheme)) {
            for (int round = 0; round < 20; round++) {
                List<CompletableFuture<String>> answers = new ArrayList<>();
                for (int i = 0; i < 16; i++) {
                    answers.add(channel.callAsync("Blocks/large", "200000", String.class, PATIENT));
                }
                for (CompletableFuture<String> answer : answers) {
                    assertThat(answer.get(30, TimeUnit.SECONDS)).hasSize(200_000);
                }
            }
            assertThat(server.statistics().slowPeersClosed()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "inproc", "unix", "shm" })
    void stuckHandlersStopNobody(String scheme) throws IOException {
        try (RpcServer server = start(scheme); RpcChannel channel = open(scheme)) {
            try {
                channel.connect(Duration.ofSeconds(30));
                List<CompletableFuture<String>> stuck = new ArrayList<>();
                for (int i = 0; i < 5; i++) {
                    stuck.add(channel.callAsync("Blocks/stuck", "x", String.class,
                            CallOptions.timeout(Duration.ofSeconds(1))));
                    assertThat(channel.call("Blocks/echo", "y", String.class, PATIENT)).isEqualTo("y");
                }
                assertThat(stuck).allSatisfy((call) -> assertThat(call).failsWithin(Duration.ofSeconds(20))
                    .withThrowableThat()
                    .havingCause()
                    .isInstanceOfSatisfying(RpcException.class,
                            (late) -> assertThat(late.status()).isEqualTo(RpcStatus.DEADLINE_EXCEEDED)));
                assertThat(service.stuck).hasValue(5);
                await().until(() -> server.callsInFlight() == 5);
            }
            finally {
                service.release.countDown();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "inproc", "unix", "shm" })
    void polledCallsAllRunOnTheThreadThatPolls(String scheme) throws Exception {
        try (RpcServer server = start(scheme); RpcChannel channel = open(scheme); Ticks ticks = Ticks.of(server)) {
            channel.connect(Duration.ofSeconds(30));
            List<CompletableFuture<String>> answers = new ArrayList<>();
            for (int call = 1; call <= 10_000; call++) {
                answers.add(channel.callAsync("Blocks/tick", "x", String.class, PATIENT));
                if (answers.size() == 500) {
                    String last = answers.get(499).get(30, TimeUnit.SECONDS);
                    assertThat(last).isEqualTo(String.valueOf(call));
                    answers.clear();
                }
            }
            assertThat(service.tickThreads).containsExactly(ticks.thread());
            await().until(() -> server.callsInFlight() == 0);
            assertThat(server.statistics().errors()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "inproc", "unix", "shm" })
    void polledCallsOfAllSizesAreAnsweredOrRefused(String scheme) throws IOException {
        try (RpcServer server = start(scheme); RpcChannel channel = open(scheme)) {
            try (Ticks ticks = Ticks.of(server)) {
                for (int length : new int[] { 0, 9000, 300_000, 4_000_000 }) {
                    String text = "x".repeat(length);
                    assertThat(channel.call("Blocks/tickEcho", text, String.class, PATIENT)).isEqualTo(text);
                }
                assertThat(service.tickThreads).containsExactly(ticks.thread());
            }
            CompletableFuture<String> refused = channel.callAsync("Blocks/tickEcho", "x".repeat(1_000_000),
                    String.class, CallOptions.timeout(Duration.ofMillis(500)));
            await().until(() -> server.callsInFlight() == 1);
            server.stop(Duration.ofSeconds(20));
            assertThat(server.callsInFlight()).isZero();
            assertThat(refused).failsWithin(Duration.ofSeconds(20))
                .withThrowableOfType(ExecutionException.class)
                .havingCause()
                .isInstanceOfSatisfying(RpcException.class,
                        (failure) -> assertThat(failure.outcome()).isEqualTo(Outcome.NOT_EXECUTED));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "inproc", "unix", "shm" })
    void oneThreadPollsBothSides(String scheme) throws IOException {
        Set<Thread> replyThreads = ConcurrentHashMap.newKeySet();
        AtomicInteger replies = new AtomicInteger();
        try (RpcServer server = start(scheme); RpcChannel channel = openPolled(scheme)) {
            int calls = 0;
            while (replies.get() < 10_000) {
                for (; calls < 10_000 && calls - replies.get() < 50; calls++) {
                    CompletableFuture<Integer> counted = channel.callAsync("Blocks/tick", "x", String.class, PATIENT)
                        .thenApply((reply) -> {
                            replyThreads.add(Thread.currentThread());
                            return replies.incrementAndGet();
                        });
                    assertThat(counted).isNotCompletedExceptionally();
                }
                server.poll(50, Duration.ofMillis(10));
                channel.poll(50, Duration.ofMillis(10));
                server.awaitCalls(Duration.ofMillis(1));
            }
            assertThat(calls).isEqualTo(10_000);
            assertThat(service.tickThreads).containsExactly(Thread.currentThread());
            assertThat(replyThreads).containsExactly(Thread.currentThread());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "inproc", "unix", "shm" })
    void slowHandlerDoesNotHoldUpRepliesThatArePolled(String scheme) throws IOException {
        try (RpcServer server = start(scheme); RpcChannel channel = openPolled(scheme)) {
            channel.connect(Duration.ofSeconds(20));
            try {
                CompletableFuture<String> slow = channel.callAsync("Blocks/stuck", "x", String.class, PATIENT);
                CompletableFuture<String> fast = channel.callAsync("Blocks/echo", "y", String.class, PATIENT);
                await().pollInSameThread().until(() -> channel.poll(1, Duration.ofSeconds(1)) == 1);
                assertThat(fast).isCompletedWithValue("y");
                assertThat(slow).isNotDone();
                assertThat(server.connectionCount()).isEqualTo(1);
            }
            finally {
                service.release.countDown();
            }
        }
    }

    private RpcChannel openPolled(String scheme) {
        return RpcChannel.builder(endpoint(scheme))
            .codecs(TextCodec.codecs())
            .options(ChannelOptions.defaults().withPolledReplies(true))
            .build();
    }

    @ParameterizedTest
    @ValueSource(strings = { "inproc", "unix", "shm" })
    void restartedServerServesTheSameChannel(String scheme) throws IOException {
        try (RpcServer server = start(scheme); RpcChannel channel = open(scheme)) {
            for (int i = 0; i < 3; i++) {
                assertThat(channel.call("Blocks/echo", "y", String.class, PATIENT)).isEqualTo("y");
                server.stop(Duration.ofSeconds(1));
                server.start();
            }
        }
    }

    /** What is served. */
    static final class Blocks {

        final CountDownLatch release = new CountDownLatch(1);

        final AtomicInteger stuck = new AtomicInteger();

        final Set<Thread> tickThreads = ConcurrentHashMap.newKeySet();

        // The thread that polls, and no other.
        private int ticks;

        @RpcMethod
        public String echo(String text) {
            return text;
        }

        @RpcMethod(dispatch = Dispatch.EXECUTOR)
        public String large(String length) {
            return "x".repeat(Integer.parseInt(length));
        }

        @RpcMethod(dispatch = Dispatch.POLLED)
        public String tick(String text) {
            tickThreads.add(Thread.currentThread());
            ticks++;
            return String.valueOf(ticks);
        }

        @RpcMethod(dispatch = Dispatch.POLLED)
        public String tickEcho(String text) {
            tickThreads.add(Thread.currentThread());
            return text;
        }

        @RpcMethod
        public String stuck(String text) throws InterruptedException {
            stuck.incrementAndGet();
            release.await();
            return text;
        }

    }

}
