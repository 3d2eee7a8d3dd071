package io.github.shmrpc.benchmarks.peers;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A ring of records between one writer and one reader in shared memory: what no RPC can
 * be faster than. It checks nothing that its peer writes.
 *
 * <pre>
 *  offset
 *     0  +----------------------------------+
 *        | read position          int64     |  reader; bytes, ever growing
 *   128  +----------------------------------+
 *        | records, each on a cache line:   |
 *        |   size of record       int32     |  writer, last; the reader sets it to 0
 *        |   length of payload    int32     |  writer; -1 pads to the end of the ring
 *        |   token                int64     |  writer
 *        |   payload                        |  writer
 *        +----------------------------------+
 * </pre>
 */
final class EchoRing {

    /** Holds a few of the largest messages that are measured. */
    static final int CAPACITY = 4 << 20;

    private static final int RECORDS_OFFSET = 128;

    static final int TOTAL_LENGTH = RECORDS_OFFSET + CAPACITY;

    private static final int LENGTH_OFFSET = Integer.BYTES;

    private static final int TOKEN_OFFSET = LENGTH_OFFSET + Integer.BYTES;

    private static final int PAYLOAD_OFFSET = TOKEN_OFFSET + Long.BYTES;

    private static final int ALIGNMENT = 64;

    private static final int PADDING = -1;

    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final ByteBuffer memory;

    // Writer only.
    private long writePosition;

    private long knownReadPosition;

    // Reader only.
    private long readPosition;

    private long token;

    private byte[] payload = new byte[1024];

    EchoRing(ByteBuffer memory) {
        this.memory = memory.order(ByteOrder.nativeOrder());
    }

    /** Writes one record; {@code false} if the reader is too far behind. */
    boolean offer(long newToken, byte[] source, int length) {
        int size = (PAYLOAD_OFFSET + length + ALIGNMENT - 1) & -ALIGNMENT;
        int untilEnd = CAPACITY - (int) (writePosition & (CAPACITY - 1));
        if (size > untilEnd) {
            if (!hasRoom(untilEnd + size)) {
                return false;
            }
            write(untilEnd, PADDING, 0, source);
        }
        else if (!hasRoom(size)) {
            return false;
        }
        write(size, length, newToken, source);
        return true;
    }

    private boolean hasRoom(int size) {
        if (writePosition + size - knownReadPosition <= CAPACITY) {
            return true;
        }
        knownReadPosition = (long) LONG.getAcquire(memory, 0);
        return writePosition + size - knownReadPosition <= CAPACITY;
    }

    private void write(int size, int length, long newToken, byte[] source) {
        int offset = offsetOf(writePosition);
        memory.putInt(offset + LENGTH_OFFSET, length);
        if (length != PADDING) {
            memory.putLong(offset + TOKEN_OFFSET, newToken);
            memory.put(offset + PAYLOAD_OFFSET, source, 0, length);
        }
        INT.setRelease(memory, offset, size);
        writePosition += size;
    }

    /**
     * Reads one record, then to be had from {@link #token()} and {@link #payload()}; -1
     * if there is none.
     */
    int poll() {
        int offset = offsetOf(readPosition);
        int size = (int) INT.getAcquire(memory, offset);
        if (size == 0) {
            return -1;
        }
        int length = memory.getInt(offset + LENGTH_OFFSET);
        if (length == PADDING) {
            release(offset, size);
            return poll();
        }
        if (length > payload.length) {
            payload = new byte[length];
        }
        token = memory.getLong(offset + TOKEN_OFFSET);
        memory.get(offset + PAYLOAD_OFFSET, payload, 0, length);
        clearLines(offset, size);
        release(offset, size);
        return length;
    }

    // A later, smaller record may begin at any line of this one, where the payload must
    // not pass for a size.
    private void clearLines(int offset, int size) {
        for (int line = ALIGNMENT; line < size; line += ALIGNMENT) {
            memory.putInt(offset + line, 0);
        }
    }

    private void release(int offset, int size) {
        memory.putInt(offset, 0);
        readPosition += size;
        // The zeros come before the position that lets the writer reuse the space.
        LONG.setRelease(memory, 0, readPosition);
    }

    private static int offsetOf(long position) {
        return RECORDS_OFFSET + (int) (position & (CAPACITY - 1));
    }

    long token() {
        return token;
    }

    /** Reused by the next {@link #poll()}. */
    byte[] payload() {
        return payload;
    }

}
