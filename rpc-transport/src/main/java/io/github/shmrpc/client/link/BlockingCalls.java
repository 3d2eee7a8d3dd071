package io.github.shmrpc.client.link;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

import io.github.shmrpc.thread.VirtualThreads;
import org.jspecify.annotations.Nullable;

/**
 * The blocking calls that are at rest. Each platform thread has its own, as many as calls
 * were nested in it (a codec or a handler may call in its turn); virtual threads, which
 * are many and short-lived, share some. Thread-safe.
 */
public final class BlockingCalls {

    private static final int SHARED = 256;

    private static final int PROBES = 4;

    private static final ThreadLocal<OfThread> OF_THREAD = ThreadLocal.withInitial(OfThread::new);

    private static final AtomicReferenceArray<@Nullable BlockingCall> OF_VIRTUAL_THREADS = new AtomicReferenceArray<>(
            SHARED);

    private BlockingCalls() {
    }

    /**
     * Takes a call that nobody uses.
     * @return for the current thread, until {@link #release}
     */
    public static BlockingCall acquire() {
        if (VirtualThreads.isCurrent()) {
            return acquireShared();
        }
        return OF_THREAD.get().acquire();
    }

    /**
     * Gives a call back.
     * @param call acquired last by this thread of all that it has not given back yet
     */
    public static void release(BlockingCall call) {
        call.giveBack();
        if (call.isReusable()) {
            call.tidy();
        }
        if (!VirtualThreads.isCurrent()) {
            OF_THREAD.get().release(call);
        }
        else if (call.isReusable()) {
            releaseShared(call);
        }
    }

    private static BlockingCall acquireShared() {
        int start = Thread.currentThread().hashCode();
        for (int probe = 0; probe < PROBES; probe++) {
            BlockingCall rested = OF_VIRTUAL_THREADS.getAndSet((start + probe) & (SHARED - 1), null);
            if (rested != null) {
                return rested;
            }
        }
        return new BlockingCall();
    }

    private static void releaseShared(BlockingCall call) {
        int start = Thread.currentThread().hashCode();
        for (int probe = 0; probe < PROBES; probe++) {
            if (OF_VIRTUAL_THREADS.compareAndSet((start + probe) & (SHARED - 1), null, call)) {
                return;
            }
        }
    }

    /** A stack: calls are nested. */
    private static final class OfThread {

        private final List<BlockingCall> calls = new ArrayList<>();

        private int used;

        BlockingCall acquire() {
            if (used == calls.size()) {
                calls.add(new BlockingCall());
            }
            return calls.get(used++);
        }

        void release(BlockingCall call) {
            used--;
            if (!call.isReusable()) {
                calls.set(used, new BlockingCall());
            }
        }

    }

}
