package io.github.shmrpc.benchmarks.results;

import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.IntStream;

import io.github.shmrpc.benchmarks.load.Load;
import io.github.shmrpc.benchmarks.load.Metric;

/**
 * What can be asked of a peer under a load: the median over the rounds, unless it says
 * otherwise.
 */
public enum Measure {

    P50("p50", "us", median(Metric.P50_NS, 1e-3)),

    P99("p99", "us", median(Metric.P99_NS, 1e-3)),

    /** Of a blocking load: the same callers without calls that block. */
    UNDISTURBED_P50("p50 without calls that block", "us", median(Metric.UNDISTURBED_P50_NS, 1e-3)),

    /** The highest p50 of all rounds over the lowest; of two rounds at least. */
    P50_SPREAD("highest p50 of a round / lowest", "", Measure::p50Spread),

    CALLS_PER_SECOND("calls/s", "calls/s", median(Metric.CALLS_PER_SECOND, 1)),

    /** Each way. */
    GIGABYTES_PER_SECOND("payload each way", "GB/s", Measure::gigabytesPerSecond),

    CPU("CPU of both sides", "%", medianOf(Metric.CLIENT_CPU_PERCENT, Metric.SERVER_CPU_PERCENT, Double::sum)),

    /** Without the JIT compilers, to which the load before has left work. */
    CLIENT_IDLE_CPU("CPU of the client, JIT compilers aside", "%",
            medianOf(Metric.CLIENT_CPU_PERCENT, Metric.CLIENT_COMPILER_CPU_PERCENT, Measure::difference)),

    SERVER_IDLE_CPU("CPU of the server, JIT compilers aside", "%",
            medianOf(Metric.SERVER_CPU_PERCENT, Metric.SERVER_COMPILER_CPU_PERCENT, Measure::difference)),

    CLIENT_ALLOCATION("allocated by the client", "B/call", median(Metric.CLIENT_BYTES_PER_CALL, 1)),

    SERVER_ALLOCATION("allocated by the server", "B/call", median(Metric.SERVER_BYTES_PER_CALL, 1));

    private final String label;

    private final String unit;

    @SuppressWarnings("ImmutableEnumChecker") // Lambdas that hold strings and functions.
    private final Reading reading;

    Measure(String label, String unit, Reading reading) {
        this.label = label;
        this.unit = unit;
        this.reading = reading;
    }

    /** In words. */
    public String label() {
        return label;
    }

    /** For people; empty for a plain number. */
    public String unit() {
        return unit;
    }

    OptionalDouble of(Results results, String peer, Load load) {
        return reading.of(results, peer, load);
    }

    private static Reading median(String metric, double factor) {
        return (results, peer, load) -> {
            OptionalDouble median = results.median(peer, load, metric);
            return median.isPresent() ? OptionalDouble.of(median.getAsDouble() * factor) : median;
        };
    }

    /** Of two metrics that were measured together, joined round by round. */
    private static Reading medianOf(String first, String second, DoubleBinaryOperator join) {
        return (results, peer, load) -> {
            double[] firsts = results.values(peer, load, first);
            double[] seconds = results.values(peer, load, second);
            return Results.median(IntStream.range(0, Math.min(firsts.length, seconds.length))
                .mapToDouble((round) -> join.applyAsDouble(firsts[round], seconds[round]))
                .toArray());
        };
    }

    private static double difference(double whole, double part) {
        return Math.max(0, whole - part);
    }

    private static OptionalDouble p50Spread(Results results, String peer, Load load) {
        double[] rounds = results.values(peer, load, Metric.P50_NS);
        if (rounds.length < 2) {
            return OptionalDouble.empty();
        }
        Arrays.sort(rounds);
        return OptionalDouble.of(rounds[rounds.length - 1] / rounds[0]);
    }

    private static OptionalDouble gigabytesPerSecond(Results results, String peer, Load load) {
        OptionalDouble p50Ns = results.median(peer, load, Metric.P50_NS);
        return p50Ns.isPresent() ? OptionalDouble.of(load.payloadBytes() / p50Ns.getAsDouble()) : p50Ns;
    }

    /** Where the value comes from. */
    @FunctionalInterface
    private interface Reading {

        /** Empty if it was not measured. */
        OptionalDouble of(Results results, String peer, Load load);

    }

}
