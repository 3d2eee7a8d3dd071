package io.github.shmrpc.shm;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReference;

import io.github.shmrpc.transport.OutboundFrame;
import io.github.shmrpc.transport.ProtocolException;
import org.jspecify.annotations.Nullable;

/**
 * The writing end of a ring. Any number of threads of one process, without locks.
 * <p>
 * A thread claims by moving {@link #tail}, writes, commits, and at last leaves.
 * Everything between claim and leave touches the mapping, and so does a look at the
 * peer's head; a thread that looks counts as one that has not left. So the mapping may go
 * only when nobody is in between: {@link #close()} makes further claims fail, and once
 * what was claimed equals what was left, {@link #whenQuiet} unmaps.
 * <p>
 * Tail, left and the cached head are in the heap, where the peer cannot change them. Of
 * what the peer writes only the head is read, and it is believed only if it moves
 * forward, by whole records, and not past the tail.
 */
final class RingProducer {

    private static final VarHandle TAIL;

    private static final VarHandle LEFT;

    static {
        try {
            TAIL = MethodHandles.lookup().findVarHandle(Padded.class, "tail", long.class);
            LEFT = MethodHandles.lookup().findVarHandle(Padded.class, "left", long.class);
        }
        catch (ReflectiveOperationException ex) {
            throw new ExceptionInInitializerError(ex);
        }
    }

    /** Claims return this when there is no room now. */
    static final long NO_ROOM = -1;

    /** Claims return this once the ring is closed. */
    static final long CLOSED = -2;

    private static final long CLOSED_BIT = Long.MIN_VALUE;

    private static final long LOOK = 1;

    /** So that looks do not make it negative. */
    private static final long NONE_LEFT = 1L << 32;

    private final ByteBuffer segment;

    private final int base;

    private final int length;

    private final int headOffset;

    private final Padded positions = new Padded();

    /** Taken by whoever runs it. */
    private final AtomicReference<@Nullable Runnable> whenQuiet = new AtomicReference<>();

    /**
     * Last known head of the peer: a lower bound. Any producer writes what it has
     * checked; an older value does no harm.
     */
    private volatile long cachedHead;

    RingProducer(ByteBuffer segment, int base, int length, int headOffset) {
        this.segment = segment;
        this.base = base;
        this.length = length;
        this.headOffset = headOffset;
    }

    /**
     * Claims room for a record, with padding before it if it would not fit before the
     * ring's end. Never blocks.
     * @param recordLength with header, at most {@link RingDescriptor#maxRecordLength}
     * @return the record's position, {@link #NO_ROOM} or {@link #CLOSED}
     * @throws ProtocolException if the peer's head makes no sense
     */
    long claim(int recordLength) throws ProtocolException {
        int aligned = RingDescriptor.aligned(recordLength);
        while (true) {
            long tail = (long) TAIL.getVolatile(positions);
            if (tail < 0) {
                return CLOSED;
            }
            int toEnd = length - offset(tail);
            int padding = (toEnd < aligned) ? toEnd : 0;
            long end = tail + padding + aligned;
            if (end - cachedHead > length) {
                long head = lookAtHead();
                if (head < 0 || end - head > length) {
                    return head < 0 ? CLOSED : NO_ROOM;
                }
            }
            if (TAIL.compareAndSet(positions, tail, end)) {
                if (padding > 0) {
                    Words.putLongRelease(segment, base + offset(tail),
                            RingDescriptor.header(padding, RingDescriptor.PADDING));
                    LEFT.getAndAdd(positions, (long) padding);
                }
                return tail + padding;
            }
        }
    }

    /** The peer's head, {@link #CLOSED} once nobody may look any more. */
    private long lookAtHead() throws ProtocolException {
        LEFT.getAndAdd(positions, -LOOK);
        try {
            // After we are counted. Pairs with whenQuiet(), which closes before it looks
            // who is counted.
            return (long) TAIL.getVolatile(positions) < 0 ? CLOSED : refreshedHead();
        }
        finally {
            leaveWith(LOOK);
        }
    }

    void write(long position, int at, OutboundFrame frame, int from, int count) {
        frame.copyTo(from, segment, base + offset(position) + RingDescriptor.HEADER_LENGTH + at, count);
    }

    void write(long position, int at, byte[] source, int offset, int count) {
        segment.put(base + offset(position) + RingDescriptor.HEADER_LENGTH + at, source, offset, count);
    }

