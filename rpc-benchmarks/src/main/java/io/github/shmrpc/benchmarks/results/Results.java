package io.github.shmrpc.benchmarks.results;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

import io.github.shmrpc.benchmarks.load.Load;
import io.github.shmrpc.benchmarks.load.Load.Kind;

/**
 * All that a run measured, and the medians over its rounds.
 *
 * @param facts about the machine and the run, by name
 * @param peers descriptions by name, in the order of the report
 * @param floor the peer to which the others are compared
 * @param starts one for each pair of processes that came up
 */
public record Results(Map<String, String> facts, Map<String, String> peers, String floor, List<Start> starts,
        List<Sample> samples) {

    /** Loads of a kind, in the order in which they ran. */
    public List<Load> loads(Kind kind) {
        return samples.stream().map(Sample::load).filter((load) -> load.kind() == kind).distinct().toList();
    }

    /** The names of what was measured, sorted. */
    public Set<String> metrics(String peer, Load load) {
        return samples.stream()
            .filter((sample) -> isOf(sample, peer, load))
            .flatMap((sample) -> sample.metrics().keySet().stream())
            .sorted()
            .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** One value for each round that has one, in the order of the rounds. */
    public double[] values(String peer, Load load, String metric) {
        return samples.stream()
            .filter((sample) -> isOf(sample, peer, load) && sample.metrics().containsKey(metric))
            .mapToDouble((sample) -> sample.metrics().get(metric))
            .toArray();
    }

    /** Over the rounds; empty if none has this metric. */
    public OptionalDouble median(String peer, Load load, String metric) {
        return median(values(peer, load, metric));
    }

    /** The middle value, or the mean of both in the middle; empty without values. */
    public static OptionalDouble median(double... values) {
        if (values.length == 0) {
            return OptionalDouble.empty();
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return OptionalDouble.of((sorted.length % 2 == 1) ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2);
    }

    /** One median over another of the same peer and load; empty without both. */
    public OptionalDouble ratio(String peer, Load load, String metric, String base) {
        OptionalDouble value = median(peer, load, metric);
        OptionalDouble ofBase = median(peer, load, base);
        if (value.isEmpty() || ofBase.isEmpty() || ofBase.getAsDouble() == 0) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(value.getAsDouble() / ofBase.getAsDouble());
    }

    /**
     * This peer's median over the floor's, at the floor's load that is comparable; empty
     * without both.
     */
    public OptionalDouble ratioToFloor(String peer, Load load, String metric) {
        OptionalDouble own = median(peer, load, metric);
        OptionalDouble ofFloor = median(floor, load.onFloor(), metric);
        if (own.isEmpty() || ofFloor.isEmpty() || ofFloor.getAsDouble() == 0) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(own.getAsDouble() / ofFloor.getAsDouble());
    }

    /** Of the start of a peer's processes, over the rounds; empty if none has it. */
    public OptionalDouble startMedian(String peer, String metric) {
        return median(starts.stream()
            .filter((start) -> start.peer().equals(peer) && start.metrics().containsKey(metric))
            .mapToDouble((start) -> start.metrics().get(metric))
            .toArray());
    }

    /** Whether it failed in any round. */
    public boolean hasFailed(String peer, Load load) {
        return samples.stream().anyMatch((sample) -> isOf(sample, peer, load) && sample.failure() != null);
    }

    /** A cache line's round trip before each of a peer's turns. */
    public DoubleStream coreRttNs(String peer) {
        return samples.stream()
            .filter((sample) -> sample.peer().equals(peer))
            .collect(Collectors.toMap(Sample::round, Sample::coreRttNs, (first, second) -> first, TreeMap::new))
            .values()
            .stream()
            .mapToDouble(Double::doubleValue);
    }

    private static boolean isOf(Sample sample, String peer, Load load) {
        return sample.peer().equals(peer) && sample.load().equals(load);
    }

}
