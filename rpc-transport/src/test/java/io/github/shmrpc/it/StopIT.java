package io.github.shmrpc.it;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.client.ChannelState;
import io.github.shmrpc.client.RpcChannel;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** Processes that are stopped, for a while or for good. */
@Timeout(120)
@ExtendWith(NothingLeft.class)
class StopIT {

    private static final CallOptions PATIENT = CallOptions.timeout(Duration.ofSeconds(20));

    @TempDir
    private Path directory = Path.of("");

    private String endpoint() {
        return "shm:" + directory.resolve("s.sock");
    }

    private static long add(RpcChannel channel, long value, CallOptions options) {
        return Bytes.toLong(channel.call("PlainService/add", Bytes.ofLong(value), byte[].class, options));
    }

    private static String connection(RpcChannel channel) {
        return Bytes.toText(channel.call("PlainService/connection", new byte[0], byte[].class, PATIENT));
    }

    @Test
    @Tag("F16")
    @Tag("F18")
    void pausedServerCostsDeadlinesButNotTheConnection() {
        try (ChildJvm server = ChildJvm.server(directory, "endpoint=" + endpoint());
                RpcChannel channel = RpcChannel.open(endpoint())) {
            String connection = connection(channel);
            server.pause();
            try {
                long startNs = System.nanoTime();
                for (int i = 0; i < 4; i++) {
                    assertThatExceptionOfType(RpcException.class)
                        .isThrownBy(() -> add(channel, 1, CallOptions.timeout(Duration.ofMillis(500))))
                        .satisfies((late) -> assertThat(late.status()).isEqualTo(RpcStatus.DEADLINE_EXCEEDED))
                        .satisfies((late) -> assertThat(late.outcome()).isEqualTo(Outcome.UNKNOWN));
                }
                assertThat(Duration.ofNanos(System.nanoTime() - startNs)).isBetween(Duration.ofMillis(1990),
                        Duration.ofSeconds(6));
            }
            finally {
                server.resume();
            }
            for (int i = 0; i < 1000; i++) {
                assertThat(add(channel, i, PATIENT)).isEqualTo(i + 1);
            }
            assertThat(connection(channel)).isEqualTo(connection);
        }
    }

    /**
     * It is stopped longer than any collection takes; then all is as before. A handler
     * that takes its time is no sign of it.
     */
    @Test
    @Tag("F16")
    @Tag("F18")
    void serverThatStaysPausedIsUnresponsiveUntilItGoesOnAndNotOneWithASlowHandler() {
        CallOptions options = CallOptions.timeout(Duration.ofMillis(200));
        String slow = "shm:" + directory.resolve("slow.sock");
        try (ChildJvm server = ChildJvm.server(directory, "endpoint=" + endpoint());
                ChildJvm slowServer = ChildJvm.server(directory, "endpoint=" + slow);
                RpcChannel channel = RpcChannel.open(endpoint());
                RpcChannel slowChannel = RpcChannel.open(slow)) {
            String connection = connection(channel);
            connection(slowChannel);
            server.pause();
            try {
                Instant paused = Instant.now();
                assertThatExceptionOfType(RpcException.class).isThrownBy(() -> add(channel, 1, options))
                    .withMessageNotContaining("has answered nothing");
                assertThat(channel.state()).isEqualTo(ChannelState.READY);
                await().atMost(Duration.ofSeconds(20)).until(() -> {
                    assertReadyBesideASlowHandler(slowChannel);
                    return channel.state() == ChannelState.UNRESPONSIVE;
                });
                assertThat(Instant.now()).isAfter(paused.plusSeconds(9));
                assertThat(channel.status().state()).isEqualTo(ChannelState.UNRESPONSIVE);
                assertThat(channel.status().since()).isBetween(paused, paused.plusSeconds(5));
                assertThatExceptionOfType(RpcException.class).isThrownBy(() -> add(channel, 1, options))
                    .withMessageContaining("the server has answered nothing for 1");
                assertReadyBesideASlowHandler(slowChannel);
                assertReadyBesideASlowHandler(slowChannel);
                assertThat(slowServer.isAlive()).isTrue();
            }
            finally {
                server.resume();
            }
            await().until(() -> channel.state() == ChannelState.READY);
            assertThat(add(channel, 1, PATIENT)).isEqualTo(2);
            assertThat(connection(channel)).isEqualTo(connection);
            assertThat(channel.status().reconnects()).isZero();
        }
    }

    private static void assertReadyBesideASlowHandler(RpcChannel channel) {
        CallOptions options = CallOptions.timeout(Duration.ofMillis(500));
        assertThatExceptionOfType(RpcException.class)
            .isThrownBy(() -> channel.call("ProbeService/slow", Bytes.ofLong(2000), byte[].class, options));
        assertThat(channel.state()).isEqualTo(ChannelState.READY);
    }

