package io.github.shmrpc.benchmarks.results;

import java.util.OptionalDouble;

import io.github.shmrpc.benchmarks.results.Target.Sense;

/**
 * Whether a target was reached.
 *
 * @param measured the figure, in its unit
 * @param ofBase what it was compared with; empty if the limit is of the figure itself
 * @param isPartial whether some of the rounds failed
 * @param othersCpuPercent processor time that other processes took, in percent of a core:
 * the median of the load that had more of them
 */
public record Verdict(Target target, double measured, OptionalDouble ofBase, boolean isPartial,
        double othersCpuPercent) {

    /** What counting in steps of 10 ms and an otherwise quiet machine may add up to. */
    private static final double QUIET_PERCENT = 20;

    /**
     * Whether so much else ran that the verdict is worth little: whoever spins suffers
     * most from it, so the floor does first of all.
     */
    public boolean isDisturbed() {
        return othersCpuPercent > QUIET_PERCENT;
    }

    /**
     * What the limit is of: the figure over its base, or the base over the figure where
     * that should be so many times less. Empty without a base.
     */
    public OptionalDouble ratio() {
        if (ofBase.isEmpty()) {
            return ofBase;
        }
        double base = ofBase.getAsDouble();
        return OptionalDouble.of((target.sense() == Sense.TIMES_LESS) ? base / measured : measured / base);
    }

    /** Always true where nothing is asked. */
    public boolean isReached() {
        return missedBy() <= 1;
    }

    /** How many times too much or too little; 1 or less if the target was reached. */
    public double missedBy() {
        double judged = ratio().orElse(measured);
        return switch (target.sense()) {
            case AT_MOST -> judged / target.limit();
            case AT_LEAST, TIMES_LESS -> target.limit() / judged;
            case REPORTED -> 0;
        };
    }

}
