package io.github.shmrpc.it;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import org.jspecify.annotations.Nullable;

/**
 * Threads that call again and again, and what became of their calls. Any thread may ask.
 */
final class Load implements AutoCloseable {

    private static final long PAUSE_AFTER_FAILURE_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final long LIMIT_MS = 60_000;

    private final AtomicLong lastId = new AtomicLong();

    private final AtomicLong answered = new AtomicLong();

    private final AtomicLong firstAnswerNs = new AtomicLong();

    private final Queue<Failure> failures = new ConcurrentLinkedQueue<>();

    private final Queue<Throwable> surprises = new ConcurrentLinkedQueue<>();

    private final List<Thread> threads = new ArrayList<>();

    private volatile boolean closed;

    private Load() {
    }

    /**
     * Starts threads.
     * @param count how many
     * @param work what each repeats
     * @return running
     */
    static Load start(int count, Consumer<Load> work) {
        return new Load().and(count, work);
    }

    /**
     * Starts more threads.
     * @param count how many
     * @param work what each repeats
     * @return this
     */
    Load and(int count, Consumer<Load> work) {
        for (int i = 0; i < count; i++) {
            Thread thread = new Thread(() -> repeat(work), "load-" + threads.size());
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
        return this;
    }

    private void repeat(Consumer<Load> work) {
        try {
            while (!closed) {
                work.accept(this);
            }
        }
        catch (Throwable ex) {
            surprises.add(ex);
        }
    }

    long nextId() {
        return lastId.incrementAndGet();
    }

    /**
     * Makes one call.
     * @param call gets the call's id
     */
    void attempt(LongConsumer call) {
        long id = nextId();
        try {
            call.accept(id);
            ended(id, null);
        }
        catch (RpcException ex) {
            ended(id, ex);
            LockSupport.parkNanos(PAUSE_AFTER_FAILURE_NS);
        }
    }

    /**
     * Notes the end of a call.
     * @param id the call's
     * @param failure {@code null} for an answer
     * @return true for an answer
     */
    boolean ended(long id, @Nullable Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause == null) {
            answered.incrementAndGet();
            if (firstAnswerNs.get() == 0) {
                firstAnswerNs.compareAndSet(0, System.nanoTime());
            }
        }
        else if (cause instanceof RpcException rpc) {
            failures.add(new Failure(id, rpc.status(), rpc.outcome(), String.valueOf(rpc.getMessage())));
        }
        else {
            surprises.add(cause);
        }
        return cause == null;
    }

    long answered() {
        return answered.get();
    }

    /** Forgets the first answer. */
    void forgetFirstAnswer() {
        firstAnswerNs.set(0);
    }

    /**
     * When the first answer came since it was forgotten.
     * @return on the clock of {@link System#nanoTime()}, 0 for none
     */
    long firstAnswerNs() {
        return firstAnswerNs.get();
    }

    List<Failure> failures() {
        return List.copyOf(failures);
    }

    /**
     * What was neither an answer nor an {@link RpcException}.
     * @return empty if all is well
     */
    List<Throwable> surprises() {
        return List.copyOf(surprises);
    }

    @Override
    public void close() {
        stop();
    }

    /** Makes no more calls, and waits for those that are under way. */
    void stop() {
        closed = true;
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LIMIT_MS);
        for (Thread thread : threads) {
            try {
                thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime())));
            }
            catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
            }
            if (thread.isAlive()) {
                surprises.add(new IllegalStateException(thread + " still waits for a call"));
            }
        }
    }

    /** A call that failed. */
    record Failure(long id, RpcStatus status, Outcome outcome, String message) {
    }

}
