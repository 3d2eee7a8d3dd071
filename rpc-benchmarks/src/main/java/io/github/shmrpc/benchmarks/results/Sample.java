package io.github.shmrpc.benchmarks.results;

import java.util.Map;

import io.github.shmrpc.benchmarks.load.Load;
import org.jspecify.annotations.Nullable;

/**
 * One load on one peer in one round.
 *
 * @param round from 1
 * @param coreRttNs a cache line's round trip between two cores, taken before this peer's
 * turn
 * @param metrics by the names in {@link io.github.shmrpc.benchmarks.load.Metric}; empty
 * after a failure
 * @param failure why there are no metrics
 */
public record Sample(int round, String peer, Load load, double coreRttNs, Map<String, Double> metrics,
        @Nullable String failure) {

    public static Sample measured(int round, String peer, Load load, double coreRttNs, Map<String, Double> metrics) {
        return new Sample(round, peer, load, coreRttNs, Map.copyOf(metrics), null);
    }

    public static Sample failed(int round, String peer, Load load, double coreRttNs, String failure) {
        return new Sample(round, peer, load, coreRttNs, Map.of(), failure);
    }

}
