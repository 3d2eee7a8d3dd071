package io.github.shmrpc.server;

import java.util.concurrent.CountDownLatch;

/** A stop that is under way. */
final class Stopping {

    private final CountDownLatch done = new CountDownLatch(1);

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
