package io.github.shmrpc.server;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** A stop that is under way. */
final class Stopping {

    private final CountDownLatch done = new CountDownLatch(1);

    /** Shortest drain time that any who stops has asked for. On no clock before that. */
    private volatile long drainEndNs;

    private volatile boolean hastened;

    /** Somebody else stops it, too, and would not wait that long. */
    void hasten(Duration drainTimeout) {
        long endNs = System.nanoTime() + drainTimeout.toNanos();
        synchronized (this) {
            if (!hastened || endNs - drainEndNs < 0) {
                drainEndNs = endNs;
                hastened = true;
            }
        }
    }

    /** The end of the drain time, or what somebody has made of it. */
    long drainEnd(long endNs) {
        return hastened && drainEndNs - endNs < 0 ? drainEndNs : endNs;
    }

    void done() {
        done.countDown();
    }

    void await() {
        boolean interrupted = false;
        while (done.getCount() > 0) {
            try {
                done.await();
            }
            catch (InterruptedException interrupt) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

}
