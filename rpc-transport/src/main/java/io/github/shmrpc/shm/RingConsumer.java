package io.github.shmrpc.shm;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

import io.github.shmrpc.buffer.MessageBuffer;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.ProtocolException;

/**
 * The reading end of a ring. One thread at a time, the holder of the poll role.
 * <p>
 * What the peer wrote is input: a record's header is read once and checked, its bytes are
 * copied out before anybody looks at them, and the position is kept in the heap. A record
 * is consumed, and the head says so, before it is handed on: after the end of a
 * connection the peer can tell from the head which of its records were certainly not
 * taken.
 */
final class RingConsumer {

    private final ByteBuffer segment;

    private final int base;

    private final int length;

    private final int headOffset;

    private final int maxRecordLength;

    private final int maxFrameLength;

    private final SlabRecords slabs;

    /** Parts of a large frame so far. */
    private final MessageBuffer parts = new MessageBuffer(64);

    private int partsLength;

    private int partsTotal;

    private long head;

    private long slotBytes;

    RingConsumer(ByteBuffer segment, int base, int length, int headOffset, int maxFrameLength, SlabRecords slabs) {
        this.segment = segment;
        this.base = base;
        this.length = length;
        this.headOffset = headOffset;
        this.maxRecordLength = RingDescriptor.maxRecordLength(length);
        this.maxFrameLength = maxFrameLength;
        this.slabs = slabs;
    }

    /**
     * Whether a record is committed at the head.
     * @return true if {@link #poll} will consume something
     */
    boolean hasRecord() {
        return RingDescriptor.recordLength(Words.getLongAcquire(segment, base + offset())) != 0;
    }

    /**
     * Whether a part of a large frame has come, and not its last.
     * @return true if more is on its way
     */
    boolean hasParts() {
        return partsLength < partsTotal;
    }

    long head() {
        return head;
    }

    /** Bytes taken out of the ring and of slots so far. Any thread, roughly. */
    long receivedBytes() {
        return head + slotBytes;
    }

    /**
     * Takes the next frame. Reads one lap at most, so that a peer that goes on writing
     * records which make no frame does not keep the poll role from others.
     * @param frame is filled
     * @return false if there is none whole yet
     * @throws ProtocolException if a record makes no sense
     */
    boolean poll(InboundFrame frame) throws ProtocolException {
        for (long end = head + length; head < end;) {
            long header = Words.getLongAcquire(segment, base + offset());
            int recordLength = RingDescriptor.recordLength(header);
            if (recordLength == 0) {
                return false;
            }
            int type = RingDescriptor.recordType(header);
            check(recordLength, type);
            boolean whole = switch (type) {
                case RingDescriptor.WHOLE -> readWhole(recordLength, frame);
                case RingDescriptor.FIRST -> readFirst(recordLength, frame);
                case RingDescriptor.NEXT -> readNext(recordLength, RingDescriptor.HEADER_LENGTH, frame);
                case RingDescriptor.PADDING -> false;
                default -> readOfSlab(type, recordLength, frame);
            };
            consume(recordLength);
            if (whole) {
                return true;
            }
        }
        return false;
    }

    private void check(int recordLength, int type) throws ProtocolException {
        int limit = (type == RingDescriptor.PADDING) ? length - offset() : Math.min(maxRecordLength, length - offset());
        if (recordLength < RingDescriptor.HEADER_LENGTH || recordLength > limit || type < RingDescriptor.WHOLE
                || type > RingDescriptor.SLAB_MAPPED) {
            throw new ProtocolException("A record of type " + type + " and length " + recordLength
                    + " is in the ring at position " + head + ", expected types 1 to 9 and lengths 8 to " + limit);
        }
    }

    private boolean readWhole(int recordLength, MessageBuffer frame) throws ProtocolException {
        int frameLength = recordLength - RingDescriptor.HEADER_LENGTH;
        checkFrameLength(frameLength);
        frame.length(frameLength);
        segment.get(base + offset() + RingDescriptor.HEADER_LENGTH, frame.array(), 0, frameLength);
        return true;
    }

