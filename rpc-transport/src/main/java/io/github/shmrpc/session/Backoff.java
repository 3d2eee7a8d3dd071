package io.github.shmrpc.session;

import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/**
 * How long to wait before the next attempt: a first time, then some times the one before,
 * up to a longest one, each spread by a jitter of a fifth so that many clients of one
 * server do not come at once. For one thread at a time.
 */
public final class Backoff {

    /**
     * A connection that lived so long was a good one: the next loss starts with the first
     * wait again.
     */
    static final long RESET_AFTER_NS = TimeUnit.SECONDS.toNanos(10);

    /** Of the time between attempts to connect. */
    static final double GROWTH = 1.6;

    private static final double JITTER = 0.2;

    private final long initialNs;

    private final long maxNs;

    private final double growth;

    private final DoubleSupplier random;

    private double nextNs;

    /**
     * A backoff that starts with its first wait.
     * @param initialNs first wait, positive
     * @param maxNs longest wait before the jitter, at least the first
     * @param growth of the wait from time to time, 1 or more
     * @param random gives numbers from 0 (inclusive) to 1 (exclusive)
     */
    public Backoff(long initialNs, long maxNs, double growth, DoubleSupplier random) {
        this.initialNs = initialNs;
        this.maxNs = Math.max(initialNs, maxNs);
        this.growth = growth;
        this.random = random;
        reset();
    }

    /**
     * The next wait.
     * @return nanoseconds, from 0.8 to 1.2 times what is due
     */
    public long nextNs() {
        double dueNs = nextNs;
        nextNs = Math.min((double) maxNs, dueNs * growth);
        return (long) (dueNs * (1 - JITTER + 2 * JITTER * random.getAsDouble()));
    }

    final void reset() {
        nextNs = (double) initialNs;
    }

}
