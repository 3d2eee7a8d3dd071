package io.github.shmrpc.protocol;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

import io.github.shmrpc.transport.Connection;
import io.github.shmrpc.transport.OutboundFrame;
import org.jspecify.annotations.Nullable;

/**
 * Frames that a peer has no room for, in the order in which they go out. So whoever
 * answers never waits for a peer. What one peer may hold here is limited in bytes and in
 * time; beyond that its connection is closed, as it evidently does not read.
 * <p>
 * Any thread sends; the holder of the poll role flushes. A flag that is read without the
 * lock keeps the usual case, an empty backlog, free of it. A sender that reads
 * <em>empty</em> just before another adds a frame overtakes that frame: answers of
 * different calls have no order, and frames of one call have one sender.
 * <p>
 * A small frame is copied. A large one is kept itself, as a carrier that took a part of
 * it goes on with that very frame and takes no other large one until it is through. Which
 * one that is only the carrier knows: one of those that were offered before they came
 * here. So when the first is refused, those are tried as well; else two threads that met
 * in the carrier could block the connection by the order in which they come here. Frames
 * of one call are not reordered by this: the second is offered only when the first is
 * gone.
 */
public final class FrameBacklog {

    /**
     * Frames up to this length never go in parts, and most have much more memory than
     * they need.
     */
    private static final int COPIED_LENGTH = 512;

    private static final long MAX_AGE_NS = 30_000_000_000L;

    /**
     * How often a large frame's next part is offered in vain before the first pause: some
     * tens of microseconds.
     */
    private static final int SPINS_FOR_ROOM = 1000;

    /**
     * How often after that: long enough for a client to wake up, that is for some
     * milliseconds.
     */
    private static final int PAUSES_FOR_ROOM = 40;

    private static final long PAUSE_NS = 1_000;

    private static final long BASE_BYTES = 16L * 1024 * 1024;

    private final Connection connection;

    private final FramePool frames;

    private final AtomicInteger backloggedConnections;

    private final LongSupplier clock;

    private final Runnable whenOccupied;

    private final long maxBytes;

    // Under the lock; the flag is read by any thread.
    private final Deque<Entry> entries = new ArrayDeque<>();

    private volatile boolean occupied;

    private boolean closed;

    private long bytes;

    private int offeredCount;

    /**
     * An empty backlog.
     * @param connection where its frames go
     * @param frames gets frames back that have been sent
     * @param backloggedConnections counts the connections that have a backlog
     * @param maxMessageLength allowed beyond the 16 MiB that each peer may hold
     * @param clock nanoseconds, monotonic
     * @param whenOccupied gets the poller to flush in time, though it may wait without a
     * limit now; run by whoever adds the first frame
     */
    public FrameBacklog(Connection connection, FramePool frames, AtomicInteger backloggedConnections,
            int maxMessageLength, LongSupplier clock, Runnable whenOccupied) {
        this.connection = connection;
        this.frames = frames;
        this.backloggedConnections = backloggedConnections;
        this.maxBytes = BASE_BYTES + maxMessageLength;
        this.clock = clock;
        this.whenOccupied = whenOccupied;
    }

    /**
     * Sends a frame now or later. Never blocks.
     * @param frame whole
     * @return true if the frame was sent and may be used again at once, false if it is
     * kept
     * @throws io.github.shmrpc.transport.ConnectionClosedException if the connection is
     * closed
     */
    public boolean send(OutboundFrame frame) {
        boolean offered = !occupied;
        return (offered && offerWhileTaken(frame)) || !keep(frame, offered);
    }

    /**
     * A large frame goes in parts, as fast as the peer makes room for them: to stay with
     * it for a moment is much faster than to come back for each part.
     */
    private boolean offerWhileTaken(OutboundFrame frame) {
        int sent = 0;
        int tries = 0;
        while (!connection.offer(frame)) {
            if (frame.sent() > sent) {
                sent = frame.sent();
                tries = 0;
            }
            if (sent == 0 || ++tries > SPINS_FOR_ROOM + PAUSES_FOR_ROOM) {
                return false;
            }
            if (tries <= SPINS_FOR_ROOM) {
                Thread.onSpinWait();
            }
            else {
                LockSupport.parkNanos(PAUSE_NS);
            }
        }
        return true;
    }

