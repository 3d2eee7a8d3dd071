package io.github.shmrpc.benchmarks.run;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How long a cache line takes from one core to another and back. On virtual machines this
 * differs by a factor of four from one second to the next, and with it all that goes
 * through shared memory.
 */
final class CoreRoundTrip {

    private static final int BATCHES = 21;

    private static final int ROUND_TRIPS_PER_BATCH = 10_000;

    /** The two counters lie on lines of their own, with one between. */
    private static final int PING = 32;

    private static final int PONG = 64;

    private static final int LENGTH = 96;

    private CoreRoundTrip() {
    }

    /** Returns the median in nanoseconds. Keeps two cores busy for some 50 ms. */
    static double measureNs() throws InterruptedException {
        AtomicLongArray lines = new AtomicLongArray(LENGTH);
        long total = (long) BATCHES * ROUND_TRIPS_PER_BATCH;
        Thread answering = new Thread(() -> answer(lines, total), "core-round-trip");
        answering.setDaemon(true);
        answering.start();
        double[] batches = new double[BATCHES];
        long number = 0;
        for (int batch = 0; batch < BATCHES; batch++) {
            long start = System.nanoTime();
            for (int count = 0; count < ROUND_TRIPS_PER_BATCH; count++) {
                number++;
                lines.setRelease(PING, number);
                await(lines, PONG, number);
            }
            batches[batch] = (double) (System.nanoTime() - start) / ROUND_TRIPS_PER_BATCH;
        }
        answering.join();
        Arrays.sort(batches);
        return batches[BATCHES / 2];
    }

    private static void answer(AtomicLongArray lines, long total) {
        for (long number = 1; number <= total; number++) {
            await(lines, PING, number);
            lines.setRelease(PONG, number);
        }
    }

    private static void await(AtomicLongArray lines, int index, long number) {
        while (lines.getAcquire(index) != number) {
            Thread.onSpinWait();
        }
    }

}
