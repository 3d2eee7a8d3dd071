package io.github.shmrpc.it;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.client.RpcChannel;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Servers that follow each other under load, of which no call takes notice. */
@Timeout(180)
@ExtendWith(NothingLeft.class)
class HotRestartIT {

    private static final CallOptions PATIENT = CallOptions.timeout(Duration.ofSeconds(20));

    private static final CallOptions IMPATIENT = PATIENT.withWaitForReady(false);

    /** Four threads with this pause make 1,000 calls a second. */
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(4);

    private static final int CALLS_BETWEEN_RESTARTS = 1000;

    /** Of asynchronous callers, while a server starts on a busy machine. */
    private static final int UNANSWERED_CALLS = 500;

    @TempDir
    private Path directory = Path.of("");

    private Path executed() {
        return directory.resolve("executed");
    }

    private ChildJvm server(String scheme, boolean takesOver) {
        List<String> arguments = new ArrayList<>(
                List.of("endpoint=" + endpoint(scheme), "executed=" + executed(), "log=info"));
        if (takesOver) {
            arguments.add("takeover=true");
        }
        return ChildJvm.server(directory, arguments.toArray(String[]::new));
    }

    private String endpoint(String scheme) {
        return scheme + ":" + directory.resolve("s.sock");
    }

    private static void call(Load load, RpcChannel channel, CallOptions options) {
        load.attempt((id) -> channel.call("ProbeService/record", Bytes.ofLong(id), byte[].class, options));
        LockSupport.parkNanos(PAUSE_NS);
    }

    /** Unless so many wait already that a channel would not take more. */
    private static void startCall(Load load, RpcChannel channel, CallOptions options, Semaphore unanswered) {
        if (unanswered.tryAcquire()) {
            long id = load.nextId();
            var unused = channel.callAsync("ProbeService/record", Bytes.ofLong(id), byte[].class, options)
                .handle((answer, failure) -> load.ended(id, failure))
                .whenComplete((ended, surprise) -> unanswered.release());
        }
        LockSupport.parkNanos(PAUSE_NS);
    }

    private static void letItRun(Load load) {
        long before = load.answered();
        await().atMost(ChildJvm.LIMIT)
            .until(() -> load.answered() > before + CALLS_BETWEEN_RESTARTS || !load.failures().isEmpty());
    }

    private void assertAllExecutedOnce(Load load) throws IOException {
        assertThat(load.surprises()).isEmpty();
        assertThat(load.failures()).isEmpty();
        assertThat((long) ProbeService.recorded(executed()).size()).isEqualTo(load.answered())
            .isEqualTo(load.nextId() - 1);
    }

    /** Waiting callers and those who fail fast, blocking and not. */
    @ParameterizedTest
    @ValueSource(strings = { "shm", "unix" })
    @Tag("F13")
    void noCallFailsWhileServersReplaceEachOther(String scheme) throws IOException {
        Semaphore unanswered = new Semaphore(UNANSWERED_CALLS);
        ChildJvm server = server(scheme, true);
        try (RpcChannel channel = RpcChannel.open(endpoint(scheme));
                Load load = Load.start(1, (calls) -> call(calls, channel, PATIENT))
                    .and(1, (calls) -> call(calls, channel, IMPATIENT))
                    .and(1, (calls) -> startCall(calls, channel, PATIENT, unanswered))
                    .and(1, (calls) -> startCall(calls, channel, IMPATIENT, unanswered))) {
            for (int round = 0; round < 3; round++) {
                letItRun(load);
                ChildJvm next = server(scheme, true);
                server.awaitLine("REPLACED");
                assertThat(server.out()).contains("has taken over");
                server.close();
                server = next;
            }
            letItRun(load);
            load.stop();
            unanswered.acquireUninterruptibly(UNANSWERED_CALLS);
            System.out.println("Hot restart over " + scheme + ", three times: " + load.answered() + " calls answered, "
                    + load.failures().size() + " failed");
            assertAllExecutedOnce(load);
            assertThat(server.ask("connections")).isEqualTo(1);
        }
        finally {
            server.close();
        }
    }

    /** No hand-over: the next server starts when the one before has ended. */
    @Test
    @Tag("F13")
    void callsWaitForTheNextServerWhenOneStops() throws IOException {
        Semaphore unanswered = new Semaphore(UNANSWERED_CALLS);
        ChildJvm server = server("shm", false);
        try (RpcChannel channel = RpcChannel.open(endpoint("shm"));
                Load load = Load.start(2, (calls) -> call(calls, channel, PATIENT))
                    .and(2, (calls) -> startCall(calls, channel, PATIENT, unanswered))) {
            for (int round = 0; round < 2; round++) {
                letItRun(load);
                server.terminate();
                server.awaitEnd();
                server = server("shm", false);
            }
            letItRun(load);
            load.stop();
            unanswered.acquireUninterruptibly(UNANSWERED_CALLS);
            assertAllExecutedOnce(load);
        }
        finally {
            server.close();
        }
    }

}
