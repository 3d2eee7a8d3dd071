package io.github.shmrpc.it;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.client.RpcChannel;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * More calls than a server can serve: those that it takes are as fast as ever, and the
 * others know at once. What is measured is compared with the same without the overload,
 * in the best of some rounds, as a machine may have other things to do.
 */
@Timeout(180)
@ExtendWith(NothingLeft.class)
class OverloadIT {

    private static final CallOptions PATIENT = CallOptions.timeout(Duration.ofSeconds(20));

    private static final int ROUNDS = 6;

    private static final long SERVICE_MS = 10;

    /** Calls that the server takes at a time, and so many in each 10 ms. */
    private static final int AT_A_TIME = 8;

    private static final double CAPACITY = AT_A_TIME * 1000.0 / SERVICE_MS;

    @TempDir
    private Path directory = Path.of("");

    private String endpoint() {
        return "shm:" + directory.resolve("s.sock");
    }

    private ChildJvm server() {
        return ChildJvm.server(directory, "endpoint=" + endpoint(), "calls=" + AT_A_TIME);
    }

    @Test
    @Tag("F30")
    @Tag("T7")
    @Tag("T8")
    void servedCallsKeepTheirLatencyUnderTenTimesTheLoad() {
        try (ChildJvm server = server(); RpcChannel channel = RpcChannel.open(endpoint())) {
            run(channel, CAPACITY / 2, Duration.ofSeconds(1));
            assertInSomeRound(() -> {
                Outcomes normal = run(channel, CAPACITY / 4, Duration.ofSeconds(1));
                Outcomes overload = run(channel, 10 * CAPACITY, Duration.ofSeconds(2));
                System.out.println("Normal: " + normal + "; overload: " + overload);
                assertThat(overload.others).isEmpty();
                assertThat(overload.refused.count()).isGreaterThan(overload.served.count());
                // Two seconds, of which some is lost to what else the machine does.
                return overload.served.count() > CAPACITY
                        && overload.served.percentile(50) < 1.5 * normal.served.percentile(50)
                        && overload.served.percentile(90) < 3 * normal.served.percentile(90)
                        && overload.refused.percentile(90) < TimeUnit.MILLISECONDS.toNanos(SERVICE_MS);
            });
            assertThat(server.isAlive()).isTrue();
        }
    }

    /**
     * Another process gives up slow calls as fast as it can make them, and takes a core
     * for that as the server does: on two cores all others wait for their turns, which
     * the bounds leave room for.
     */
    @Test
    @Tag("F30")
    @Tag("T8")
    void callsThatAreGivenUpAtOnceDisturbNobodyElse() {
        try (ChildJvm server = server(); RpcChannel channel = RpcChannel.open(endpoint())) {
            normalCalls(channel);
            assertInSomeRound(() -> {
                Latencies normal = normalCalls(channel);
                try (ChildJvm flood = ChildJvm.start(directory, ClientMain.class, "endpoint=" + endpoint(),
                        "cancel=true")) {
                    flood.awaitLine("READY");
                    long before = flood.ask("answered");
                    Latencies beside = normalCalls(channel);
                    long givenUp = flood.ask("answered") - before;
                    System.out.println("Normal: " + normal + "; beside " + givenUp + " calls given up: " + beside);
                    return givenUp > 1000
                            && beside.percentile(50) < 3 * normal.percentile(50) + TimeUnit.MILLISECONDS.toNanos(5)
                            && beside.percentile(99) < 3 * normal.percentile(99) + TimeUnit.MILLISECONDS.toNanos(25);
                }
            });
            await().until(() -> server.ask("connections") == 1);
        }
    }

    private static void assertInSomeRound(BooleanSupplier round) {
        boolean passed = false;
        for (int i = 0; i < ROUNDS && !passed; i++) {
            passed = round.getAsBoolean();
        }
        assertThat(passed).as("within the bounds in one of " + ROUNDS + " rounds").isTrue();
    }

    /** A thousand, each of which must be answered. */
    private static Latencies normalCalls(RpcChannel channel) {
        Latencies latencies = new Latencies();
        for (int i = 0; i < 1000; i++) {
            long startNs = System.nanoTime();
            assertThat(channel.call("PlainService/add", Bytes.ofLong(i), byte[].class, PATIENT))
                .isEqualTo(Bytes.ofLong(i + 1));
            latencies.add(System.nanoTime() - startNs);
            LockSupport.parkNanos(500_000);
        }
        return latencies;
    }

    /** Calls at a rate, whatever becomes of those before. */
    private static Outcomes run(RpcChannel channel, double perSecond, Duration time) {
        Outcomes outcomes = new Outcomes();
        List<CompletableFuture<?>> calls = new ArrayList<>();
        long beginNs = System.nanoTime();
        int count = (int) (perSecond * time.toNanos() / 1e9);
        for (int i = 0; i < count; i++) {
            long dueNs = beginNs + (long) (i * 1e9 / perSecond);
            for (long restNs = dueNs - System.nanoTime(); restNs > 0; restNs = dueNs - System.nanoTime()) {
                LockSupport.parkNanos(restNs);
            }
            long startNs = System.nanoTime();
            calls.add(channel.callAsync("ProbeService/slow", Bytes.ofLong(SERVICE_MS), byte[].class, PATIENT)
                .handle((answer, failure) -> outcomes.add(failure, System.nanoTime() - startNs)));
        }
        calls.forEach(CompletableFuture::join);
        return outcomes;
    }

    /** What became of calls, and after what time. */
    private static final class Outcomes {

        final Latencies served = new Latencies();

        final Latencies refused = new Latencies();

        final List<Throwable> others = new ArrayList<>();

        synchronized boolean add(@Nullable Throwable failure, long latencyNs) {
            if (failure == null) {
                served.add(latencyNs);
            }
            else if (failure instanceof RpcException rpc && rpc.status() == RpcStatus.RESOURCE_EXHAUSTED
                    && rpc.outcome() == Outcome.NOT_EXECUTED) {
                refused.add(latencyNs);
            }
            else {
                others.add(Objects.requireNonNull(failure));
            }
            return true;
        }

        @Override
        public synchronized String toString() {
            return "served " + served + ", refused " + refused;
        }

    }

}