    /** However many calls are made meanwhile, whoever makes them waits for nobody. */
    @Test
    @Tag("F16")
    @Tag("F34")
    void pausedServerHoldsUpNoAsynchronousCaller() {
        CallOptions options = CallOptions.timeout(Duration.ofMillis(800));
        try (ChildJvm server = ChildJvm.server(directory, "endpoint=" + endpoint());
                RpcChannel channel = RpcChannel.open(endpoint())) {
            String connection = connection(channel);
            server.pause();
            try {
                long startNs = System.nanoTime();
                List<CompletableFuture<byte[]>> calls = IntStream.range(0, 10_000)
                    .mapToObj((i) -> channel.callAsync("PlainService/add", Bytes.ofLong(i), byte[].class, options))
                    .toList();
                assertThat(Duration.ofNanos(System.nanoTime() - startNs)).as("time to make 10,000 calls")
                    .isLessThan(Duration.ofSeconds(5));
                assertThat(calls).allSatisfy((call) -> assertThat(call).failsWithin(Duration.ofSeconds(10))
                    .withThrowableThat()
                    .havingCause()
                    .isInstanceOfSatisfying(RpcException.class, (late) -> assertThat(late.status())
                        .isIn(RpcStatus.DEADLINE_EXCEEDED, RpcStatus.RESOURCE_EXHAUSTED)));
            }
            finally {
                server.resume();
            }
            assertThat(add(channel, 1, PATIENT)).isEqualTo(2);
            assertThat(connection(channel)).isEqualTo(connection);
        }
    }

    @Test
    @Tag("F17")
    @Tag("F23")
    void bystanderDoesNotNoticeThatAnotherClientIsPaused() {
        try (ChildJvm server = ChildJvm.server(directory, "endpoint=" + endpoint());
                RpcChannel channel = RpcChannel.open(endpoint());
                ChildJvm client = ChildJvm.start(directory, ClientMain.class, "endpoint=" + endpoint(),
                        "reply=100000")) {
            client.awaitLine("READY");
            await().atMost(ChildJvm.LIMIT).until(() -> client.ask("answered") > 100);
            client.pause();
            try (Load load = Load.start(2,
                    (calls) -> calls.attempt((id) -> assertThat(add(channel, id, PATIENT)).isEqualTo(id + 1)))) {
                await().pollDelay(Duration.ofMillis(1500)).until(() -> load.answered() > 100);
                load.stop();
                System.out.println("Beside a paused client: " + load.answered() + " calls");
                assertThat(load.surprises()).isEmpty();
                assertThat(load.failures()).isEmpty();
            }
            finally {
                client.resume();
            }
            long before = client.ask("answered");
            await().atMost(ChildJvm.LIMIT).until(() -> client.ask("answered") > before + 100);
            assertThat(server.ask("connections")).isEqualTo(2);
        }
    }

    @Test
    @Tag("F13")
    @Tag("F58")
    @Tag("F60")
    void terminatedServerFinishesRunningCallsAndLeavesNoDoubt() {
        CallOptions options = PATIENT.withWaitForReady(false);
        try (ChildJvm server = ChildJvm.server(directory, "endpoint=" + endpoint());
                RpcChannel channel = RpcChannel.open(endpoint())) {
            channel.connect(Duration.ofSeconds(20));
            List<CompletableFuture<byte[]>> slow = IntStream.range(0, 4)
                .mapToObj((i) -> channel.callAsync("ProbeService/slow", Bytes.ofLong(700), byte[].class, options))
                .toList();
            try (Load load = Load.start(4,
                    (calls) -> calls.attempt((id) -> assertThat(add(channel, id, options)).isEqualTo(id + 1)))) {
                await().atMost(ChildJvm.LIMIT).until(() -> load.answered() > 100);
                server.terminate();
                assertThat(server.awaitEnd()).as("status of a JVM that got SIGTERM").isEqualTo(128 + 15);
                await().atMost(ChildJvm.LIMIT).until(() -> !load.failures().isEmpty());
                load.stop();
                System.out.println("Server terminated: " + load.answered() + " calls answered, "
                        + load.failures().size() + " not executed");
                assertThat(load.surprises()).isEmpty();
                assertThat(load.failures()).isNotEmpty()
                    .allMatch((failure) -> failure.status() == RpcStatus.UNAVAILABLE)
                    .allMatch((failure) -> failure.outcome() == Outcome.NOT_EXECUTED);
            }
            assertThat(slow).allSatisfy((call) -> assertThat(call.join()).isEqualTo(Bytes.ofLong(700)));
            assertThat(directory.resolve("s.sock")).doesNotExist();
        }
    }

}
