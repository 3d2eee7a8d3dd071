package io.github.shmrpc;

import java.time.Duration;

/**
 * A moment on this JVM's monotonic clock by which a call ends. Never sent as such: what
 * travels is the time that is left. Immutable.
 */
public final class Deadline implements Comparable<Deadline> {

    /** A deadline that never comes (292 years). */
    public static final Deadline NEVER = new Deadline(0, true);

    /** Longest time that is counted; longer ones count as {@link #NEVER}. */
    static final long MAX_NS = Long.MAX_VALUE / 4;

    private final long atNs;

    private final boolean never;

    private Deadline(long atNs, boolean never) {
        this.atNs = atNs;
        this.never = never;
    }

    /**
     * The deadline after a time from now.
     * @param time any; zero and negative ones have passed already
     * @return the deadline
     */
    public static Deadline after(Duration time) {
        return time.compareTo(Duration.ofNanos(MAX_NS)) >= 0 ? NEVER : afterNs(time.toNanos());
    }

    /**
     * The deadline after a number of nanoseconds from now.
     * @param timeNs any; {@code MAX_NS} and more means {@link #NEVER}
     * @return the deadline
     */
    public static Deadline afterNs(long timeNs) {
        return timeNs >= MAX_NS ? NEVER : new Deadline(System.nanoTime() + timeNs, false);
    }

    /**
     * The time that is left.
     * @return nanoseconds, negative once passed, {@link Long#MAX_VALUE} for
     * {@link #NEVER}
     */
    public long remainingNs() {
        return never ? Long.MAX_VALUE : atNs - System.nanoTime();
    }

    /**
     * Whether it has passed.
     * @return true once no time is left
     */
    public boolean isExpired() {
        return !never && atNs - System.nanoTime() <= 0;
    }

    /**
     * The earlier of two.
     * @param other another deadline
     * @return this or the other
     */
    public Deadline earlier(Deadline other) {
        return compareTo(other) <= 0 ? this : other;
    }

    @Override
    public int compareTo(Deadline other) {
        if (never || other.never) {
            return Boolean.compare(never, other.never);
        }
        return Long.signum(atNs - other.atNs);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Deadline that && atNs == that.atNs && never == that.never;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(atNs);
    }

    @Override
    public String toString() {
        return never ? "never" : "in " + remainingNs() + " ns";
    }

}
