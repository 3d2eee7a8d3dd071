package io.github.shmrpc.benchmarks.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

import io.github.shmrpc.benchmarks.load.Load;
import io.github.shmrpc.benchmarks.results.Results;
import io.github.shmrpc.benchmarks.results.Sample;
import io.github.shmrpc.benchmarks.results.Start;
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
        root.put("summary", summary(results));
        root.put("starts", results.starts().stream().map(JsonReport::start).toList());
        root.put("samples", results.samples().stream().map(JsonReport::sample).toList());
        return MAPPER.writeValueAsString(root);
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
