package io.github.shmrpc.it;

import java.util.Arrays;

/** Times that calls took, in nanoseconds. Any thread. */
final class Latencies {

    private long[] values = new long[1024];

    private int count;

    synchronized void add(long latencyNs) {
        if (count == values.length) {
            values = Arrays.copyOf(values, 2 * count);
        }
        values[count++] = latencyNs;
    }

    synchronized int count() {
        return count;
    }

    /**
     * The time that so many of a hundred calls did not exceed.
     * @param percent 0 to 100
     * @return 0 without a call
     */
    synchronized long percentile(int percent) {
        long[] sorted = Arrays.copyOf(values, count);
        Arrays.sort(sorted);
        return count == 0 ? 0 : sorted[Math.min(count - 1, count * percent / 100)];
    }

    @Override
    public synchronized String toString() {
        return count + " (p50 " + percentile(50) / 1000 + " us, p99 " + percentile(99) / 1000 + " us)";
    }

}
