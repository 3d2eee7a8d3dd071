package io.github.shmrpc.client.link;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * How long a thread stays parked until its wake-up counts as lost: longer than any
 * machine is too busy to run the other one. Once one was lost the test has failed, and
 * what follows takes less time.
 */
final class Patience {

    // Any thread.
    private static volatile long limitNs = TimeUnit.SECONDS.toNanos(10);

    private Patience() {
    }

    static long limitNs() {
        return limitNs;
    }

    /** A wake-up was lost. */
    static void lost() {
        limitNs = TimeUnit.MILLISECONDS.toNanos(1);
    }

    /**
     * Parks until the call is done.
     * @return false if nobody has woken the current thread
     */
    static boolean parkUntilDone(BlockingCall call) {
        long limit = limitNs;
        long startNs = System.nanoTime();
        long leftNs = limit;
        while (leftNs > 0 && !call.isDone()) {
            LockSupport.parkNanos(call, leftNs);
            leftNs = limit - (System.nanoTime() - startNs);
        }
        if (leftNs <= 0) {
            lost();
        }
        return leftNs > 0;
    }

}
