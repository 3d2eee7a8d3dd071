package io.github.shmrpc.benchmarks.results;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.github.shmrpc.benchmarks.load.Load;
import io.github.shmrpc.benchmarks.load.Metric;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class ResultsTests {

    private static final Load ONE = Load.parse("closed:1");

    private static final Load EIGHT = Load.parse("closed:8");

    private final List<Start> starts = new ArrayList<>();

    private final List<Sample> samples = new ArrayList<>();

    private final Results results = new Results(Map.of(), Map.of("other", "another"), "floor", starts, samples);

    private void addSample(int round, String peer, Load load, double p50, double rate) {
        samples.add(Sample.measured(round, peer, load, 130, Map.of(Metric.P50_NS, p50, Metric.CALLS_PER_SECOND, rate)));
    }

    @Test
    void medianIsTheMiddleValueOrTheMeanOfTwo() {
        assertThat(Results.median(9, 1, 5)).hasValue(5);
        assertThat(Results.median(4, 1, 3, 2)).hasValue(2.5);
        assertThat(Results.median()).isEmpty();
    }

    @Test
    void ratioComparesManyCallersToTheFloorsOne() {
        addSample(1, "floor", ONE, 100, 4_000_000);
        addSample(1, "other", ONE, 40_000, 20_000);
        addSample(1, "other", EIGHT, 80_000, 100_000);
        assertThat(results.ratioToFloor("other", ONE, Metric.P50_NS)).hasValue(400);
        assertThat(results.ratioToFloor("other", EIGHT, Metric.CALLS_PER_SECOND).orElseThrow()).isCloseTo(0.025,
                within(1e-9));
        assertThat(results.ratioToFloor("other", ONE, "absent")).isEmpty();
    }

    @Test
    void startsHaveTheirOwnMedians() {
        for (int round = 1; round <= 3; round++) {
            starts.add(new Start(round, "other", Map.of(Metric.call(1), round * 1e6)));
        }
        starts.add(new Start(1, "floor", Map.of(Metric.call(1), 5.0)));
        assertThat(results.startMedian("other", Metric.call(1))).hasValue(2e6);
        assertThat(results.startMedian("other", Metric.CONNECT_NS)).isEmpty();
    }

}
