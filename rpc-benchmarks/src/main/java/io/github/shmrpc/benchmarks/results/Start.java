package io.github.shmrpc.benchmarks.results;

import java.util.Map;

/**
 * The start of one peer's pair of processes in one round.
 *
 * @param round from 1
 * @param metrics by the names in {@link io.github.shmrpc.benchmarks.load.Metric}: the
 * first calls of the new client to the new server
 */
public record Start(int round, String peer, Map<String, Double> metrics) {

    public Start {
        metrics = Map.copyOf(metrics);
    }

}
