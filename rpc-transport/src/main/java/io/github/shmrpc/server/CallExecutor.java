package io.github.shmrpc.server;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * Where methods with {@link io.github.shmrpc.Dispatch#EXECUTOR} run: the application's
 * executor, or a bounded pool that is made by the first such call. Any thread.
 */
final class CallExecutor {

    private static final int QUEUE_LENGTH = 1024;

    private static final long IDLE_SECONDS = 30;

    private final @Nullable Executor given;

    private final int threads;

    private final String threadName;

    private final AtomicInteger threadNumber = new AtomicInteger();

    // Under the lock.
    private @Nullable ThreadPoolExecutor pool;

    private boolean closed;

    CallExecutor(@Nullable Executor given, int threads, String threadName) {
        this.given = given;
        this.threads = threads;
        this.threadName = threadName;
    }

    /**
     * Runs a task.
     * @param task throws nothing
     * @throws java.util.concurrent.RejectedExecutionException if all threads are busy and
     * the queue is full
     */
    void execute(Runnable task) {
        Executor executor = (given != null) ? given : pool();
        executor.execute(task);
    }

    private synchronized Executor pool() {
        ThreadPoolExecutor current = pool;
        if (current == null) {
            current = new ThreadPoolExecutor(threads, threads, IDLE_SECONDS, TimeUnit.SECONDS,
                    new LinkedBlockingQueue<>(QUEUE_LENGTH), this::newThread);
            current.allowCoreThreadTimeOut(true);
            pool = current;
            if (closed) {
                current.shutdown();
            }
        }
        return current;
    }

    private Thread newThread(Runnable task) {
        Thread thread = new Thread(task, threadName + "-call-" + threadNumber.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Ends the pool and interrupts what still runs in it; a given executor is left alone.
     */
    synchronized void close() {
        closed = true;
        if (pool != null) {
            pool.shutdownNow();
        }
    }

}
