package io.github.shmrpc.benchmarks.load;

import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

import org.HdrHistogram.Histogram;

/**
 * Waits until a point in time, at little cost: sleeps as long as it may and spins through
 * the rest. How much it leaves to spinning it learns from how late its sleeps end: nine
 * in ten should end in time. But there is a limit: spinning threads make each other's
 * sleeps end late, and would have no core left for what they measure. For one thread.
 */
final class Pacer {

    private static final long INITIAL_MARGIN_NS = TimeUnit.MICROSECONDS.toNanos(20);

    private static final long LOWEST_MARGIN_NS = TimeUnit.MICROSECONDS.toNanos(2);

    private static final long HIGHEST_MARGIN_NS = TimeUnit.MICROSECONDS.toNanos(200);

    /** A sleep shorter than this ends too late more often than it saves anything. */
    private static final long SHORTEST_SLEEP_NS = TimeUnit.MICROSECONDS.toNanos(10);

    private static final long STEP_NS = 100;

    /**
     * Nine steps up for one that is too late, one down for each in time: settles at the
     * ninetieth percentile.
     */
    private static final long STEPS_UP = 9;

    private final LongSupplier clock;

    private final LongConsumer sleep;

    private final long highestMarginNs;

    private final Histogram lateness = Latencies.newHistogram();

    private long marginNs;

    /**
     * @param clock nanoseconds
     * @param sleep sleeps for about that many nanoseconds
     * @param longestSpinNs before a deadline, after a sleep; not more than some hundred
     * microseconds in any case
     */
    Pacer(LongSupplier clock, LongConsumer sleep, long longestSpinNs) {
        this.clock = clock;
        this.sleep = sleep;
        highestMarginNs = Math.max(LOWEST_MARGIN_NS, Math.min(HIGHEST_MARGIN_NS, longestSpinNs));
        marginNs = Math.min(INITIAL_MARGIN_NS, highestMarginNs);
    }

    /**
     * Returns at the deadline or as soon after it as may be; at once if it is over, which
     * is not counted as late.
     */
    void awaitUntil(long deadlineNs) {
        long now = clock.getAsLong();
        if (now >= deadlineNs) {
            return;
        }
        while (deadlineNs - now > marginNs + SHORTEST_SLEEP_NS) {
            long wakeNs = deadlineNs - marginNs;
            sleep.accept(wakeNs - now);
            now = clock.getAsLong();
            learn(now - wakeNs);
        }
        while (now < deadlineNs) {
            Thread.onSpinWait();
            now = clock.getAsLong();
        }
        Latencies.record(lateness, now - deadlineNs);
    }

    private void learn(long overslept) {
        long step = (overslept > marginNs) ? STEPS_UP * STEP_NS : -STEP_NS;
        marginNs = Math.min(highestMarginNs, Math.max(LOWEST_MARGIN_NS, marginNs + step));
    }

    long marginNs() {
        return marginNs;
    }

    /**
     * How late {@link #awaitUntil} returned, in nanoseconds, of the times it had to wait.
     */
    Histogram lateness() {
        return lateness;
    }

}
