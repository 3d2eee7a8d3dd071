package io.github.shmrpc.thread;

import org.jspecify.annotations.Nullable;

/**
 * Lets other threads interrupt the one that made it, until that has left: what comes
 * later must not hit what the thread does next.
 */
public final class InterruptScope implements Runnable {

    // Under the lock.
    private @Nullable Thread thread = Thread.currentThread();

    private boolean interrupted;

    /** Interrupts the thread, once, if it is still there. Any thread. */
    @Override
    public synchronized void run() {
        Thread inside = thread;
        if (inside != null && !interrupted) {
            interrupted = true;
            inside.interrupt();
        }
    }

    /**
     * Whether the thread was interrupted through this.
     * @return true once {@link #run} did so
     */
    public synchronized boolean isInterrupted() {
        return interrupted;
    }

    /**
     * The thread leaves. Any number of times.
     * @return whether it was interrupted through this; its flag may still be set
     */
    public synchronized boolean leave() {
        thread = null;
        return interrupted;
    }

}
