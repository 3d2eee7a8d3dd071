package io.github.shmrpc.benchmarks.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.github.shmrpc.benchmarks.load.Load;
import io.github.shmrpc.benchmarks.load.Load.Kind;
import io.github.shmrpc.benchmarks.load.Metric;
import io.github.shmrpc.benchmarks.report.Chart.Axis;
import io.github.shmrpc.benchmarks.report.Chart.Point;
import io.github.shmrpc.benchmarks.report.Chart.Series;
import io.github.shmrpc.benchmarks.report.Chart.Tick;
import io.github.shmrpc.benchmarks.results.Results;

/** The plots of a report. */
public final class Plots {

    private static final Load ONE_CALLER = Load.parse("closed:1");

    private static final double NS_PER_US = 1e3;

    private final Results results;

    private final List<String> peers;

    private final Map<String, String> files = new LinkedHashMap<>();

    private Plots(Results results) {
        this.results = results;
        peers = List.copyOf(results.peers().keySet());
    }

    /** SVG by file name; a plot for which nothing was measured is left out. */
    public static Map<String, String> render(Results results) {
        Plots plots = new Plots(results);
        plots.addPercentiles();
        plots.addThroughput();
        plots.addPayloads();
        plots.addRates("latency-by-rate-p50.svg", "p50", Metric.P50_NS);
        plots.addRates("latency-by-rate-p99.svg", "p99", Metric.P99_NS);
        return plots.files;
    }

    private void addPercentiles() {
        List<Series> lines = new ArrayList<>();
        for (String peer : peers) {
            List<Point> points = new ArrayList<>();
            for (double percentile : Metric.percentiles()) {
                results.median(peer, ONE_CALLER, Metric.percentile(percentile))
                    .ifPresent((latencyNs) -> points.add(new Point(rarity(percentile), latencyNs / NS_PER_US)));
            }
            lines.add(series(peer, points));
        }
        List<Tick> ticks = IntStream.of(50, 90, 99)
            .mapToObj((percentile) -> new Tick(rarity(percentile), "p" + percentile))
            .collect(Collectors.toCollection(ArrayList::new));
        ticks.add(new Tick(rarity(99.9), "p99.9"));
        ticks.add(new Tick(rarity(99.99), "p99.99"));
        add("latency-percentiles.svg", new Chart("Latency of a 32-byte call, one caller, closed loop",
                new Axis("percentile", ticks), Axis.powersOfTen("latency, us"), lines));
    }

    /** One call in so many is slower. */
    private static double rarity(double percentile) {
        return 100 / (100 - percentile);
    }

    private void addThroughput() {
        List<Load> loads = results.loads(Kind.CLOSED)
            .stream()
            .filter((load) -> load.payloadBytes() == Load.DEFAULT_PAYLOAD_BYTES)
            .toList();
        List<Series> lines = new ArrayList<>(
                lines(loads, (load) -> !load.isVirtual(), Load::count, Metric.CALLS_PER_SECOND, 1));
        add("throughput-by-callers.svg", new Chart("Throughput of 32-byte calls, closed loop",
                ticks("callers", loads, Load::count), Axis.powersOfTen("calls/s"), lines));
        List<Load> virtual = loads.stream().filter(Load::isVirtual).toList();
        add("throughput-by-virtual-callers.svg",
                new Chart("Throughput of 32-byte calls, closed loop, callers on virtual threads",
                        ticks("callers", virtual, Load::count), Axis.powersOfTen("calls/s"),
                        lines(virtual, Load::isVirtual, Load::count, Metric.CALLS_PER_SECOND, 1)));
    }

    private void addPayloads() {
        List<Load> loads = results.loads(Kind.CLOSED)
            .stream()
            .filter((load) -> load.count() == 1 && !load.isVirtual())
            .sorted(Comparator.comparingInt(Load::payloadBytes))
            .toList();
        List<Series> lines = new ArrayList<>();
        for (String peer : peers) {
            List<Point> points = new ArrayList<>();
            for (Load load : loads) {
                results.median(peer, load, Metric.P50_NS)
                    .ifPresent((p50) -> points.add(new Point(load.payloadBytes(), load.payloadBytes() / p50)));
            }
            lines.add(series(peer, points));
        }
        List<Tick> ticks = loads.stream().map((load) -> new Tick(load.payloadBytes(), load.payloadName())).toList();
        add("payload-throughput.svg", new Chart("Payload echoed each way, one caller (size / p50)",
                new Axis("payload", ticks), Axis.powersOfTen("GB/s"), lines));
    }

    private void addRates(String file, String percentile, String metric) {
        // Of two loads of one rate the one with its usual number of callers is drawn.
        List<Load> loads = results.loads(Kind.OPEN)
            .stream()
            .filter((load) -> load.equals(Load.parse("open:" + load.rate())))
            .sorted(Comparator.comparingInt(Load::rate))
            .toList();
        add(file,
                new Chart("Latency (" + percentile + ") by rate, open loop, corrected for coordinated omission",
                        ticks("calls/s due", loads, Load::rate), Axis.powersOfTen("latency, us"),
                        lines(loads, (load) -> true, Load::rate, metric, NS_PER_US)));
    }

    private List<Series> lines(List<Load> loads, Predicate<Load> filter, ToDoubleFunction<Load> x, String metric,
            double divisor) {
        List<Series> lines = new ArrayList<>();
        for (String peer : peers) {
            List<Point> points = new ArrayList<>();
            loads.stream().filter(filter).sorted(Comparator.comparingDouble(x)).forEach((load) -> {
                OptionalDouble y = results.median(peer, load, metric);
                if (y.isPresent() && y.getAsDouble() > 0) {
                    points.add(new Point(x.applyAsDouble(load), y.getAsDouble() / divisor));
                }
            });
            lines.add(series(peer, points));
        }
        return lines;
    }

    private Series series(String peer, List<Point> points) {
        return new Series(peer, peers.indexOf(peer), points);
    }

    private static Axis ticks(String label, List<Load> loads, ToDoubleFunction<Load> x) {
        return new Axis(label,
                loads.stream()
                    .mapToDouble(x)
                    .distinct()
                    .sorted()
                    .mapToObj((value) -> new Tick(value, String.format("%,d", (long) value)))
                    .toList());
    }

    private void add(String file, Chart chart) {
        List<Series> drawn = chart.series().stream().filter((series) -> !series.points().isEmpty()).toList();
        if (!drawn.isEmpty()) {
            files.put(file, SvgChart.render(new Chart(chart.title(), chart.x(), chart.y(), drawn)));
        }
    }

}
