package io.github.shmrpc.benchmarks.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

import io.github.shmrpc.benchmarks.load.Load;
import io.github.shmrpc.benchmarks.results.Figure;
import io.github.shmrpc.benchmarks.results.Results;
import io.github.shmrpc.benchmarks.results.Sample;
import io.github.shmrpc.benchmarks.results.Start;
import io.github.shmrpc.benchmarks.results.Target;
import io.github.shmrpc.benchmarks.results.Target.Sense;
import io.github.shmrpc.benchmarks.results.Targets;
import io.github.shmrpc.benchmarks.results.Verdict;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The report for programs: each sample, for each peer, load and metric the median, the
 * range and the ratio, and the targets.
 */
public final class JsonReport {

    private static final JsonMapper MAPPER = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private JsonReport() {
    }

    public static String render(Results results) {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("facts", results.facts());
        root.put("floor", results.floor());
        root.put("peers", results.peers());
        root.put("targets", Targets.verdicts(results).stream().map(JsonReport::verdict).toList());
        root.put("targets_missing",
                Targets.missing(results)
                    .entrySet()
                    .stream()
                    .map((entry) -> missing(entry.getKey(), entry.getValue()))
                    .toList());
        root.put("summary", summary(results));
        root.put("starts", results.starts().stream().map(JsonReport::start).toList());
        root.put("samples", results.samples().stream().map(JsonReport::sample).toList());
        return MAPPER.writeValueAsString(root);
    }

    private static Map<String, Object> verdict(Verdict verdict) {
        Map<String, Object> entry = target(verdict.target());
        entry.put("measured", verdict.measured());
        verdict.ofBase().ifPresent((ofBase) -> entry.put("measured_of_base", ofBase));
        verdict.ratio().ifPresent((ratio) -> entry.put("ratio", ratio));
        if (verdict.target().sense() != Sense.REPORTED) {
            entry.put("reached", verdict.isReached());
            entry.put("missed_by", verdict.isReached() ? 0 : verdict.missedBy());
        }
        entry.put("failed_in_some_rounds", verdict.isPartial());
        entry.put("disturbed", verdict.isDisturbed());
        return entry;
    }

    private static Map<String, Object> missing(Target target, String reason) {
        Map<String, Object> entry = target(target);
        entry.put("reason", reason);
        return entry;
    }

    private static Map<String, Object> target(Target target) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("figure", figure(target.figure()));
        if (target.base() != null) {
            entry.put("base", figure(target.base()));
        }
        entry.put("sense", target.sense().name().toLowerCase(Locale.ROOT));
        if (target.sense() != Sense.REPORTED) {
            entry.put("limit", target.limit());
        }
        return entry;
    }

    private static Map<String, Object> figure(Figure figure) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("peer", figure.peer());
        entry.put("load", figure.load().name());
        entry.put("measure", figure.measure().name().toLowerCase(Locale.ROOT));
        entry.put("unit", figure.measure().unit());
        return entry;
    }

    private static List<Object> summary(Results results) {
        List<Object> entries = new ArrayList<>();
        List<Load> loads = results.samples().stream().map(Sample::load).distinct().toList();
        for (String peer : results.peers().keySet()) {
            for (Load load : loads) {
                Map<String, Object> metrics = new LinkedHashMap<>();
                for (String metric : results.metrics(peer, load)) {
                    metrics.put(metric, metric(results, peer, load, metric));
                }
                if (!metrics.isEmpty()) {
                    Map<String, Object> entry = new LinkedHashMap<>();
                    entry.put("peer", peer);
                    entry.put("load", load.name());
                    entry.put("metrics", metrics);
                    entries.add(entry);
                }
            }
        }
        return entries;
    }

    private static Map<String, Object> metric(Results results, String peer, Load load, String metric) {
        double[] values = results.values(peer, load, metric);
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("median", Results.median(values).orElseThrow());
        entry.put("min", Arrays.stream(values).min().orElseThrow());
        entry.put("max", Arrays.stream(values).max().orElseThrow());
        OptionalDouble ratio = results.ratioToFloor(peer, load, metric);
        if (ratio.isPresent()) {
            entry.put("ratio_to_floor", ratio.getAsDouble());
        }
        return entry;
    }

    private static Map<String, Object> start(Start start) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("round", start.round());
        entry.put("peer", start.peer());
        entry.put("metrics", start.metrics());
        return entry;
    }

    private static Map<String, Object> sample(Sample sample) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("round", sample.round());
        entry.put("peer", sample.peer());
        entry.put("load", sample.load().name());
        entry.put("core_rtt_ns", sample.coreRttNs());
        if (sample.failure() != null) {
            entry.put("failure", sample.failure());
        }
        entry.put("metrics", sample.metrics());
        return entry;
    }

}
