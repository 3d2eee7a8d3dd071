package io.github.shmrpc.server;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.github.shmrpc.logging.RateLimitedLog;
import org.jspecify.annotations.Nullable;

/**
 * Cancels calls whose deadline passes while they are served, for those who asked to be
 * told. Its thread is made for the first of them, and runs what they do. Any thread.
 */
final class DeadlineTimer {

    private static final int IDLE_SECONDS = 10;

    private final String threadName;

    private final RateLimitedLog log;

    // Under the lock.
    private @Nullable ScheduledThreadPoolExecutor executor;

    private boolean closed;

    DeadlineTimer(String threadName, RateLimitedLog log) {
        this.threadName = threadName;
        this.log = log;
    }

    /**
     * Cancels a call after a time.
     * @param call has not ended
     * @param delayNs zero or less for at once
     * @return to be cancelled when the call ends; {@code null} if the server has stopped
     */
    @Nullable Future<?> schedule(ServerCall call, long delayNs) {
        return schedule(() -> call.cancel(log), delayNs);
    }

    /**
     * Runs a task after a time.
     * @param task short, throws nothing
     * @param delayNs zero or less for at once
     * @return to be cancelled; {@code null} if the server has stopped
     */
    synchronized @Nullable Future<?> schedule(Runnable task, long delayNs) {
        return closed ? null : executor().schedule(task, delayNs, TimeUnit.NANOSECONDS);
    }

    private ScheduledThreadPoolExecutor executor() {
        ScheduledThreadPoolExecutor current = executor;
        if (current == null) {
            current = new ScheduledThreadPoolExecutor(1, (task) -> {
                Thread thread = new Thread(task, threadName);
                thread.setDaemon(true);
                return thread;
            });
            current.setRemoveOnCancelPolicy(true);
            current.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
            current.allowCoreThreadTimeOut(true);
            executor = current;
        }
        return current;
    }

    /** No call is cancelled any more. */
    synchronized void close() {
        closed = true;
        if (executor != null) {
            executor.shutdownNow();
        }
    }

}
