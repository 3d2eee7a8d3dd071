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
import io.github.shmrpc.call.CarrierTest;
import io.github.shmrpc.call.Place;
import io.github.shmrpc.client.ChannelOptions;
import io.github.shmrpc.client.RpcChannel;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The server behind each real carrier, called by the real client. */
@Timeout(60)
class CarrierTests {

    private static final CallOptions PATIENT = CallOptions.timeout(Duration.ofSeconds(30));

    @TempDir
    private Path directory = Path.of("");

    private final Blocks service = new Blocks();

    private RpcServer start(Place place) throws IOException {
        return place.server().codecs(TextCodec.codecs()).register(service).build().start();
    }

    private static RpcChannel open(Place place) {
        return place.channel().codecs(TextCodec.codecs()).build();
    }

    private Place place(String scheme) {
        return Place.of(scheme, directory, "carrier-tests");
    }

    @CarrierTest
    void callsOfAllSizesAreAnswered(String scheme) throws IOException {
        Place place = place(scheme);
        try (RpcServer server = start(place); RpcChannel channel = open(place)) {
            for (int length : new int[] { 0, 1, 1000, 9000, 300_000, 4_000_000 }) {
                String text = "x".repeat(length);
                assertThat(channel.call("Blocks/echo", text, String.class, PATIENT)).isEqualTo(text);
            }
            assertThat(server.connectionCount()).isEqualTo(1);
        }
    }

    @CarrierTest
    void largeAnswersOfManyThreadsAllArrive(String scheme) throws Exception {
        Place place = place(scheme);
        try (RpcServer server = start(place); RpcChannel channel = open(place)) {
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

    @CarrierTest
    void stuckHandlersStopNobody(String scheme) throws IOException {
        Place place = place(scheme);
        try (RpcServer server = start(place); RpcChannel channel = open(place)) {
            try {
                channel.connect(Duration.ofSeconds(30));
                List<CompletableFuture<String>> stuck = new ArrayList<>();
                for (int i = 0; i < 5; i++) {
                    stuck.add(channel.callAsync("Blocks/stuck", "x", String.class,
                            CallOptions.timeout(Duration.ofSeconds(3))));
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

    @CarrierTest
    void polledCallsAllRunOnTheThreadThatPolls(String scheme) throws Exception {
        Place place = place(scheme);
        try (RpcServer server = start(place); RpcChannel channel = open(place); Ticks ticks = Ticks.of(server)) {
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

    @CarrierTest
    void polledCallsOfAllSizesAreAnsweredOrRefused(String scheme) throws IOException {
        Place place = place(scheme);
        try (RpcServer server = start(place); RpcChannel channel = open(place)) {
            try (Ticks ticks = Ticks.of(server)) {
                for (int length : new int[] { 0, 9000, 300_000, 4_000_000 }) {
                    String text = "x".repeat(length);
                    assertThat(channel.call("Blocks/tickEcho", text, String.class, PATIENT)).isEqualTo(text);
                }
                assertThat(service.tickThreads).containsExactly(ticks.thread());
            }
            // Else it would wait for the next server.
            CompletableFuture<String> refused = channel.callAsync("Blocks/tickEcho", "x".repeat(1_000_000),
                    String.class, PATIENT.withWaitForReady(false));
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

    @CarrierTest
    void oneThreadPollsBothSides(String scheme) throws IOException {
        Set<Thread> replyThreads = ConcurrentHashMap.newKeySet();
        AtomicInteger replies = new AtomicInteger();
        Place place = place(scheme);
        try (RpcServer server = start(place); RpcChannel channel = openPolled(place)) {
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

    @CarrierTest
    void slowHandlerDoesNotHoldUpRepliesThatArePolled(String scheme) throws IOException {
        Place place = place(scheme);
        try (RpcServer server = start(place); RpcChannel channel = openPolled(place)) {
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

    private static RpcChannel openPolled(Place place) {
        return place.channel()
            .codecs(TextCodec.codecs())
            .options(ChannelOptions.defaults().withPolledReplies(true))
            .build();
    }

    @CarrierTest
    void restartedServerServesTheSameChannel(String scheme) throws IOException {
        Place place = place(scheme);
        try (RpcServer server = start(place); RpcChannel channel = open(place)) {
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
