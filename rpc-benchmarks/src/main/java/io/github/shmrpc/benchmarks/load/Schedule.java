package io.github.shmrpc.benchmarks.load;

import java.util.concurrent.TimeUnit;

/**
 * When the calls of one of several callers fall due: evenly spaced, and the callers
 * evenly between one another.
 */
final class Schedule {

    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    private final long startNs;

    private final long rate;

    private final int callers;

    // The number of the next call among those of all callers.
    private long number;

    /**
     * @param rate calls per second of all callers together
     * @param index of this caller, from 0
     */
    Schedule(long startNs, long rate, int callers, int index) {
        this.startNs = startNs;
        this.rate = rate;
        this.callers = callers;
        number = index;
    }

    /** Computed from the call's number, so that rounding does not add up. */
    long nextNs() {
        long wholeSeconds = number / rate;
        long rest = number % rate;
        number += callers;
        return startNs + wholeSeconds * SECOND_NS + rest * SECOND_NS / rate;
    }

}
