package io.github.shmrpc.benchmarks.run;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.github.shmrpc.benchmarks.load.Load;
import io.github.shmrpc.benchmarks.load.Metric;
import io.github.shmrpc.benchmarks.load.Timing;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class MeasurementTests {

    private static final Duration LONGEST = Duration.ofSeconds(2);

    private static final Timing TIMING = Timing.ofMillis(100, 400);

    private final List<Load> runs = new ArrayList<>();

    private final Measurement measurement = new Measurement(this::run);

    private int busyRuns;

    private Map<String, Double> run(Load load, Timing timing) {
        runs.add(load);
        Map<String, Double> metrics = new HashMap<>();
        metrics.put(Metric.CALLS, (double) runs.size());
        metrics.put(Metric.CLIENT_COMPILER_CPU_PERCENT, 0.0);
        metrics.put(Metric.SERVER_COMPILER_CPU_PERCENT, (runs.size() <= busyRuns) ? 60.0 : 2.0);
        return metrics;
    }

    @Test
    void warmUpEndsWhenTheCompilersWereQuietTwice() throws Exception {
        busyRuns = 3;
        measurement.warmUp(loads("closed:8"), LONGEST);
        assertThat(runs).hasSize(5).containsOnly(Load.parse("closed:1"));
    }

    @Test
    void warmUpEndsAfterItsLongestTime() throws Exception {
        busyRuns = Integer.MAX_VALUE;
        measurement.warmUp(loads("closed:8"), LONGEST);
        assertThat(runs).hasSize(8);
    }

    @Test
    void warmUpMakesAsynchronousCallsIfSuchAreMeasured() throws Exception {
        measurement.warmUp(loads("closed:1,async:8"), LONGEST);
        assertThat(runs).extracting(Load::name)
            .containsExactly("closed:1", "closed:1", "async:64", "async:64", "closed:1", "closed:1");
    }

    @Test
    void figuresOfQuietCompilersAreKept() throws Exception {
        Map<String, Double> metrics = measurement.measure(Load.parse("closed:8"), TIMING);
        assertThat(metrics).containsEntry(Metric.CALLS, 1.0).containsEntry(Metric.WINDOWS_DISCARDED, 0.0);
    }

    @Test
    void figuresOfBusyCompilersAreDiscarded() throws Exception {
        busyRuns = 2;
        Map<String, Double> metrics = measurement.measure(Load.parse("closed:8"), TIMING);
        assertThat(metrics).containsEntry(Metric.CALLS, 3.0).containsEntry(Metric.WINDOWS_DISCARDED, 2.0);
    }

    @Test
    void lastFiguresAreKeptHoweverBusyTheCompilersAre() throws Exception {
        busyRuns = Integer.MAX_VALUE;
        Map<String, Double> metrics = measurement.measure(Load.parse("closed:8"), TIMING);
        assertThat(metrics).containsEntry(Metric.WINDOWS_DISCARDED, (double) Measurement.MOST_DISCARDED)
            .containsEntry(Metric.SERVER_COMPILER_CPU_PERCENT, 60.0);
    }

    @Test
    void idleProcessesHaveToBeQuieter() throws Exception {
        measurement.measure(Load.parse("idle:1"), TIMING);
        assertThat(runs).hasSize(1 + Measurement.MOST_DISCARDED);
    }

    private static List<Load> loads(String names) {
        return Plan.quick().withLoads(names).loads();
    }

}
