package io.github.shmrpc.benchmarks.report;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

import javax.xml.parsers.DocumentBuilderFactory;

import io.github.shmrpc.benchmarks.load.Load;
import io.github.shmrpc.benchmarks.load.Metric;
import io.github.shmrpc.benchmarks.results.Results;
import io.github.shmrpc.benchmarks.results.Sample;
import io.github.shmrpc.benchmarks.results.Start;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

class ReportTests {

    private static final Load ONE = Load.parse("closed:1");

    private static final Load EIGHT = Load.parse("closed:8");

    private final List<Start> starts = new ArrayList<>();

    private final List<Sample> samples = new ArrayList<>();

    ReportTests() {
        for (int round = 1; round <= 3; round++) {
            addSample(round, "floor", ONE, 100.0 * round, 4_000_000);
            addSample(round, "other", ONE, 40_000.0 * round, 20_000);
            addSample(round, "other", EIGHT, 80_000.0 * round, 100_000);
        }
    }

    private void addSample(int round, String peer, Load load, double p50, double rate) {
        samples.add(Sample.measured(round, peer, load, 130, Map.of(Metric.P50_NS, p50, Metric.percentile(90), p50 * 2,
                Metric.P99_NS, p50 * 3, Metric.P999_NS, p50 * 4, Metric.CALLS_PER_SECOND, rate)));
    }

    private Results results() {
        Map<String, String> peers = new LinkedHashMap<>();
        peers.put("floor", "the floor");
        peers.put("other", "another | one");
        return new Results(Map.of("cpu", "Some CPU"), peers, "floor", starts, samples);
    }

    @Test
    void tablePadsItsCells() {
        MarkdownTable table = new MarkdownTable(List.of("peer", "us"));
        table.add(List.of("a|b", "12345"));
        assertThat(table.render()).isEqualTo("""
                | peer |    us |
                | ---- | ----: |
                | a\\|b | 12345 |
                """);
        assertThatIllegalArgumentException().isThrownBy(() -> table.add(List.of("one")));
    }

    @Test
    void numbersKeepTheDigitsThatMatter() {
        assertThat(List.of(0.0, 0.00012345, 0.254, 9.999, 12.34, 1234.4).stream().map(Numbers::plain))
            .containsExactly("0.00", "0.00012", "0.25", "10.0", "12.3", "1,234");
        assertThat(Numbers.rate(OptionalDouble.of(3_358_125))).isEqualTo("3.36 M");
        assertThat(Numbers.rate(OptionalDouble.of(23_639))).isEqualTo("23.6 k");
        assertThat(Numbers.rate(OptionalDouble.empty())).isEqualTo("-");
    }

    @Test
    void markdownShowsMediansWithTheirRatios() {
        String report = MarkdownReport.render(results(), List.of("plot.svg"));
        assertThat(report).contains("cpu: Some CPU", "80.0 (x400)", "| floor |", "100 k (x0.025)", "![plot.svg]",
                "130 130 130");
    }

    @Test
    void markdownComparesCallsBesideBlockingOnesToThoseWithout() {
        samples.add(Sample.measured(1, "other", Load.parse("blocking:8"), 130, Map.of(Metric.P50_NS, 9_000.0,
                Metric.P99_NS, 40_000.0, Metric.UNDISTURBED_P50_NS, 6_000.0, Metric.UNDISTURBED_P99_NS, 10_000.0)));
        assertThat(MarkdownReport.render(results(), List.of())).contains("9.00 (x1.50) / 40.0 (x4.00); 6.00 / 10.0");
    }

    @Test
    void markdownSaysWhichTargetsWereReachedMissedOrNotLookedAt() {
        addSample(1, "floor-ring", ONE, 400, 2_000_000);
        addSample(1, "shmrpc-shm", ONE, 1_200, 1_000_000);
        addSample(1, "shmrpc-proto", ONE, 1_200, 1_000_000);
        addSample(1, "grpc-uds-direct", ONE, 120_000, 10_000);
        assertThat(row("| shmrpc-shm closed:1: p50 ", "floor-ring")).contains("1.20 us", "floor-ring: 0.40 us",
                "x3.00 ", "<= x1.5 ", "missed by x2.00 ");
        assertThat(row("| shmrpc-proto closed:1: p50 ", "floor-ring")).contains("<= x4 ", " reached ");
        assertThat(row("| shmrpc-shm closed:1: p50 ", "grpc")).contains("x1/100 ", "<= x1/50 ", " reached ");
        assertThat(MarkdownReport.render(results(), List.of())).contains(
                "- shmrpc-shm open:2000: p50 <= 40 us: shmrpc-shm open:2000 was not run\n",
                "- shmrpc-shm async:64: calls/s >= x0.5 of floor-ring: shmrpc-shm async:64 was not run\n",
                "- shmrpc-proto closed:1: allocated by the client: shmrpc-proto closed:1 did not measure it\n");
    }

    @Test
    void markdownMarksTargetsBesideWhichOthersRan() {
        assertThat(MarkdownReport.render(results(), List.of())).doesNotContain("DISTURBED");
        samples.add(Sample.measured(1, "shmrpc-shm", Load.parse("open:2000"), 130,
                Map.of(Metric.P50_NS, 30_000.0, Metric.OTHERS_CPU_PERCENT, 90.0)));
        assertThat(row("| shmrpc-shm open:2000: p50 ", "us")).contains("reached, DISTURBED");
    }