    private boolean keep(OutboundFrame frame, boolean offered) {
        synchronized (entries) {
            if (closed) {
                return false;
            }
            flush();
            boolean first = entries.isEmpty();
            if (first && connection.offer(frame)) {
                return false;
            }
            // Its message may be the handler's own.
            frame.gather();
            boolean copied = frame.length() <= COPIED_LENGTH && frame.sent() == 0;
            OutboundFrame kept = copied ? copyOf(frame) : frame;
            Entry entry = new Entry(kept, !copied && (offered || first),
                    kept.array().length + (copied ? FrameDescriptor.MESSAGE_OVERHEAD : 0), clock.getAsLong());
            entries.addLast(entry);
            bytes += entry.bytes;
            offeredCount += entry.offered ? 1 : 0;
            occupy(true);
            return !copied;
        }
    }

    private static OutboundFrame copyOf(OutboundFrame frame) {
        OutboundFrame copy = new OutboundFrame(frame.length());
        frame.copyTo(copy);
        return copy;
    }

    /**
     * Sends what there is room for.
     * @throws io.github.shmrpc.transport.ConnectionClosedException if the connection is
     * closed
     */
    public void flush() {
        synchronized (entries) {
            int offeredAhead = offeredCount;
            boolean room = true;
            Iterator<Entry> waiting = entries.iterator();
            while (waiting.hasNext() && (room || offeredAhead > 0)) {
                Entry entry = waiting.next();
                offeredAhead -= entry.offered ? 1 : 0;
                if (room || entry.offered) {
                    boolean sent = connection.offer(entry.frame);
                    room &= sent;
                    if (sent) {
                        waiting.remove();
                        forget(entry);
                    }
                }
            }
            occupy(!entries.isEmpty());
        }
    }

    /**
     * Sends a frame now or later, and has another one at hand.
     * @param frame whole
     * @return one to go on with: the same, or another if that is kept
     * @throws io.github.shmrpc.transport.ConnectionClosedException if the connection is
     * closed
     */
    public OutboundFrame sendAndReplace(OutboundFrame frame) {
        return send(frame) ? frame : frames.take();
    }

    /**
     * Whether the peer has gone too far.
     * @return what it has done, or {@code null} if all is well
     */
    public @Nullable String excess() {
        if (!occupied) {
            return null;
        }
        synchronized (entries) {
            if (bytes > maxBytes) {
                return "more than " + maxBytes + " bytes of answers wait for it";
            }
            Entry first = entries.peekFirst();
            // The first is not always the oldest, but none waits much longer than the
            // first.
            boolean stale = first != null && clock.getAsLong() - first.sinceNs > MAX_AGE_NS;
            return stale ? "it has taken no answer for " + MAX_AGE_NS / 1_000_000_000 + " s" : null;
        }
    }

    /**
     * Whether frames wait.
     * @return true if there are some
     */
    public boolean isOccupied() {
        return occupied;
    }

    /** Drops everything; nothing is kept from now on. */
    public void close() {
        synchronized (entries) {
            closed = true;
            entries.forEach((entry) -> entry.frame.dropBody());
            entries.clear();
            bytes = 0;
            offeredCount = 0;
            occupy(false);
        }
    }

    private void forget(Entry entry) {
        bytes -= entry.bytes;
        offeredCount -= entry.offered ? 1 : 0;
        frames.give(entry.frame);
    }

    private void occupy(boolean now) {
        if (now != occupied) {
            occupied = now;
            backloggedConnections.addAndGet(now ? 1 : -1);
            if (now) {
                whenOccupied.run();
            }
        }
    }

    private record Entry(OutboundFrame frame, boolean offered, long bytes, long sinceNs) {
    }

}
