package io.github.shmrpc.spring.observe;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts the calls of one method by their time: eight classes for each doubling, so that
 * a bound is at most 1/8 above the time. Any thread.
 */
final class LiveMethod {

    private static final int BITS = 3;

    private static final int CLASSES = 1 << BITS;

    /** Times from 2^42 ns (73 minutes) on count as such. */
    private static final int MAX_EXPONENT = 42;

    private final LiveCalls all;

    private final AtomicLongArray counts = new AtomicLongArray((MAX_EXPONENT - BITS + 2) * CLASSES);

    private final AtomicLong errors = new AtomicLong();

    LiveMethod(LiveCalls all) {
        this.all = all;
    }

    /**
     * A call has ended.
     * @param nowNs the time, which the caller knows anyhow
     * @param elapsedNs how long it took
     * @param failed whether its status is not OK
     */
    void record(long nowNs, long elapsedNs, boolean failed) {
        if (!all.isWatched(nowNs)) {
            return;
        }
        counts.getAndIncrement(indexOf(elapsedNs));
        if (failed) {
            errors.getAndIncrement();
        }
    }

    /** Of the class that a time belongs to; those below 8 ns have one each. */
    static int indexOf(long elapsedNs) {
        long time = Math.min(Math.max(elapsedNs, 0), (1L << MAX_EXPONENT) - 1);
        int exponent = Math.max(63 - Long.numberOfLeadingZeros(time | 1), BITS);
        int shift = exponent - BITS;
        return (shift * CLASSES) + (int) (time >>> shift);
    }

    /** The first time above a class. */
    static long boundOf(int index) {
        int shift = Math.max(index / CLASSES - 1, 0);
        return ((index - ((long) shift * CLASSES)) + 1) << shift;
    }

    LiveCalls.Method read(LiveCalls.Key key) {
        List<Long> times = new ArrayList<>();
        long calls = 0;
        for (int i = 0; i < counts.length(); i++) {
            long count = counts.get(i);
            if (count > 0) {
                calls += count;
                times.add(boundOf(i));
                times.add(count);
            }
        }
        return new LiveCalls.Method(key.method(), key.channel(), calls, errors.get(), times);
    }

}