    void writeInts(long position, int first, int second) {
        int at = base + offset(position) + RingDescriptor.HEADER_LENGTH;
        Words.putInt(segment, at, first);
        Words.putInt(segment, at + Integer.BYTES, second);
    }

    void writeLong(long position, int at, long value) {
        Words.putLong(segment, base + offset(position) + RingDescriptor.HEADER_LENGTH + at, value);
    }

    /**
     * Shows a record to the consumer. A look at the consumer's sleeping flag may follow
     * at once: the store is volatile, and so must be that look. Pairs with the fence
     * after the flag is set.
     */
    void commit(long position, int recordLength, int type) {
        Words.putLongVolatile(segment, base + offset(position), RingDescriptor.header(recordLength, type));
    }

    /** The thread that claimed a record touches the mapping no more for it. */
    void leave(int recordLength) {
        leaveWith(RingDescriptor.aligned(recordLength));
    }

    private void leaveWith(long count) {
        long before = (long) LEFT.getAndAdd(positions, count);
        if (before < 0) {
            runIfQuiet(before + count);
        }
    }

    /**
     * Where the next record will begin.
     * @return a position
     */
    long tail() {
        return (long) TAIL.getVolatile(positions) & ~CLOSED_BIT;
    }

    /**
     * Whether the consumer has not read all that was claimed.
     * @return true if so, whatever the peer has written for its head
     */
    boolean isBehind() {
        return Words.getLongAcquire(segment, headOffset) != tail();
    }

    /**
     * How much the consumer has not read, as far as it tells.
     * @return bytes, 0 to the ring's length, whatever the peer has written for its head
     */
    int unread() {
        long unread = tail() - Words.getLongAcquire(segment, headOffset);
        return (int) Math.max(0, Math.min(length, unread));
    }

    int length() {
        return length;
    }

    /**
     * Lets no thread claim any more.
     */
    void close() {
        TAIL.getAndBitwiseOr(positions, CLOSED_BIT);
    }

    /**
     * Has something done once no thread touches the mapping any more: now, or by the one
     * that leaves last. After {@link #close()}, once.
     * @param action unmaps
     */
    void whenQuiet(Runnable action) {
        whenQuiet.set(action);
        runIfQuiet((long) LEFT.getAndBitwiseOr(positions, CLOSED_BIT));
    }

    /**
     * Late looks, which find the ring closed, may make it quiet once more.
     */
    private void runIfQuiet(long left) {
        Runnable action = (left & ~CLOSED_BIT) == NONE_LEFT + tail() ? whenQuiet.getAndSet(null) : null;
        if (action != null) {
            action.run();
        }
    }

    /**
     * How far the peer has read.
     * @return a position between the last one and the tail
     * @throws ProtocolException if the peer's head makes no sense
     */
    long refreshedHead() throws ProtocolException {
        long known = cachedHead;
        long head = Words.getLongAcquire(segment, headOffset);
        if (head < known) {
            // Another producer may have seen a later head since we read the cached one;
            // the peer's own never goes back.
            known = cachedHead;
            head = Words.getLongAcquire(segment, headOffset);
        }
        long tail = tail();
        if (head < known || head > tail || (head & (RingDescriptor.ALIGNMENT - 1)) != 0) {
            throw new ProtocolException(
                    "The peer's ring head is " + head + ", expected a multiple of 64 from " + known + " to " + tail);
        }
        cachedHead = head;
        return head;
    }

    private int offset(long position) {
        return (int) position & (length - 1);
    }

    /**
     * Keeps the two words that all producers change off each other's and everybody else's
     * cache lines.
     */
    @SuppressWarnings("unused") // accessed through VarHandles; the rest is padding
    private static final class Padded {

        private long p00, p01, p02, p03, p04, p05, p06, p07, p08, p09, p10, p11, p12, p13, p14;

        /**
         * Where the next claim begins; negative once closed. Producers move it by CAS.
         */
        private volatile long tail;

        private long p20, p21, p22, p23, p24, p25, p26, p27, p28, p29, p30, p31, p32, p33, p34;

        /**
         * {@link #NONE_LEFT}, and how many bytes were claimed by threads that have left,
         * less one for each that looks; negative once these are to unmap.
         */
        private volatile long left = NONE_LEFT;

        private long p40, p41, p42, p43, p44, p45, p46, p47, p48, p49, p50, p51, p52, p53, p54;

    }

}
