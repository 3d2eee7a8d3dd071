package io.github.shmrpc.demo.report;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import org.HdrHistogram.IntCountsHistogram;
import org.jspecify.annotations.Nullable;

/**
 * What calls came to: how many, how long they took, and what went wrong. Not thread-safe:
 * each caller has its own, and they are added up in the end.
 */
public final class LatencyReport {

    private static final double NS_PER_US = 1_000;

    private final IntCountsHistogram steadyNs = new IntCountsHistogram(3);

    private final Map<String, Long> failures = new TreeMap<>();

    private long ok;

    private long failed;

    private long warmUp;

    private Duration first = Duration.ZERO;

    private Duration elapsed = Duration.ZERO;

    private @Nullable String firstFailure;

    /**
     * Counts the first call of all, which connects and loads classes. It is not among the
     * percentiles.
     * @param took from request to answer
     */
    public void first(Duration took) {
        first = took;
        ok++;
    }

    /**
     * Counts an answer.
     * @param tookNs from request to answer
     * @param whileWarmingUp whether it came while the JVM was still compiling, and is not
     * among the percentiles
     */
    public void answered(long tookNs, boolean whileWarmingUp) {
        ok++;
        if (whileWarmingUp) {
            warmUp++;
        }
        else {
            steadyNs.recordValue(tookNs);
        }
    }

    /**
     * Counts calls that nobody here measured.
     * @param calls how many
     */
    public void served(long calls) {
        ok += calls;
    }

    /**
     * Counts a call that failed, or whose answer was wrong.
     * @param kind what they are counted by, e.g. the status
     * @param text what was wrong; the first one is kept
     */
    public void failed(String kind, String text) {
        failed++;
        failures.merge(kind, 1L, Long::sum);
        if (firstFailure == null) {
            firstFailure = text;
        }
    }

    /**
     * Adds what another caller saw.
     * @param other not changed
     */
    public void add(LatencyReport other) {
        steadyNs.add(other.steadyNs);
        other.failures.forEach((kind, count) -> failures.merge(kind, count, Long::sum));
        ok += other.ok;
        failed += other.failed;
        warmUp += other.warmUp;
        if (firstFailure == null) {
            firstFailure = other.firstFailure;
        }
    }

    /**
     * Says how long all calls but the first took together.
     * @param time by the clock
     */
    public void elapsed(Duration time) {
        elapsed = time;
    }

    public long requests() {
        return ok + failed;
    }

    public long ok() {
        return ok;
    }

    public long failed() {
        return failed;
    }

    /**
     * What went wrong first.
     * @return {@code null} if nothing did
     */
    public @Nullable String firstFailure() {
        return firstFailure;
    }

    /**
     * The first call, for people.
     * @return a line
     */
    public String firstLine() {
        return text("first call %,.1f us", first.toNanos() / NS_PER_US);
    }

    /**
     * All calls, for people.
     * @return lines
     */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(text("%,d calls in %.2f s: %,d ok, %,d failed%s, %,.0f calls/s", requests(),
                seconds(elapsed.plus(first)), ok, failed, failures.isEmpty() ? "" : " " + failures, callsPerSecond()));
        if (steadyNs.getTotalCount() > 0) {
            lines.add(text(
                    "latency p50 %.1f us, p99 %.1f us, p99.9 %.1f us, max %,.1f us (%,d calls, after %,d to warm up)",
                    percentileUs(50), percentileUs(99), percentileUs(99.9), percentileUs(100), steadyNs.getTotalCount(),
                    warmUp));
        }
        return lines;
    }

    /**
     * The report for programs. A latency is {@code null} if nothing was measured.
     * @return names and values, in order
     */
    public Map<String, @Nullable Object> values() {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("requests", requests());
        values.put("ok", ok);
        values.put("failed", failed);
        values.put("p50_us", measuredUs(50));
        values.put("p99_us", measuredUs(99));
        values.put("p999_us", measuredUs(99.9));
        values.put("max_us", measuredUs(100));
        values.put("calls_per_s", Math.round(callsPerSecond() * 10) / 10.0);
        return values;
    }

    private double callsPerSecond() {
        boolean onlyOne = elapsed.isZero();
        double seconds = seconds(onlyOne ? first : elapsed);
        long calls = onlyOne || first.isZero() ? ok : ok - 1;
        return (seconds == 0) ? 0 : calls / seconds;
    }

    // The first call is better than nothing if there was no other.
    private @Nullable Double measuredUs(double percentile) {
        if (steadyNs.getTotalCount() > 0) {
            return percentileUs(percentile);
        }
        return first.isZero() ? null : Double.valueOf(first.toNanos() / NS_PER_US);
    }

    private double percentileUs(double percentile) {
        // The histogram answers with the upper end of a bucket, which may lie above the
        // greatest value.
        return Math.min(steadyNs.getValueAtPercentile(percentile), steadyNs.getMaxValue()) / NS_PER_US;
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    private static String text(String format, @Nullable Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

}
