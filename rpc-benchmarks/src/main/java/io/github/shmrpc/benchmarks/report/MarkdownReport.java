package io.github.shmrpc.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

import io.github.shmrpc.benchmarks.load.Compilers;
import io.github.shmrpc.benchmarks.load.Load;
import io.github.shmrpc.benchmarks.load.Load.Kind;
import io.github.shmrpc.benchmarks.load.Metric;
import io.github.shmrpc.benchmarks.results.Results;
import io.github.shmrpc.benchmarks.results.Sample;

/** The report for readers: one table for each question. */
public final class MarkdownReport {

    private final Results results;

    private final StringBuilder text = new StringBuilder();

    private MarkdownReport(Results results) {
        this.results = results;
    }

    /**
     * Renders the whole report.
     * @param plots names of image files beside the report
     */
    public static String render(Results results, List<String> plots) {
        MarkdownReport report = new MarkdownReport(results);
        report.appendHead();
        report.appendTargets();
        report.appendLatency();
        report.appendThroughput();
        report.appendBlocking();
        report.appendOpenLoop();
        report.appendLargePayloads();
        report.appendAllocation();
        report.appendIdle();
        report.appendMemory();
        report.appendFirstCalls();
        report.appendCompilation();
        plots.forEach((plot) -> report.text.append("\n![").append(plot).append("](").append(plot).append(")\n"));
        return report.text.toString();
    }

    private void appendHead() {
        text.append("# Benchmark results\n\n");
        results.facts()
            .forEach((name, value) -> text.append("- ").append(name).append(": ").append(value).append('\n'));
        text.append(
                """

                        Medians over the rounds. `(x4.2)` is the ratio to the median of %s in the same run. That one has one caller:
                        closed loads of many callers are compared to its closed load of one. Allocation and idle connections have no
                        ratio, as the floor has next to nothing there.

                        Loads: `closed:8` eight callers, each with one call at a time, `closed:8v` on virtual threads, `blocking:8`
                        eight callers with one call of a hundred whose handler blocks for 10 ms; `async:64`
                        one thread with 64 calls in flight; `open:1000` so many calls/s are due and latency counts from when each was
                        due, which corrects for coordinated omission; `idle:16` connections without calls. The payload is 32 bytes
                        unless the load names another.

                        """
                    .formatted(results.floor()));
        for (Map.Entry<String, String> peer : results.peers().entrySet()) {
            text.append("- `").append(peer.getKey()).append("`: ").append(peer.getValue()).append('\n');
        }
        appendConditions();
    }

    private void appendConditions() {
        text.append("\n## Conditions of each peer's turn\n\n");
        MarkdownTable table = new MarkdownTable(
                List.of("peer", "a cache line from core to core and back, ns, each round",
                        "CPU of other processes, % of a core, most while a load was measured"));
        for (String peer : results.peers().keySet()) {
            table.add(List.of(peer, results.coreRttNs(peer).mapToObj(Numbers::plain).collect(Collectors.joining(" ")),
                    Numbers.plain(results.samples()
                        .stream()
                        .filter((sample) -> sample.peer().equals(peer)
                                && sample.metrics().containsKey(Metric.OTHERS_CPU_PERCENT))
                        .mapToDouble((sample) -> sample.metrics().get(Metric.OTHERS_CPU_PERCENT))
                        .max())));
        }
        text.append(table.render());
    }

    private void appendTargets() {
        text.append("\n## Targets\n\n").append(TargetTable.render(results));
    }

    private void appendLatency() {
        List<Load> loads = results.loads(Kind.CLOSED).stream().filter((load) -> load.count() == 1).toList();
        appendTable("Latency, one caller, closed loop: p50 / p99 / p99.9 in us", loads, this::latencies);
    }

    private void appendThroughput() {
        List<Load> loads = new ArrayList<>(results.loads(Kind.CLOSED)
            .stream()
            .filter((load) -> load.payloadBytes() == Load.DEFAULT_PAYLOAD_BYTES)
            .toList());
        loads.addAll(results.loads(Kind.ASYNC));
        appendTable("Throughput: calls/s; p50 / p99 in us; CPU seconds per million calls, client + server", loads,
                this::throughput);
    }

    private void appendBlocking() {
        List<Load> loads = results.loads(Kind.BLOCKING);
        appendTable("One call in 100 blocks its handler for 10 ms: the other calls' p50 / p99 in us, with the ratio to "
                + "the same callers without blocking calls; those callers' p50 / p99", loads, this::blocking);
    }

