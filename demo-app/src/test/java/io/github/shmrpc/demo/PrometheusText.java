package io.github.shmrpc.demo;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Reads Prometheus' text format, version 0.0.4, and fails at whatever that does not
 * allow: a sample before its type, families that are torn apart, a sample given twice, a
 * name, label, escape or number that is none, histograms whose buckets do not add up.
 */
final class PrometheusText {

    private static final String NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";

    private static final Pattern HELP = Pattern.compile("# HELP (" + NAME + ") (.*)");

    private static final Pattern TYPE = Pattern
        .compile("# TYPE (" + NAME + ") (counter|gauge|histogram|summary|untyped)");

    private static final Pattern SAMPLE = Pattern.compile("(" + NAME + ")(?:\\{(.*)})? (\\S+)");

    private static final Pattern LABEL = Pattern
        .compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\\n]|\\\\[\\\\\"n])*)\"(,|$)");

    private final Map<String, String> types = new HashMap<>();

    private final List<Sample> samples = new ArrayList<>();

    private final Set<String> finished = new HashSet<>();

    private String family = "";

    private PrometheusText() {
    }

    static PrometheusText parse(String text) {
        assertThat(text).endsWith("\n");
        PrometheusText parsed = new PrometheusText();
        text.lines().forEach(parsed::line);
        parsed.checkHistograms();
        return parsed;
    }

    private void line(String line) {
        Matcher help = HELP.matcher(line);
        Matcher type = TYPE.matcher(line);
        if (help.matches()) {
            enter(help.group(1));
        }
        else if (type.matches()) {
            enter(type.group(1));
            assertThat(types.put(type.group(1), type.group(2))).as("second type of " + line).isNull();
        }
        else {
            sample(line);
        }
    }

    private void enter(String name) {
        if (!name.equals(family)) {
            assertThat(finished.add(family)).isTrue();
            assertThat(finished).as("family torn apart").doesNotContain(name);
            family = name;
        }
    }

    private void sample(String line) {
        Matcher matcher = SAMPLE.matcher(line);
        assertThat(matcher.matches()).as("sample: " + line).isTrue();
        String name = matcher.group(1);
        String type = types.get(family);
        assertThat(type).as("type before " + line).isNotNull();
        assertThat(name).as("sample of " + family).matches(family + suffix(Objects.requireNonNull(type)));
        Sample sample = new Sample(name, labels(matcher.group(2)), number(matcher.group(3)));
        assertThat(samples).as("sample given twice")
            .noneMatch((other) -> other.name.equals(name) && other.labels.equals(sample.labels));
        samples.add(sample);
    }

    private static String suffix(String type) {
        return switch (type) {
            case "histogram" -> "_(bucket|sum|count)";
            case "summary" -> "(_sum|_count)?";
            default -> "";
        };
    }

    private static Map<String, String> labels(String text) {
        Map<String, String> labels = new LinkedHashMap<>();
        Matcher matcher = LABEL.matcher((text != null) ? text : "");
        int end = 0;
        while (end < matcher.regionEnd()) {
            assertThat(matcher.find() && matcher.start() == end).as("labels: " + text).isTrue();
            assertThat(labels.put(matcher.group(1), matcher.group(2))).as("label given twice: " + text).isNull();
            end = matcher.end();
        }
        return labels;
    }

    private static double number(String text) {
        return switch (text) {
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }

    private void checkHistograms() {
        types.forEach((name, type) -> {
            if (type.equals("histogram")) {
                checkHistogram(name);
            }
        });
    }

    private void checkHistogram(String name) {
        Map<Map<String, String>, Double> highest = new HashMap<>();
        for (Sample bucket : samples(name + "_bucket")) {
            Map<String, String> labels = new HashMap<>(bucket.labels);
            assertThat(labels.remove("le")).as("bound of " + bucket).isNotNull();
            Double lower = highest.put(labels, bucket.value);
            assertThat(bucket.value).as("cumulative: " + bucket).isGreaterThanOrEqualTo((lower != null) ? lower : 0);
        }
        for (Sample count : samples(name + "_count")) {
            assertThat(highest.get(count.labels)).as("last bucket of " + count).isEqualTo(count.value);
        }
    }

    /** The type of a family. */
    String type(String name) {
        String type = types.get(name);
        assertThat(type).as("type of %s among %s", name, types.keySet()).isNotNull();
        return Objects.requireNonNull(type);
    }

    Set<String> families() {
        return types.keySet();
    }

    List<Sample> samples(String name) {
        return samples.stream().filter((sample) -> sample.name.equals(name)).toList();
    }

    /**
     * A value.
     *
     * @param name of the series
     * @param labels as written, escapes included
     * @param value of the moment
     */
    record Sample(String name, Map<String, String> labels, double value) {

    }

}
