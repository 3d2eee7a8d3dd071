package io.github.shmrpc.server;

import java.io.Serial;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
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

    /** Tasks that wait or run in the pool. */
    private final AtomicInteger tasks = new AtomicInteger();

    // Set under the lock.
    private volatile @Nullable ThreadPoolExecutor pool;

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
        if (given != null) {
            given.execute(task);
            return;
        }
        tasks.incrementAndGet();
        try {
            pool().execute(() -> run(task));
        }
        catch (Throwable rejected) {
            tasks.decrementAndGet();
            throw rejected;
        }
    }

    private void run(Runnable task) {
        try {
            task.run();
        }
        finally {
            tasks.decrementAndGet();
        }
    }

    private synchronized Executor pool() {
        ThreadPoolExecutor current = pool;
        if (current == null) {
            TaskQueue queue = new TaskQueue();
            current = new ThreadPoolExecutor(1, threads, IDLE_SECONDS, TimeUnit.SECONDS, queue, this::newThread,
                    (task, full) -> queue.offerLast(task, full));
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
        ThreadPoolExecutor current = pool;
        if (current != null) {
            current.shutdownNow();
        }
    }

    /**
     * Has the pool start a thread before it lets a task wait, but only if none is idle:
     * by itself it does either the one or the other.
     */
    private final class TaskQueue extends LinkedBlockingQueue<Runnable> {

        @Serial
        private static final long serialVersionUID = 1L;

        TaskQueue() {
            super(QUEUE_LENGTH);
        }

        @Override
        public boolean offer(Runnable task) {
            ThreadPoolExecutor current = pool;
            boolean hasIdleThread = current == null || tasks.get() <= current.getPoolSize();
            return hasIdleThread && super.offer(task);
        }

        /** All threads are there, and busy. */
        void offerLast(Runnable task, ThreadPoolExecutor full) {
            if (full.isShutdown() || !super.offer(task)) {
                throw new RejectedExecutionException(
                        "All " + threads + " threads are busy and " + size() + " calls wait");
            }
        }

    }

}
