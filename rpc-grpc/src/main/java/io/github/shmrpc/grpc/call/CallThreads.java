package io.github.shmrpc.grpc.call;

import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads of all channels and servers that name no executor: as many as are needed,
 * and gone after a while.
 */
public final class CallThreads {

    private static final long IDLE_SECONDS = 10;

    private static final Executor CALLBACKS = new ThreadPoolExecutor(0, Integer.MAX_VALUE, IDLE_SECONDS,
            TimeUnit.SECONDS, new SynchronousQueue<>(), daemons("shmrpc-grpc-"));

    private CallThreads() {
    }

    /**
     * For callbacks of calls.
     * @return never full
     */
    public static Executor callbacks() {
        return CALLBACKS;
    }

    /**
     * For deadlines of calls that are being served.
     * @return made by the first who asks
     */
    public static ScheduledExecutorService deadlines() {
        return Deadlines.EXECUTOR;
    }

    /**
     * Runs something after a while.
     * @param delayMs milliseconds
     * @param task short; waits for nothing and throws nothing
     */
    @SuppressWarnings("FutureReturnValueIgnored") // As it throws nothing.
    public static void later(long delayMs, Runnable task) {
        deadlines().schedule(task, delayMs, TimeUnit.MILLISECONDS);
    }

    private static ThreadFactory daemons(String name) {
        AtomicInteger number = new AtomicInteger();
        return (task) -> {
            Thread thread = new Thread(task, name + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    private static final class Deadlines {

        private static final ScheduledExecutorService EXECUTOR = executor();

        private static ScheduledExecutorService executor() {
            ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1,
                    daemons("shmrpc-grpc-deadlines-"));
            executor.setRemoveOnCancelPolicy(true);
            executor.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
            executor.allowCoreThreadTimeOut(true);
            return executor;
        }

    }

}