    private String row(String start, String word) {
        return MarkdownReport.render(results(), List.of())
            .lines()
            .filter((line) -> line.startsWith(start) && line.contains(word))
            .findFirst()
            .orElseThrow();
    }

    @Test
    void markdownShowsFirstCalls() {
        starts.add(new Start(1, "other", Map.of(Metric.CONNECT_NS, 5e6, Metric.call(1), 2e6, Metric.call(10), 3e3)));
        assertThat(MarkdownReport.render(results(), List.of())).contains("5,000 | 2,000 |").contains("| 3.00 |");
    }

    @Test
    void markdownShowsMemoryOfConnectionsAndTheirSharedPart() {
        samples.add(Sample.measured(1, "other", Load.parse("idle:16"), 130,
                Map.of(Metric.CLIENT_KIB_PER_CONNECTION, 700.0, Metric.SERVER_KIB_PER_CONNECTION, 600.0,
                        Metric.CLIENT_SHARED_KIB_PER_CONNECTION, 520.0, Metric.SERVER_SHARED_KIB_PER_CONNECTION,
                        516.0)));
        assertThat(MarkdownReport.render(results(), List.of())).contains("700 + 600; 520 + 516");
    }

    @Test
    void markdownNamesFiguresOfCodeThatWasStillBeingCompiled() {
        assertThat(MarkdownReport.render(results(), List.of())).contains("None.");
        samples.add(Sample.measured(2, "other", ONE, 130,
                Map.of(Metric.CLIENT_COMPILER_CPU_PERCENT, 40.0, Metric.SERVER_COMPILER_CPU_PERCENT, 0.0)));
        assertThat(MarkdownReport.render(results(), List.of()))
            .contains("- other closed:1, round 2: JIT compilers took 40.0 + 0.00 % of a core\n");
    }

    @Test
    void markdownShowsFailures() {
        samples.add(Sample.failed(1, "floor", EIGHT, 130, "no"));
        samples.add(Sample.failed(1, "other", ONE, 130, "no"));
        assertThat(MarkdownReport.render(results(), List.of())).contains(" FAILED |", "FAILED in some rounds |");
    }

    @Test
    void jsonHasMediansRangesRatiosAndSamples() {
        samples.add(Sample.failed(3, "floor", EIGHT, 130, "why"));
        JsonNode root = JsonMapper.shared().readTree(JsonReport.render(results()));
        JsonNode other = root.get("summary").get(1);
        assertThat(other.get("peer").asString()).isEqualTo("other");
        JsonNode p50 = other.get("metrics").get(Metric.P50_NS);
        assertThat(p50.get("median").asDouble()).isEqualTo(80_000);
        assertThat(p50.get("min").asDouble()).isEqualTo(40_000);
        assertThat(p50.get("max").asDouble()).isEqualTo(120_000);
        assertThat(p50.get("ratio_to_floor").asDouble()).isEqualTo(400);
        assertThat(root.get("samples")).hasSize(10);
        assertThat(root.get("samples").get(9).get("failure").asString()).isEqualTo("why");
    }

    @Test
    void jsonHasTargetsAndStarts() {
        addSample(1, "floor-ring", ONE, 400, 2_000_000);
        addSample(1, "shmrpc-shm", ONE, 1_200, 1_000_000);
        starts.add(new Start(1, "other", Map.of(Metric.call(1), 2e6)));
        JsonNode root = JsonMapper.shared().readTree(JsonReport.render(results()));
        JsonNode target = root.get("targets").get(0);
        assertThat(target.get("figure").get("peer").asString()).isEqualTo("shmrpc-shm");
        assertThat(target.get("base").get("peer").asString()).isEqualTo("floor-ring");
        assertThat(target.get("sense").asString()).isEqualTo("at_most");
        assertThat(target.get("ratio").asDouble()).isCloseTo(3, within(1e-9));
        assertThat(target.get("reached").asBoolean()).isFalse();
        assertThat(target.get("missed_by").asDouble()).isCloseTo(2, within(1e-9));
        assertThat(root.get("targets_missing").get(0).get("reason").asString()).isNotEmpty();
        assertThat(root.get("starts").get(0).get("metrics").get(Metric.call(1)).asDouble()).isEqualTo(2e6);
    }

    @Test
    void plotsAreWellFormedAndHaveALineForEachPeer() throws Exception {
        Map<String, String> plots = Plots.render(results());
        assertThat(plots).containsOnlyKeys("latency-percentiles.svg", "throughput-by-callers.svg",
                "payload-throughput.svg");
        Document svg = DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(plots.get("throughput-by-callers.svg"))));
        assertThat(svg.getElementsByTagName("polyline").getLength()).isEqualTo(2);
        assertThat(svg.getElementsByTagName("circle").getLength()).isEqualTo(3);
        assertThat(plots.values()).noneMatch((plot) -> plot.contains("NaN") || plot.contains("Infinity"));
    }

}
