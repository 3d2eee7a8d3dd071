package io.github.shmrpc.benchmarks.results;

import java.util.Optional;
import java.util.OptionalDouble;

import io.github.shmrpc.benchmarks.load.Load;
import io.github.shmrpc.benchmarks.load.Metric;

/** One figure of a run. */
public record Figure(String peer, Load load, Measure measure) {

    /** Empty if this run has not measured it. */
    OptionalDouble in(Results results) {
        return measure.of(results, peer, load);
    }

    /** Why this run has no such figure; empty if it has. */
    Optional<String> obstacle(Results results) {
        if (in(results).isPresent()) {
            return Optional.empty();
        }
        String what = peer + " " + load;
        if (!results.metrics(peer, load).isEmpty()) {
            return Optional
                .of(what + ((measure == Measure.P50_SPREAD) ? " had too few rounds" : " did not measure it"));
        }
        return Optional.of(what + (results.hasFailed(peer, load) ? " FAILED" : " was not run"));
    }

    /** Processor time that other processes took meanwhile; 0 if nobody knows. */
    double othersCpuPercent(Results results) {
        return results.median(peer, load, Metric.OTHERS_CPU_PERCENT).orElse(0);
    }

    @Override
    public String toString() {
        return peer + " " + load + ": " + measure.label();
    }

}
