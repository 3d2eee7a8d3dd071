package io.github.shmrpc.client;

import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import io.github.shmrpc.Deadline;
import io.github.shmrpc.client.link.PolledLinks;
import org.jspecify.annotations.Nullable;

/**
 * The asynchronous calls of a channel that have ended, until the application's own thread
 * comes for them. Any thread adds, one at a time takes.
 */
final class PolledReplies {

    /** How soon a thread that waits learns that another polls now, or does so no more. */
    static final long LOOK_INTERVAL_NS = 100_000_000;

    private final PolledLinks links = new PolledLinks();

    private final int limit;

    // Any thread.
    private final Queue<PolledReply> ended = new ConcurrentLinkedQueue<>();

    private final AtomicInteger length = new AtomicInteger();

    /** Who is in {@link #poll}. */
    private final AtomicReference<@Nullable Thread> poller = new AtomicReference<>();

    /** Who is in {@link #pollUntilDone}. */
    private final AtomicReference<@Nullable Thread> waiter = new AtomicReference<>();

    /** Written by who polls. */
    private volatile @Nullable Thread lastPoller;

    /** Written by who waits. */
    private volatile @Nullable Thread sleeper;

    /**
     * No reply yet.
     * @param limit as many may wait before calls are refused
     */
    PolledReplies(int limit) {
        this.limit = limit;
    }

    PolledLinks links() {
        return links;
    }

    int limit() {
        return limit;
    }

    boolean isFull() {
        return length.get() >= limit;
    }

    /** The end of a call. Any thread. */
    void add(PolledReply reply) {
        length.incrementAndGet();
        ended.add(reply);
        // After it was added. Pairs with sleep().
        Thread waiting = sleeper;
        if (waiting != null) {
            LockSupport.unpark(waiting);
        }
    }

    /**
     * Completes futures in the current thread.
     * @param maxReplies at most, 0 or more
     * @param budget looked at before each
     * @return how many it completed
     * @throws IllegalStateException if another thread does so, or this one already
     */
    int poll(int maxReplies, Deadline budget) {
        Thread other = poller.compareAndExchange(null, Thread.currentThread());
        if (other != null) {
            throw new IllegalStateException("The channel is being polled already, by thread " + other.getName()
                    + ": one thread at a time may, and nothing that it completes");
        }
        lastPoller = Thread.currentThread();
        try {
            int count = 0;
            while (count < maxReplies && !budget.isExpired()) {
                PolledReply next = next();
                if (next != null) {
                    count += next.deliver() ? 1 : 0;
                }
                else if (!links.poll() && ended.isEmpty()) {
                    break;
                }
            }
            return count;
        }
        finally {
            poller.set(null);
        }
    }

    private @Nullable PolledReply next() {
        PolledReply next = ended.poll();
        if (next != null) {
            length.decrementAndGet();
        }
        return next;
    }

    /**
     * Polls until a future is done that depends on replies, if no other thread polls that
     * would complete it. Returns early, too, if one begins to.
     * @return false if there is another
     * @throws InterruptedException if the thread was interrupted
     */
    boolean pollUntilDone(CompletableFuture<?> future, long timeoutNs) throws InterruptedException {
        Thread current = Thread.currentThread();
        boolean nested = waiter.get() == current;
        if (isPolledByOther() || (!nested && !waiter.compareAndSet(null, current))) {
            return false;
        }
        links.beginWait();
        try {
            links.wakeReaders();
            deliverUntilDone(future, timeoutNs);
        }
        finally {
            links.endWait();
            if (!nested) {
                waiter.set(null);
            }
        }
        return true;
    }

    private boolean isPolledByOther() {
        Thread last = lastPoller;
        return last != null && last != Thread.currentThread() && last.isAlive();
    }

    private void deliverUntilDone(CompletableFuture<?> future, long timeoutNs) throws InterruptedException {
        long startNs = System.nanoTime();
        while (!future.isDone() && !isPolledByOther()) {
            PolledReply next = next();
            if (next != null) {
                next.deliver();
            }
            else if (!links.poll() && ended.isEmpty()) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                long leftNs = timeoutNs - (System.nanoTime() - startNs);
                if (leftNs <= 0) {
                    return;
                }
                sleep(Math.min(leftNs, LOOK_INTERVAL_NS));
            }
        }
    }

    private void sleep(long timeoutNs) {
        sleeper = Thread.currentThread();
        // After the sleeper was set. Pairs with add().
        if (ended.isEmpty()) {
            LockSupport.parkNanos(this, timeoutNs);
        }
        sleeper = null;
    }

}
