package io.github.shmrpc.server;

import java.io.Serial;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.shmrpc.thread.VirtualThreads;
import org.jspecify.annotations.Nullable;

/**
 * Where methods with {@link io.github.shmrpc.Dispatch#EXECUTOR} run: the application's
 * executor, a virtual thread for each call, or a bounded pool that is made by the first
 * such call. Any thread.
 */
final class CallExecutor {

    private static final int QUEUE_LENGTH = 1024;

    private static final long IDLE_SECONDS = 30;

    /**
     * Peers that come again and again can leave more calls behind than they may have in
     * flight.
     */
    private static final int MAX_VIRTUAL_THREADS = 65_536;

    private final @Nullable Executor given;

    private final @Nullable ExecutorService virtual;

    private final int threads;

    private final String threadName;

    private final AtomicInteger threadNumber = new AtomicInteger();

    /** Tasks that wait or run, other than in a given executor. */
    private final AtomicInteger tasks = new AtomicInteger();

    // Set under the lock.
    private volatile @Nullable ThreadPoolExecutor pool;

    private boolean closed;

    /**
     * An executor without a thread.
     * @param given the application's, or {@code null}
     * @param options what to use otherwise
     * @param threadName of its threads, before what they do
     * @throws IllegalStateException if there are no virtual threads to use
     */
    CallExecutor(@Nullable Executor given, ServerOptions options, String threadName) {
        this.given = given;
        this.threads = options.executorThreads();
        this.threadName = threadName;
        this.virtual = given == null && options.virtualThreads() ? VirtualThreads.newExecutor(callThreadName()) : null;
    }

    private String callThreadName() {
        return threadName + "-call-";
    }

    /**
     * Runs a task.
     * @param task throws nothing
     * @throws java.util.concurrent.RejectedExecutionException if all threads are busy and
     * the queue is full, or there are too many virtual threads
     */
    void execute(Runnable task) {
        if (given != null) {
            given.execute(task);
            return;
        }
        int running = tasks.incrementAndGet();
        try {
            (virtual == null ? pool() : virtual(virtual, running)).execute(() -> run(task));
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

    private static Executor virtual(Executor virtual, int running) {
        if (running > MAX_VIRTUAL_THREADS) {
            throw new RejectedExecutionException("All " + MAX_VIRTUAL_THREADS + " virtual threads are busy");
        }
        return virtual;
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
        Thread thread = new Thread(task, callThreadName() + threadNumber.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Takes no more and interrupts what still runs; a given executor is left alone.
     */
    synchronized void close() {
        closed = true;
        if (virtual != null) {
            virtual.shutdownNow();
        }
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
