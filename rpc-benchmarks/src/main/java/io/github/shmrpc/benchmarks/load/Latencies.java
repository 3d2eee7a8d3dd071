package io.github.shmrpc.benchmarks.load;

import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.HdrHistogram.Histogram;

/** Histograms of latency in nanoseconds. */
final class Latencies {

    private static final long HIGHEST_NS = TimeUnit.MINUTES.toNanos(2);

    private static final int SIGNIFICANT_DIGITS = 3;

    private Latencies() {
    }

    /** Records up to two minutes without allocating. */
    static Histogram newHistogram() {
        return new Histogram(HIGHEST_NS, SIGNIFICANT_DIGITS);
    }

    static void record(Histogram histogram, long latencyNs) {
        histogram.recordValue(Math.min(Math.max(0, latencyNs), HIGHEST_NS));
    }

    static void describe(Histogram histogram, Map<String, Double> metrics) {
        if (histogram.getTotalCount() == 0) {
            return;
        }
        for (double percentile : Metric.percentiles()) {
            metrics.put(Metric.percentile(percentile), (double) histogram.getValueAtPercentile(percentile));
        }
        metrics.put(Metric.MEAN_NS, histogram.getMean());
        metrics.put(Metric.MAX_NS, (double) histogram.getMaxValue());
    }

    static void describeRate(long calls, long elapsedNs, Map<String, Double> metrics) {
        metrics.put(Metric.CALLS, (double) calls);
        metrics.put(Metric.CALLS_PER_SECOND, calls * 1e9 / elapsedNs);
    }

}
