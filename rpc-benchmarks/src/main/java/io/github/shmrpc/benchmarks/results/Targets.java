package io.github.shmrpc.benchmarks.results;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.shmrpc.benchmarks.load.Load;
import io.github.shmrpc.benchmarks.results.Target.Sense;

/**
 * What shmrpc aims at: as near to the floor as a call can be, and better than what one
 * would use instead. Ratios where there is something to compare with, as those hold on
 * other machines, too.
 */
public final class Targets {

    private static final String FLOOR = "floor-ring";

    private static final String SHM = "shmrpc-shm";

    private static final String VIEW = "shmrpc-view";

    private static final String PROTO = "shmrpc-proto";

    private static final String JSON = "shmrpc-json";

    private static final String SOCKET = "unix-socket";

    private static final String GRPC = "grpc-uds-direct";

    /** The same stubs and service over our own channel and server. */
    private static final String GRPC_SHM = "grpc-shm";

    // Percentiles in us, CPU in percent.
    private static final List<Target> ALL = List.of(
            // A call beside messages without calls: p50 to p50, p99 to p99.
            atMost(1.5, p50(SHM, "closed:1"), p50(FLOOR, "closed:1")),
            atMost(3, p99(SHM, "closed:1"), p99(FLOOR, "closed:1")),
            atMost(4, p50(PROTO, "closed:1"), p50(FLOOR, "closed:1")),
            atMost(10, p50(JSON, "closed:1"), p50(FLOOR, "closed:1")),
            // Beside what one would use instead.
            timesLess(50, p50(SHM, "closed:1"), p50(GRPC, "closed:1")),
            timesLess(30, p50(SHM, "closed:1"), p50(SOCKET, "closed:1")),
            // What a gRPC service gains that moves here.
            timesLess(15, p50(GRPC_SHM, "closed:1"), p50(GRPC, "closed:1")),
            atLeast(5, gigabytes(GRPC_SHM, "closed:1@1MiB"), gigabytes(GRPC, "closed:1@1MiB")),
            atMost(0.25, figure(GRPC_SHM, "closed:1", Measure.CLIENT_ALLOCATION),
                    figure(GRPC, "closed:1", Measure.CLIENT_ALLOCATION)),
            atMost(0.25, figure(GRPC_SHM, "closed:1", Measure.SERVER_ALLOCATION),
                    figure(GRPC, "closed:1", Measure.SERVER_ALLOCATION)),
            // Calls now and then find a side asleep.
            atMost(1, p50(SHM, "open:1000"), p50(SOCKET, "open:1000")),
            atMost(2, p99(SHM, "open:1000"), p99(SOCKET, "open:1000")),
            atMost(1, figure(SHM, "open:1000", Measure.CPU), figure(SOCKET, "open:1000", Measure.CPU)),
            atMost(0.5, p50(SHM, "open:20000"), p50(SOCKET, "open:20000")),
            atMost(3, figure(SHM, "open:20000", Measure.P50_SPREAD)), atMost(40, p50(SHM, "open:1000")),
            atMost(40, p50(SHM, "open:2000")), atMost(40, p50(SHM, "open:5000")), atMost(40, p50(SHM, "open:10000")),
            atMost(40, p50(SHM, "open:20000")), atMost(40, p50(SHM, "open:50000")),
            // Connections cost nothing while nobody calls.
            atMost(0.2, figure(SHM, "idle:1", Measure.CLIENT_IDLE_CPU)),
            atMost(0.2, figure(SHM, "idle:1", Measure.SERVER_IDLE_CPU)),
            atMost(1, figure(SHM, "idle:256", Measure.CLIENT_IDLE_CPU)),
            atMost(1, figure(SHM, "idle:256", Measure.SERVER_IDLE_CPU)),
            // Many calls at once. The socket's best are platform threads, or were when
            // this
            // was aimed at.
            atLeast(3, rate(SHM, "closed:8"), rate(SOCKET, "closed:8")),
            atLeast(1.2, rate(SHM, "closed:64"), rate(SOCKET, "closed:64")),
            atLeast(7, rate(SHM, "closed:64v"), rate(SOCKET, "closed:64")),
            reported(rate(SHM, "closed:64v"), rate(SOCKET, "closed:64v")), atLeast(4e6, rate(SHM, "async:64")),
            atLeast(0.5, rate(SHM, "async:64"), rate(FLOOR, "async:64")),
            // Large payloads.
            atLeast(2, gigabytes(SHM, "closed:1@1MiB"), gigabytes(SOCKET, "closed:1@1MiB")),
            atLeast(3, gigabytes(VIEW, "closed:1@1MiB"), gigabytes(SOCKET, "closed:1@1MiB")),
            // A handler that blocks leaves the others alone.
            atMost(3, p50(SHM, "blocking:8"), figure(SHM, "blocking:8", Measure.UNDISTURBED_P50)),
            // Nothing at all; less than a byte is counting.
            atMost(1, figure(VIEW, "closed:1", Measure.CLIENT_ALLOCATION)),
            atMost(1, figure(VIEW, "closed:1", Measure.SERVER_ALLOCATION)),
            reported(figure(PROTO, "closed:1", Measure.CLIENT_ALLOCATION)),
            reported(figure(PROTO, "closed:1", Measure.SERVER_ALLOCATION)));

    private Targets() {
    }

    private static Figure figure(String peer, String load, Measure measure) {
        return new Figure(peer, Load.parse(load), measure);
    }

    private static Figure p50(String peer, String load) {
        return figure(peer, load, Measure.P50);
    }

    private static Figure p99(String peer, String load) {
        return figure(peer, load, Measure.P99);
    }

    private static Figure rate(String peer, String load) {
        return figure(peer, load, Measure.CALLS_PER_SECOND);
    }

    private static Figure gigabytes(String peer, String load) {
        return figure(peer, load, Measure.GIGABYTES_PER_SECOND);
    }

    private static Target atMost(double limit, Figure figure) {
        return new Target(figure, Sense.AT_MOST, limit, null);
    }

    private static Target atMost(double limit, Figure figure, Figure base) {
        return new Target(figure, Sense.AT_MOST, limit, base);
    }

    private static Target atLeast(double limit, Figure figure) {
        return new Target(figure, Sense.AT_LEAST, limit, null);
    }

    private static Target atLeast(double limit, Figure figure, Figure base) {
        return new Target(figure, Sense.AT_LEAST, limit, base);
    }

    private static Target timesLess(double limit, Figure figure, Figure base) {
        return new Target(figure, Sense.TIMES_LESS, limit, base);
    }

    private static Target reported(Figure figure) {
        return new Target(figure, Sense.REPORTED, 0, null);
    }

    private static Target reported(Figure figure, Figure base) {
        return new Target(figure, Sense.REPORTED, 0, base);
    }

    /** Of those targets that this run tells something about. */
    public static List<Verdict> verdicts(Results results) {
        return ALL.stream()
            .filter((target) -> target.obstacle(results).isEmpty())
            .map((target) -> target.judge(results))
            .toList();
    }

    /** The other targets, each with the reason. */
    public static Map<Target, String> missing(Results results) {
        Map<Target, String> reasons = new LinkedHashMap<>();
        ALL.forEach((target) -> target.obstacle(results).ifPresent((reason) -> reasons.put(target, reason)));
        return reasons;
    }

}
