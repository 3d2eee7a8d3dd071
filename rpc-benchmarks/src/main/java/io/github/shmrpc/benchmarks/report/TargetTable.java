package io.github.shmrpc.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

import io.github.shmrpc.benchmarks.results.Figure;
import io.github.shmrpc.benchmarks.results.Measure;
import io.github.shmrpc.benchmarks.results.Results;
import io.github.shmrpc.benchmarks.results.Target;
import io.github.shmrpc.benchmarks.results.Targets;
import io.github.shmrpc.benchmarks.results.Verdict;

/** What was aimed at and what came of it, for readers. */
final class TargetTable {

    private TargetTable() {
    }

    static String render(Results results) {
        StringBuilder text = new StringBuilder();
        List<Verdict> verdicts = Targets.verdicts(results);
        if (!verdicts.isEmpty()) {
            MarkdownTable table = new MarkdownTable(
                    List.of("figure", "measured", "compared with", "ratio", "target", "outcome"));
            verdicts.forEach((verdict) -> table.add(row(verdict)));
            text.append(table.render());
        }
        if (verdicts.stream().anyMatch(Verdict::isDisturbed)) {
            text.append("\nDISTURBED: other processes took so much of the cores meanwhile that this says little.\n");
        }
        Map<Target, String> missing = Targets.missing(results);
        if (!missing.isEmpty()) {
            text.append("\nNot in this run:\n\n");
            missing.forEach((target, reason) -> text.append("- ")
                .append(target.figure())
                .append((target.sense() == Target.Sense.REPORTED) ? "" : " " + limit(target))
                .append((target.base() != null) ? " of " + difference(target.figure(), target.base()) : ":")
                .append(' ')
                .append(reason)
                .append('\n'));
        }
        return text.toString();
    }

    private static List<String> row(Verdict verdict) {
        Target target = verdict.target();
        return List.of(target.figure().toString(), value(target.figure().measure(), verdict.measured()),
                comparison(verdict), ratio(verdict), limit(target), outcome(verdict));
    }

    private static String comparison(Verdict verdict) {
        Figure base = verdict.target().base();
        OptionalDouble value = verdict.ofBase();
        return (base != null && value.isPresent())
                ? difference(verdict.target().figure(), base) + " " + value(base.measure(), value.getAsDouble())
                : Numbers.NONE;
    }

    /** In what the base is another figure. */
    private static String difference(Figure figure, Figure base) {
        List<String> words = new ArrayList<>();
        if (!base.peer().equals(figure.peer())) {
            words.add(base.peer());
        }
        if (!base.load().equals(figure.load())) {
            words.add(base.load().name());
        }
        if (base.measure() != figure.measure()) {
            words.add(base.measure().label());
        }
        return String.join(" ", words) + ":";
    }

    private static String value(Measure measure, double value) {
        if (measure == Measure.CALLS_PER_SECOND) {
            return Numbers.rate(OptionalDouble.of(value));
        }
        return (Numbers.plain(value) + " " + measure.unit()).strip();
    }

    private static String ratio(Verdict verdict) {
        OptionalDouble ratio = verdict.ratio();
        return ratio.isPresent() ? times(verdict.target(), Numbers.plain(ratio.getAsDouble())) : Numbers.NONE;
    }

    private static String limit(Target target) {
        String limit = (target.base() != null) ? times(target, number(target.limit()))
                : limitOf(target.figure().measure(), target.limit());
        return switch (target.sense()) {
            case AT_MOST, TIMES_LESS -> "<= " + limit;
            case AT_LEAST -> ">= " + limit;
            case REPORTED -> Numbers.NONE;
        };
    }

    private static String times(Target target, String factor) {
        return (target.sense() == Target.Sense.TIMES_LESS) ? "x1/" + factor : "x" + factor;
    }

    private static String limitOf(Measure measure, double limit) {
        return (measure == Measure.CALLS_PER_SECOND) ? value(measure, limit)
                : (number(limit) + " " + measure.unit()).strip();
    }

    /** As it was written: {@code 3}, {@code 0.5}. */
    private static String number(double limit) {
        return (limit == Math.rint(limit)) ? Long.toString((long) limit) : Double.toString(limit);
    }

    private static String outcome(Verdict verdict) {
        String outcome = verdict.isReached() ? "reached" : "missed by x" + Numbers.plain(verdict.missedBy());
        if (verdict.target().sense() == Target.Sense.REPORTED) {
            outcome = Numbers.NONE;
        }
        if (verdict.isPartial()) {
            outcome += ", FAILED in some rounds";
        }
        return verdict.isDisturbed() ? outcome + ", DISTURBED" : outcome;
    }

}
