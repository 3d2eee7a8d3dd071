package io.github.shmrpc.client;

import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs the application's code of streams: one thread for each stream that has something
 * to do now, so that none waits for another. There are never more than calls in flight.
 */
final class StreamThreads implements Executor {

    private static final long IDLE_SECONDS = 5;

    private final String name;

    private final AtomicInteger number = new AtomicInteger();

    private final ThreadPoolExecutor pool = new ThreadPoolExecutor(0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS,
            new SynchronousQueue<>(), this::newThread);

    StreamThreads(String channel) {
        this.name = "shmrpc-stream-" + channel + "-";
    }

    @Override
    public void execute(Runnable task) {
        pool.execute(task);
    }

    private Thread newThread(Runnable task) {
        Thread thread = new Thread(task, name + number.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }

}
