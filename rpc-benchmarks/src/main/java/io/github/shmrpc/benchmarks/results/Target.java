package io.github.shmrpc.benchmarks.results;

import java.util.Optional;
import java.util.OptionalDouble;

import org.jspecify.annotations.Nullable;

/**
 * What a figure should be.
 *
 * @param limit of the figure's ratio to the base or, without one, of the figure itself
 * @param base the figure of the same run with which it is compared
 */
public record Target(Figure figure, Sense sense, double limit, @Nullable Figure base) {

    /** On which side of the limit it should be. */
    public enum Sense {

        AT_MOST, AT_LEAST,

        /** The base should be at least so many times the figure. */
        TIMES_LESS,

        /** Anywhere: for the record. */
        REPORTED;

    }

    /** Why this run does not tell; empty if it does. */
    Optional<String> obstacle(Results results) {
        Optional<String> ofFigure = figure.obstacle(results);
        return (ofFigure.isEmpty() && base != null) ? base.obstacle(results) : ofFigure;
    }

    /**
     * Compares.
     * @throws java.util.NoSuchElementException if there is an {@link #obstacle}
     */
    Verdict judge(Results results) {
        double measured = figure.in(results).orElseThrow();
        boolean isPartial = results.hasFailed(figure.peer(), figure.load());
        double othersCpuPercent = figure.othersCpuPercent(results);
        if (base == null) {
            return new Verdict(this, measured, OptionalDouble.empty(), isPartial, othersCpuPercent);
        }
        return new Verdict(this, measured, OptionalDouble.of(base.in(results).orElseThrow()),
                isPartial || results.hasFailed(base.peer(), base.load()),
                Math.max(othersCpuPercent, base.othersCpuPercent(results)));
    }

}
