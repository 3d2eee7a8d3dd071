package io.github.shmrpc.benchmarks.run;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.github.shmrpc.benchmarks.load.Compilers;
import io.github.shmrpc.benchmarks.load.Load;
import io.github.shmrpc.benchmarks.load.Load.Kind;
import io.github.shmrpc.benchmarks.load.Metric;
import io.github.shmrpc.benchmarks.load.Timing;

/**
 * Measures compiled code: warms a pair of processes up until the JIT compilers of both
 * have nothing left to do, and throws figures away during which they had.
 */
final class Measurement {

    /** Runs a load on two processes. */
    @FunctionalInterface
    interface Pair {

        /** Returns what was measured, costs of both processes included. */
        Map<String, Double> run(Load load, Timing timing) throws InterruptedException;

    }

    /** How often a load runs again if a compiler was at work. */
    static final int MOST_DISCARDED = 8;

    private static final Load BLOCKING_CALLS = Load.parse("closed:1");

    private static final Load ASYNCHRONOUS_CALLS = Load.parse("async:64");

    private static final Timing SLICE = Timing.ofMillis(0, 250);

    /** Between two stages of compilation there may be a pause. */
    private static final int QUIET_SLICES = 2;

    private final Pair pair;

    Measurement(Pair pair) {
        this.pair = pair;
    }

    /**
     * Makes the kinds of call that are about to be measured. A second kind makes the
     * compilers look at the first again.
     * @param longest for each kind
     */
    void warmUp(List<Load> loads, Duration longest) throws InterruptedException {
        warmUp(BLOCKING_CALLS, longest);
        if (loads.stream().anyMatch((load) -> load.kind() == Kind.ASYNC)) {
            warmUp(ASYNCHRONOUS_CALLS, longest);
            warmUp(BLOCKING_CALLS, longest);
        }
    }

    private void warmUp(Load load, Duration longest) throws InterruptedException {
        long slices = Math.max(QUIET_SLICES, longest.dividedBy(SLICE.measured()));
        int quiet = 0;
        for (long slice = 0; slice < slices && quiet < QUIET_SLICES; slice++) {
            quiet = Compilers.areQuiet(load, pair.run(load, SLICE)) ? quiet + 1 : 0;
        }
    }

    /** Returns what the last run of this load measured, and how many were discarded. */
    Map<String, Double> measure(Load load, Timing timing) throws InterruptedException {
        Map<String, Double> metrics = pair.run(load, timing);
        int discarded = 0;
        while (!Compilers.areQuiet(load, metrics) && discarded < MOST_DISCARDED) {
            discarded++;
            metrics = pair.run(load, timing);
        }
        metrics.put(Metric.WINDOWS_DISCARDED, (double) discarded);
        return metrics;
    }

}