    private void appendOpenLoop() {
        List<Load> loads = results.loads(Kind.OPEN);
        appendTable("Open loop: p50 / p99 / p99.9 in us; calls/s reached; CPU %, client + server", loads,
                this::openLoop);
        appendTable("Load generator: its CPU % alone; how late it starts calls, p50 / p99 in us", loads,
                this::generator);
    }

    private void appendLargePayloads() {
        List<Load> loads = results.loads(Kind.CLOSED)
            .stream()
            .filter((load) -> load.count() == 1 && load.payloadBytes() > Load.DEFAULT_PAYLOAD_BYTES)
            .toList();
        appendTable("Payload by size: GB/s each way (size / p50)", loads, this::gigabytesPerSecond);
    }

    private void appendAllocation() {
        List<Load> loads = results.loads(Kind.CLOSED).stream().filter((load) -> load.count() == 1).toList();
        appendTable("Allocation: bytes per call, client + server", loads,
                (peer, load) -> plainSum(peer, load, Metric.CLIENT_BYTES_PER_CALL, Metric.SERVER_BYTES_PER_CALL));
    }

    private void appendIdle() {
        appendTable(
                "Idle connections: CPU %, client + server; of it the JIT compilers, to which the load before left work",
                results.loads(Kind.IDLE), this::idle);
    }

    private void appendMemory() {
        List<Load> loads = results.loads(Kind.IDLE).stream().filter((load) -> load.count() > 1).toList();
        appendTable("Memory: resident KiB more per connection, client + server; of it shared memory, which both count",
                loads,
                (peer, load) -> plainSum(peer, load, Metric.CLIENT_KIB_PER_CONNECTION, Metric.SERVER_KIB_PER_CONNECTION)
                        + "; " + plainSum(peer, load, Metric.CLIENT_SHARED_KIB_PER_CONNECTION,
                                Metric.SERVER_SHARED_KIB_PER_CONNECTION));
    }

    private void appendFirstCalls() {
        if (results.starts().isEmpty()) {
            return;
        }
        List<String> header = new ArrayList<>(List.of("peer", "client made"));
        for (int number = 1; number <= Metric.FIRST_CALLS; number++) {
            header.add(Integer.toString(number));
        }
        MarkdownTable table = new MarkdownTable(header);
        for (String peer : results.peers().keySet()) {
            List<String> row = new ArrayList<>(List.of(peer, startMicros(peer, Metric.CONNECT_NS)));
            for (int number = 1; number <= Metric.FIRST_CALLS; number++) {
                row.add(startMicros(peer, Metric.call(number)));
            }
            table.add(row);
        }
        text.append("\n## First calls: a new client calls a new server for the first time, us\n\n")
            .append(table.render());
    }

    private String startMicros(String peer, String metric) {
        return Numbers.micros(results.startMedian(peer, metric));
    }

    /** What the reader should distrust. */
    private void appendCompilation() {
        text.append("\n## Figures of code that was still being compiled\n\n");
        List<Sample> doubtful = results.samples()
            .stream()
            .filter((sample) -> sample.failure() == null && !Compilers.areQuiet(sample.load(), sample.metrics()))
            .toList();
        doubtful.forEach((sample) -> text.append("- ")
            .append(sample.peer())
            .append(' ')
            .append(sample.load())
            .append(", round ")
            .append(sample.round())
            .append(": JIT compilers took ")
            .append(Numbers.plain(sample.metrics().getOrDefault(Metric.CLIENT_COMPILER_CPU_PERCENT, 0.0)))
            .append(" + ")
            .append(Numbers.plain(sample.metrics().getOrDefault(Metric.SERVER_COMPILER_CPU_PERCENT, 0.0)))
            .append(" % of a core\n"));
        if (doubtful.isEmpty()) {
            text.append("None.\n");
        }
    }

    private void appendTable(String title, List<Load> loads, BiFunction<String, Load, String> cell) {
        if (loads.isEmpty()) {
            return;
        }
        List<String> header = new ArrayList<>(List.of("peer"));
        loads.forEach((load) -> header.add(load.name()));
        MarkdownTable table = new MarkdownTable(header);
        for (String peer : results.peers().keySet()) {
            List<String> row = new ArrayList<>(List.of(peer));
            loads.forEach((load) -> row.add(cellOrFailure(peer, load, cell)));
            table.add(row);
        }
        text.append("\n## ").append(title).append("\n\n").append(table.render());
    }

