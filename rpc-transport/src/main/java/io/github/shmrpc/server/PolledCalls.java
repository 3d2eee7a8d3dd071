package io.github.shmrpc.server;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;

import io.github.shmrpc.CurrentCall;
import io.github.shmrpc.Deadline;
import io.github.shmrpc.transport.InboundFrame;
import org.jspecify.annotations.Nullable;

/**
 * Calls with {@link io.github.shmrpc.Dispatch#POLLED}, in the order of their arrival,
 * until the application's own thread comes for them. The holder of the poll role adds
 * without ever waiting; the application's thread takes, one at a time, and so does who
 * stops the server.
 * <p>
 * Once closed, no call stays here: {@link #close} sets a flag, then empties the queue;
 * {@link #offer} fills a slot, then reads the flag. Both are volatile, so that one of the
 * two sees the other.
 */
final class PolledCalls {

    private final CallRunner runner;

    /** A slot is free when it is empty: whoever took the call has emptied it. */
    private final AtomicReferenceArray<@Nullable QueuedCall> slots;

    private volatile boolean closed;

    // In the poll role.
    private int tail;

    // Under the lock.
    private int head;

    // The application's thread, read by any.
    private volatile @Nullable Thread poller;

    private volatile @Nullable Thread sleeper;

    PolledCalls(CallRunner runner, int length) {
        this.runner = runner;
        this.slots = new AtomicReferenceArray<>(length);
    }

    /**
     * Adds a call. In the poll role.
     * @return false if the queue is full
     */
    boolean offer(ServerCall call, InboundFrame frame) {
        if (slots.get(tail) != null) {
            return false;
        }
        slots.set(tail, new QueuedCall(call, frame));
        tail = next(tail);
        // After the slot was filled. Pairs with await().
        Thread waiting = sleeper;
        if (waiting != null) {
            LockSupport.unpark(waiting);
        }
        if (closed) {
            refuseAll();
        }
        return true;
    }

    /**
     * Runs calls in the current thread. By one thread at a time.
     * @param maxCalls at most, 0 or more
     * @param budget looked at before each call
     * @return how many were taken off the queue
     */
    int run(int maxCalls, Deadline budget) {
        poller = Thread.currentThread();
        QueuedCall next = maxCalls > 0 ? takeWithin(budget) : null;
        if (next == null) {
            return 0;
        }
        int count = 0;
        Responder responder = runner.newResponder();
        try {
            CurrentCall.Slot slot = CurrentCall.slot();
            while (next != null) {
                runner.runHandedOver(next.call(), next.frame(), responder, slot);
                count++;
                next = count < maxCalls ? takeWithin(budget) : null;
            }
        }
        finally {
            responder.release();
        }
        return count;
    }

    private @Nullable QueuedCall takeWithin(Deadline budget) {
        return budget.isExpired() ? null : take();
    }

    private synchronized @Nullable QueuedCall take() {
        QueuedCall first = slots.get(head);
        if (first != null) {
            slots.set(head, null);
            head = next(head);
        }
        return first;
    }

    private synchronized boolean isEmpty() {
        return slots.get(head) == null;
    }

    private int next(int slot) {
        return slot + 1 == slots.length() ? 0 : slot + 1;
    }

    int length() {
        return slots.length();
    }

    /**
     * Waits until there is a call, the thread is interrupted or the time has passed; now
     * and then for no reason. By one thread at a time.
     * @return whether there is a call
     */
    boolean await(long timeoutNs) {
        poller = Thread.currentThread();
        sleeper = poller;
        // After the sleeper was set. Pairs with offer().
        if (isEmpty()) {
            LockSupport.parkNanos(this, timeoutNs);
        }
        sleeper = null;
        return !isEmpty();
    }

    /** Whether the thread that came for calls so far will not come again. */
    boolean isAbandoned() {
        Thread last = poller;
        return last != null && (last == Thread.currentThread() || !last.isAlive());
    }

    /** Refuses what waits, and what may still come. Any number of times. */
    void close() {
        closed = true;
        refuseAll();
    }

    private void refuseAll() {
        QueuedCall next = take();
        if (next == null) {
            return;
        }
        Responder responder = runner.newResponder();
        try {
            while (next != null) {
                runner.refuse(next.call(), next.frame(), responder, Refusal.STOPPING);
                next = take();
            }
        }
        finally {
            responder.release();
        }
    }

}
