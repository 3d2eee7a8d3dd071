package io.github.shmrpc.grpc.call;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

import io.grpc.Context;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what is to be told to the listener of one call: in order, one at a time, in the
 * call's context. Whoever raises the count of tasks from 0 runs them, or has the executor
 * run them, until it is 0 again.
 */
public final class Callbacks implements Runnable {

    private static final Logger LOGGER = LoggerFactory.getLogger(Callbacks.class);

    private final Executor executor;

    private final Executor substitute;

    private final Context context;

    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

    private final AtomicInteger count = new AtomicInteger();

    /**
     * Callbacks of a call.
     * @param executor runs them
     * @param substitute does if the executor refuses, so that no call is left without its
     * end
     * @param context of the call
     */
    public Callbacks(Executor executor, Executor substitute, Context context) {
        this.executor = executor;
        this.substitute = substitute;
        this.context = context;
    }

    /**
     * Runs a task in the executor, after those before it.
     * @param task may throw, which is logged
     */
    public void execute(Runnable task) {
        tasks.add(task);
        if (count.getAndIncrement() == 0) {
            try {
                executor.execute(this);
            }
            catch (RejectedExecutionException refused) {
                LOGGER.debug("Callbacks run elsewhere, as their executor has refused them", refused);
                substitute.execute(this);
            }
        }
    }

    /**
     * Runs a task in the current thread, or has the thread run it that is about to run
     * others.
     * @param task may throw, which is logged
     */
    public void runHere(Runnable task) {
        if (count.compareAndSet(0, 1)) {
            Context outer = context.attach();
            try {
                runQuietly(task);
            }
            finally {
                context.detach(outer);
            }
            if (count.decrementAndGet() > 0) {
                runAll();
            }
        }
        else {
            tasks.add(task);
            if (count.getAndIncrement() == 0) {
                run();
            }
        }
    }

    @Override
    public void run() {
        runAll();
    }

    private void runAll() {
        Context outer = context.attach();
        try {
            do {
                Runnable task = tasks.poll();
                if (task != null) {
                    runQuietly(task);
                }
            }
            while (count.decrementAndGet() > 0);
        }
        finally {
            context.detach(outer);
        }
    }

    private static void runQuietly(Runnable task) {
        try {
            task.run();
        }
        catch (Throwable thrown) {
            LOGGER.warn("A listener of a call has thrown", thrown);
        }
    }

}
