package io.github.shmrpc.it;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.client.RpcChannel;
import org.agrona.collections.LongHashSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Processes that are killed. */
@Timeout(180)
@ExtendWith(NothingLeft.class)
class DeathIT {

    private static final int ROUNDS = 20;

    /** Of reconnecting, and what it may take on a busy machine. */
    private static final Duration RECOVERY_LIMIT = Duration.ofSeconds(3);

    private static final CallOptions PATIENT = CallOptions.timeout(Duration.ofSeconds(20));

    private static final CallOptions IMPATIENT = PATIENT.withWaitForReady(false);

    @TempDir
    private Path directory = Path.of("");

    private final Random random = new Random(7);

    private String endpoint() {
        return "shm:" + directory.resolve("s.sock");
    }

    /**
     * A server killed under load, and started again at once.
     */
    @Test
    @Tag("F01")
    @Tag("F02")
    @Tag("F07")
    @Tag("F08")
    @Tag("F43")
    void callsOfKilledServersEndWithWhatIsKnownOfThemAndTheNextServerIsCalled() throws IOException {
        Path executed = directory.resolve("executed");
        String[] arguments = { "endpoint=" + endpoint(), "executed=" + executed };
        List<Long> recoveriesMs = new ArrayList<>();
        Load load;
        ChildJvm server = ChildJvm.server(directory, arguments);
        try (RpcChannel channel = RpcChannel.open(endpoint())) {
            try (Load running = Load.start(2, (calls) -> call(calls, channel, PATIENT))
                .and(1, (calls) -> call(calls, channel, IMPATIENT))
                .and(1, (calls) -> burst(calls, channel))) {
                load = running;
                for (int round = 0; round < ROUNDS; round++) {
                    letItRun(load, random.nextInt(100));
                    server.kill();
                    load.forgetFirstAnswer();
                    server = ChildJvm.start(directory, ServerMain.class, arguments);
                    long readyNs = Long.parseLong(server.awaitLine("READY").strip());
                    await().atMost(ChildJvm.LIMIT).until(() -> running.firstAnswerNs() != 0);
                    recoveriesMs.add(TimeUnit.NANOSECONDS.toMillis(load.firstAnswerNs() - readyNs));
                }
            }
        }
        finally {
            server.close();
        }
        System.out.println("Server killed " + ROUNDS + " times: " + load.answered() + " calls answered, "
                + load.failures().size() + " failed (" + count(load, Outcome.NOT_EXECUTED) + " not executed, "
                + count(load, Outcome.UNKNOWN) + " unknown), recovered within ms: " + recoveriesMs);
        assertThat(load.surprises()).isEmpty();
        assertThat(load.failures()).isNotEmpty()
            .allMatch((failure) -> failure.status() == RpcStatus.UNAVAILABLE
                    || failure.status() == RpcStatus.DEADLINE_EXCEEDED)
            .noneMatch((failure) -> failure.outcome() == Outcome.ANSWERED);
        LongHashSet ids = ProbeService.recorded(executed);
        assertThat(load.failures()).as("not executed, but in the server's log of executed calls")
            .noneMatch((failure) -> failure.outcome() == Outcome.NOT_EXECUTED && ids.contains(failure.id()));
        assertThat((long) ids.size()).isGreaterThanOrEqualTo(load.answered());
        // But for two that another process may have held up, and those are not lost
        // either.
        assertThat(recoveriesMs).filteredOn((millis) -> millis > RECOVERY_LIMIT.toMillis()).hasSizeLessThanOrEqualTo(2);
        assertThat(recoveriesMs).allMatch((millis) -> millis <= 4 * RECOVERY_LIMIT.toMillis());
    }

    private static long count(Load load, Outcome outcome) {
        return load.failures().stream().filter((failure) -> failure.outcome() == outcome).count();
    }

    /** Until calls are answered, and a little longer. */
    private static void letItRun(Load load, int millis) {
        long before = load.answered();
        await().atMost(ChildJvm.LIMIT).pollInterval(Duration.ofMillis(5)).until(() -> load.answered() > before + 100);
        await().pollDelay(Duration.ofMillis(millis)).until(() -> true);
    }

    private static void call(Load load, RpcChannel channel, CallOptions options) {
        load.attempt((id) -> {
            long answer = Bytes.toLong(channel.call("ProbeService/record", Bytes.ofLong(id), byte[].class, options));
            if (answer != id) {
                throw new IllegalStateException("Answer " + answer + " to call " + id);
            }
        });
    }