    private boolean readFirst(int recordLength, MessageBuffer frame) throws ProtocolException {
        int bytesAt = RingDescriptor.HEADER_LENGTH + Long.BYTES;
        if (recordLength < bytesAt) {
            throw new ProtocolException("The first part of a frame has a record of " + recordLength + " bytes");
        }
        long total = Words.getLong(segment, base + offset() + RingDescriptor.HEADER_LENGTH);
        checkFrameLength(total);
        partsTotal = (int) total;
        partsLength = 0;
        return readNext(recordLength, bytesAt, frame);
    }

    private boolean readNext(int recordLength, int bytesAt, MessageBuffer frame) throws ProtocolException {
        int count = recordLength - bytesAt;
        checkPart(count);
        // Memory grows with what has come, not with what a peer says will come.
        parts.length(partsLength + count);
        segment.get(base + offset() + bytesAt, parts.array(), partsLength, count);
        return partAdded(count, frame);
    }

    private void checkPart(int count) throws ProtocolException {
        if (partsTotal == 0 || count < 0 || count > partsTotal - partsLength) {
            throw new ProtocolException("A part of " + count + " bytes came for a frame of " + partsTotal + " that has "
                    + partsLength + " already");
        }
    }

    private boolean partAdded(int count, MessageBuffer frame) {
        partsLength += count;
        if (partsLength < partsTotal) {
            return false;
        }
        frame.swap(parts);
        parts.clear();
        partsTotal = 0;
        partsLength = 0;
        return true;
    }

    private boolean readOfSlab(int type, int recordLength, InboundFrame frame) throws ProtocolException {
        int bytesAt = RingDescriptor.HEADER_LENGTH + RingDescriptor.SLOT_FIELDS_LENGTH;
        if (type == RingDescriptor.SLAB_WANTED) {
            slabs.wanted();
            return false;
        }
        if (recordLength < bytesAt) {
            throw new ProtocolException("A record of type " + type + " has only " + recordLength + " bytes");
        }
        int at = base + offset() + RingDescriptor.HEADER_LENGTH;
        int first = Words.getInt(segment, at);
        int second = Words.getInt(segment, at + Integer.BYTES);
        int rest = recordLength - bytesAt;
        switch (type) {
            case RingDescriptor.BODY -> {
                checkFrameLength((long) rest + second);
                readRest(rest, frame);
                slabs.inbound().lend(first, second, frame);
                slotBytes += second;
                return true;
            }
            case RingDescriptor.NEXT_SLOT -> {
                return readNextSlot(first, second, frame);
            }
            case RingDescriptor.SLAB_OFFERED -> {
                readRest(rest, frame);
                slabs.offered(new String(frame.array(), 0, rest, StandardCharsets.UTF_8), first, second);
            }
            default -> slabs.mapped(first == 1);
        }
        return false;
    }

    private void readRest(int count, MessageBuffer target) {
        target.length(count);
        int bytesAt = RingDescriptor.HEADER_LENGTH + RingDescriptor.SLOT_FIELDS_LENGTH;
        segment.get(base + offset() + bytesAt, target.array(), 0, count);
    }

    private boolean readNextSlot(int slot, int count, MessageBuffer frame) throws ProtocolException {
        checkPart(count);
        parts.length(partsLength + count);
        slabs.inbound().copy(slot, count, parts.array(), partsLength);
        slotBytes += count;
        return partAdded(count, frame);
    }

    private void checkFrameLength(long frameLength) throws ProtocolException {
        if (frameLength < 1 || frameLength > maxFrameLength) {
            throw new ProtocolException("A frame of " + frameLength + " bytes came, expected 1 to " + maxFrameLength);
        }
    }

    private void consume(int recordLength) {
        int aligned = RingDescriptor.aligned(recordLength);
        clear(base + offset(), aligned);
        head += aligned;
        Words.putLongRelease(segment, headOffset, head);
    }

    private void clear(int from, int count) {
        for (int i = 0; i < count; i += RingDescriptor.ALIGNMENT) {
            Words.putLong(segment, from + i, 0);
        }
    }

    private int offset() {
        return (int) head & (length - 1);
    }

}
