package io.github.shmrpc.client;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.github.shmrpc.transport.OutboundFrame;
import org.jspecify.annotations.Nullable;

/**
 * Calls of a channel that wait until the server has room for their requests, the first
 * one first. No thread waits for that: while there are some, somebody looks once a
 * millisecond. What may wait is limited, as its callers are not held up. Any thread.
 */
final class RoomLine {

    /**
     * Beside one message: as much as the server keeps for a client that does not read.
     */
    private static final long BASE_BYTES = 16L * 1024 * 1024;

    /**
     * Counted for each call beside its request, so that tiny ones are bounded as well.
     */
    private static final int CALL_OVERHEAD = 1024;

    private static final long LOOK_INTERVAL_NS = 1_000_000;

    private static final long NEVER = -1;

    /** After so many the calls of other channels have their turn. */
    private static final int CALLS_PER_TURN = 64;

    private static final ScheduledThreadPoolExecutor LOOKER = looker();

    private final long maxBytes;

    // Under the lock.
    private final Set<Standing> all = new LinkedHashSet<>();

    private long bytes;

    // None of them is late before. Without it, thousands would be asked each time.
    private long earliestDeadlineNs;

    private boolean looking;

    /**
     * A line without calls.
     * @param maxMessageLength of the channel in bytes
     */
    RoomLine(int maxMessageLength) {
        this.maxBytes = BASE_BYTES + maxMessageLength;
    }

    long maxBytes() {
        return maxBytes;
    }

    /** Whether who comes now has others before it. */
    synchronized boolean isOccupied() {
        return !all.isEmpty();
    }

    /**
     * Adds a call as the last one.
     * @param last new
     * @return false if too much waits already
     */
    synchronized boolean add(Standing last) {
        if (bytes + last.bytes > maxBytes) {
            return false;
        }
        long deadlineNs = last.call.deadlineNs();
        if (all.isEmpty() || deadlineNs - earliestDeadlineNs < 0) {
            earliestDeadlineNs = deadlineNs;
        }
        all.add(last);
        bytes += last.bytes;
        if (!looking) {
            looking = true;
            lookIn(LOOK_INTERVAL_NS);
        }
        return true;
    }

    /**
     * Takes a call out, if it is there.
     * @param left sent or ended
     */
    synchronized void leave(Standing left) {
        left.request = null;
        if (all.remove(left)) {
            bytes -= left.bytes;
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // What is run throws nothing.
    private void lookIn(long delayNs) {
        LOOKER.schedule(this::look, delayNs, TimeUnit.NANOSECONDS);
    }

    /** By one thread at a time. Whatever it throws, it is done again. */
    private void look() {
        long delayNs = LOOK_INTERVAL_NS;
        try {
            delayNs = sendWhatHasRoom();
        }
        finally {
            if (delayNs != NEVER) {
                lookIn(delayNs);
            }
        }
    }

    private long sendWhatHasRoom() {
        for (int i = 0; i < CALLS_PER_TURN; i++) {
            Standing first = first();
            if (first == null) {
                return NEVER;
            }
            if (!first.call.sendInTurn(first)) {
                long nowNs = System.nanoTime();
                late(nowNs).forEach((standing) -> standing.call.expireInLine(nowNs));
                return LOOK_INTERVAL_NS;
            }
        }
        return 0;
    }

    /** Who adds one after there was none has somebody look again. */
    private synchronized @Nullable Standing first() {
        Iterator<Standing> line = all.iterator();
        looking = line.hasNext();
        return looking ? line.next() : null;
    }

    private synchronized List<Standing> late(long nowNs) {
        if (all.isEmpty() || nowNs - earliestDeadlineNs < 0) {
            return List.of();
        }
        List<Standing> late = new ArrayList<>();
        long leastLeftNs = Long.MAX_VALUE;
        for (Standing standing : all) {
            long leftNs = standing.call.deadlineNs() - nowNs;
            leastLeftNs = Math.min(leastLeftNs, leftNs);
            if (leftNs <= 0) {
                late.add(standing);
            }
        }
        earliestDeadlineNs = nowNs + leastLeftNs;
        return late;
    }

    private static ScheduledThreadPoolExecutor looker() {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, (task) -> {
            Thread thread = new Thread(task, "shmrpc-room");
            thread.setDaemon(true);
            return thread;
        });
        executor.setKeepAliveTime(10, TimeUnit.SECONDS);
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    /** A call's place. It may have another one later, on another connection. */
    static final class Standing {

        private final BridgedCall call;

        private final long bytes;

        // Cleared under the lock of the line, read by who looks there.
        private volatile @Nullable OutboundFrame request;

        /**
         * A place in no line yet.
         * @param call that waits
         * @param request whole, of this place alone
         */
        Standing(BridgedCall call, OutboundFrame request) {
            this.call = call;
            this.request = request;
            this.bytes = (long) request.length() + CALL_OVERHEAD;
        }

        /** {@code null} once it was left. */
        @Nullable OutboundFrame request() {
            return request;
        }

    }

}