    /** Some are still in the ring when the server dies. */
    private static void burst(Load load, RpcChannel channel) {
        List<CompletableFuture<Boolean>> calls = Stream.generate(load::nextId)
            .limit(64)
            .map((id) -> channel.callAsync("ProbeService/record", Bytes.ofLong(id), byte[].class, PATIENT)
                .handle((answer, failure) -> load.ended(id, failure)))
            .toList();
        calls.forEach(CompletableFuture::join);
    }

    /** Clients killed while they connect and while they call. */
    @ParameterizedTest(name = "requests of {0} bytes, replies of {1}")
    @CsvSource({ "8, 5000", "300000, 700000" })
    @Tag("F03")
    @Tag("F05")
    @Tag("F06")
    void bystanderDoesNotNoticeThatOtherClientsAreKilled(int request, int reply) {
        int batch = 5;
        Set<Path> others = NothingLeft.segments();
        try (ChildJvm server = ChildJvm.server(directory, "endpoint=" + endpoint());
                RpcChannel channel = RpcChannel.open(endpoint());
                Load load = Load.start(2, (calls) -> calls
                    .attempt((id) -> channel.call("PlainService/add", Bytes.ofLong(id), byte[].class, PATIENT)))) {
            for (int round = 0; round < ROUNDS / batch; round++) {
                killClients(batch, "request=" + request, "reply=" + reply);
            }
            await().atMost(ChildJvm.LIMIT).until(() -> server.ask("connections") == 1);
            // Before the server is killed, which may leave what it was about to delete.
            NothingLeft.awaitOnly(others);
            letItRun(load, 0);
            load.stop();
            System.out.println("Clients killed " + ROUNDS + " times: " + load.answered() + " calls of the bystander");
            assertThat(load.surprises()).isEmpty();
            assertThat(load.failures()).isEmpty();
        }
    }