    private String cellOrFailure(String peer, Load load, BiFunction<String, Load, String> cell) {
        boolean isMeasured = !results.metrics(peer, load).isEmpty();
        if (results.hasFailed(peer, load)) {
            return isMeasured ? cell.apply(peer, load) + " FAILED in some rounds" : "FAILED";
        }
        return isMeasured ? cell.apply(peer, load) : Numbers.NONE;
    }

    private String latencies(String peer, Load load) {
        return micros(peer, load, Metric.P50_NS) + " / " + micros(peer, load, Metric.P99_NS) + " / "
                + micros(peer, load, Metric.P999_NS);
    }

    private String throughput(String peer, Load load) {
        String rate = Numbers.withRatio(Numbers.rate(results.median(peer, load, Metric.CALLS_PER_SECOND)),
                ratio(peer, load, Metric.CALLS_PER_SECOND));
        return rate + "; " + micros(peer, load, Metric.P50_NS) + " / " + micros(peer, load, Metric.P99_NS) + "; "
                + sum(peer, load, Metric.CLIENT_CPU_US_PER_CALL, Metric.SERVER_CPU_US_PER_CALL);
    }

    private String blocking(String peer, Load load) {
        return besideUndisturbed(peer, load, Metric.P50_NS, Metric.UNDISTURBED_P50_NS) + " / "
                + besideUndisturbed(peer, load, Metric.P99_NS, Metric.UNDISTURBED_P99_NS) + "; "
                + Numbers.micros(results.median(peer, load, Metric.UNDISTURBED_P50_NS)) + " / "
                + Numbers.micros(results.median(peer, load, Metric.UNDISTURBED_P99_NS));
    }

    private String besideUndisturbed(String peer, Load load, String metric, String undisturbed) {
        return Numbers.withRatio(Numbers.micros(results.median(peer, load, metric)),
                results.ratio(peer, load, metric, undisturbed));
    }

    private String openLoop(String peer, Load load) {
        return latencies(peer, load) + "; " + Numbers.rate(results.median(peer, load, Metric.CALLS_PER_SECOND)) + "; "
                + sum(peer, load, Metric.CLIENT_CPU_PERCENT, Metric.SERVER_CPU_PERCENT);
    }

    private String generator(String peer, Load load) {
        return Numbers.plain(results.median(peer, load, Metric.GENERATOR_CPU_PERCENT)) + "; "
                + Numbers.micros(results.median(peer, load, Metric.GENERATOR_LATE_P50_NS)) + " / "
                + Numbers.micros(results.median(peer, load, Metric.GENERATOR_LATE_P99_NS));
    }

    private String gigabytesPerSecond(String peer, Load load) {
        OptionalDouble p50 = results.median(peer, load, Metric.P50_NS);
        if (p50.isEmpty()) {
            return Numbers.NONE;
        }
        OptionalDouble slower = ratio(peer, load, Metric.P50_NS);
        return Numbers.withRatio(Numbers.plain(load.payloadBytes() / p50.getAsDouble()),
                slower.isPresent() ? OptionalDouble.of(1 / slower.getAsDouble()) : slower);
    }

    private String idle(String peer, Load load) {
        return plainSum(peer, load, Metric.CLIENT_CPU_PERCENT, Metric.SERVER_CPU_PERCENT) + "; "
                + plainSum(peer, load, Metric.CLIENT_COMPILER_CPU_PERCENT, Metric.SERVER_COMPILER_CPU_PERCENT);
    }

    private String micros(String peer, Load load, String metric) {
        return Numbers.withRatio(Numbers.micros(results.median(peer, load, metric)), ratio(peer, load, metric));
    }

    private String plainSum(String peer, Load load, String ofClient, String ofServer) {
        return Numbers.plain(results.median(peer, load, ofClient)) + " + "
                + Numbers.plain(results.median(peer, load, ofServer));
    }

    private String sum(String peer, Load load, String ofClient, String ofServer) {
        return Numbers.withRatio(Numbers.plain(results.median(peer, load, ofClient)), ratio(peer, load, ofClient))
                + " + "
                + Numbers.withRatio(Numbers.plain(results.median(peer, load, ofServer)), ratio(peer, load, ofServer));
    }

    /** Beside the floor's own figures it would always be 1. */
    private OptionalDouble ratio(String peer, Load load, String metric) {
        return peer.equals(results.floor()) ? OptionalDouble.empty() : results.ratioToFloor(peer, load, metric);
    }

}