    private void killClients(int count, String... sizes) {
        List<ChildJvm> clients = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                clients.add(ChildJvm.start(directory, ClientMain.class, "endpoint=" + endpoint(), sizes[0], sizes[1]));
            }
            for (int i = 0; i < count; i++) {
                if (i >= count / 2) {
                    clients.get(i).awaitLine("READY");
                }
                await().pollDelay(Duration.ofMillis(random.nextInt(150))).until(() -> true);
                clients.get(i).kill();
            }
        }
        finally {
            clients.forEach(ChildJvm::close);
        }
    }

    /** For large messages, of which some are in slots when the server dies. */
    @Test
    @Tag("F01")
    @Tag("F02")
    void largeCallsOfKilledServersEndAndLeaveNothing() {
        int rounds = 5;
        byte[] request = new byte[400_000];
        Set<Path> others = NothingLeft.segments();
        ChildJvm server = ChildJvm.server(directory, "endpoint=" + endpoint());
        try (RpcChannel channel = RpcChannel.open(endpoint());
                Load load = Load.start(3, (calls) -> calls.attempt((id) -> {
                    byte[] message = Arrays.copyOf(Bytes.ofLong(800_000), request.length);
                    assertThat(channel.call("ProbeService/large", message, byte[].class, PATIENT)).hasSize(800_000);
                }))) {
            for (int round = 0; round < rounds; round++) {
                letItRun(load, random.nextInt(100));
                server.kill();
                load.forgetFirstAnswer();
                server = ChildJvm.server(directory, "endpoint=" + endpoint());
                await().atMost(ChildJvm.LIMIT).until(() -> load.firstAnswerNs() != 0);
            }
            load.stop();
            assertThat(load.surprises()).isEmpty();
            assertThat(load.failures()).allMatch((failure) -> failure.outcome() != Outcome.ANSWERED);
            NothingLeft.awaitOnly(others);
        }
        finally {
            server.close();
        }
    }

    /** The crash report goes where the test looks after it. */
    @Test
    @Tag("F14")
    void crashOfAServerIsToldToItsCallers() {
        String options = "JDK_JAVA_OPTIONS=-XX:-CreateCoredumpOnCrash -XX:ErrorFile=" + directory.resolve("crash.log");
        try (ChildJvm server = ChildJvm.start(directory, List.of("env", options), System.getProperty("java.class.path"),
                ServerMain.class, "endpoint=" + endpoint()); RpcChannel channel = RpcChannel.open(endpoint())) {
            server.awaitLine("READY");
            CompletableFuture<byte[]> slow = slowCall(channel);
            server.signal("-SEGV");
            assertLost(slow);
            server.awaitEnd();
            assertThat(directory.resolve("crash.log")).exists();
        }
    }

    /** A child process does not keep the sockets of its parent open. */
    @Test
    @Tag("F65")
    void deathOfAServerIsToldThoughItsChildLives() {
        try (ChildJvm server = ChildJvm.server(directory, "endpoint=" + endpoint());
                RpcChannel channel = RpcChannel.open(endpoint())) {
            long child = Bytes.toLong(channel.call("ProbeService/fork", Bytes.ofLong(0), byte[].class, PATIENT));
            ProcessHandle living = ProcessHandle.of(child).orElseThrow();
            try {
                CompletableFuture<byte[]> slow = slowCall(channel);
                server.kill();
                assertLost(slow);
                assertThat(living.isAlive()).isTrue();
            }
            finally {
                living.destroyForcibly();
            }
        }
    }

    /** The server's shutdown hook does not wait for the handler that waits for it. */
    @Test
    @Tag("F60")
    void handlerMayEndItsProcess() {
        try (ChildJvm server = ChildJvm.server(directory, "endpoint=" + endpoint());
                RpcChannel channel = RpcChannel.open(endpoint())) {
            assertLost(channel.callAsync("ProbeService/exit", Bytes.ofLong(3), byte[].class, IMPATIENT));
            assertThat(server.awaitEnd()).isEqualTo(3);
        }
    }

    private static CompletableFuture<byte[]> slowCall(RpcChannel channel) {
        channel.connect(Duration.ofSeconds(20));
        CompletableFuture<byte[]> slow = channel.callAsync("ProbeService/slow", Bytes.ofLong(30_000), byte[].class,
                IMPATIENT.withTimeout(Duration.ofSeconds(40)));
        // Has been taken once this is answered.
        channel.call("PlainService/add", Bytes.ofLong(1), byte[].class, PATIENT);
        return slow;
    }

    /** Long before its deadline. */
    private static void assertLost(CompletableFuture<byte[]> call) {
        assertThat(call).failsWithin(Duration.ofSeconds(10))
            .withThrowableThat()
            .havingCause()
            .isInstanceOfSatisfying(RpcException.class, (lost) -> {
                assertThat(lost.status()).isEqualTo(RpcStatus.UNAVAILABLE);
                assertThat(lost.outcome()).isEqualTo(Outcome.UNKNOWN);
            });
    }

    /** Many clients find the server again soon after its restart. */
    @Test
    @Tag("F61")
    void manyChannelsAreConnectedSoonAfterARestart() {
        int count = 100;
        List<RpcChannel> channels = Stream.generate(() -> RpcChannel.open(endpoint())).limit(count).toList();
        try (ChildJvm server = ChildJvm.server(directory, "endpoint=" + endpoint())) {
            channels.forEach((channel) -> channel.connect(Duration.ofSeconds(20)));
            server.kill();
            try (ChildJvm next = ChildJvm.server(directory, "endpoint=" + endpoint())) {
                long startNs = System.nanoTime();
                List<CompletableFuture<byte[]>> calls = channels.stream()
                    .map((channel) -> channel.callAsync("PlainService/add", Bytes.ofLong(1), byte[].class, PATIENT))
                    .toList();
                assertThat(calls).allSatisfy((call) -> assertThat(call.join()).isEqualTo(Bytes.ofLong(2)));
                assertThat(Duration.ofNanos(System.nanoTime() - startNs)).isLessThan(Duration.ofSeconds(10));
                assertThat(next.ask("connections")).isEqualTo(count);
                channels.forEach(RpcChannel::close);
                await().until(() -> next.ask("connections") == 0);
            }
        }
        finally {
            channels.forEach(RpcChannel::close);
        }
    }

    /**
     * Both die while the segment has a name. What stands in for the client's death is its
     * silence after the segment was made.
     */
    @Test
    @Tag("F04")
    @Tag("F47")
    void nextServerDeletesTheSegmentThatBothLeft() throws IOException {
        String[] arguments = { "endpoint=" + endpoint(), "log=info" };
        Path left;
        try (RawPeer client = new RawPeer()) {
            try (ChildJvm server = ChildJvm.server(directory, arguments)) {
                client.connect(directory.resolve("s.sock"));
                left = client.hello().segment();
                assertThat(left).exists();
                server.kill();
            }
        }
        assertThat(left).exists();
        try (ChildJvm server = ChildJvm.server(directory, arguments);
                RpcChannel channel = RpcChannel.open(endpoint())) {
            assertThat(left).doesNotExist();
            assertThat(server.out()).contains("Deleted " + left);
            assertThat(channel.call("PlainService/add", Bytes.ofLong(1), byte[].class, PATIENT))
                .isEqualTo(Bytes.ofLong(2));
        }
    }

}
