package io.github.shmrpc.shm;

/**
 * Layout of a ring: records one after the other, each at a multiple of 64. Little-endian.
 *
 * <pre>
 *  offset
 *     0  +----------------------------------+
 *        | record length              int32 |  bytes with this header; 0 until the record is committed
 *     4  | record type                int32 |  {@link #WHOLE} ...
 *     8  +----------------------------------+
 *        | bytes of a frame                 |
 *        +----------------------------------+
 *        | up to 63 bytes of padding        |
 *        +----------------------------------+
 * </pre>
 *
 * A producer writes the bytes, then length and type in one store: that commits. The
 * consumer sets the first word of each 64 bytes to zero before it moves its head past the
 * record, so that length is 0 wherever the next one may begin. Positions grow for ever;
 * an offset is a position modulo the ring's length. The producers' position is kept in
 * their heap, as all of them live in one process; the consumer finds records by their
 * length alone. The idea of claim, commit and padding at the wrap follows Agrona's
 * many-to-one ring buffer.
 */
final class RingDescriptor {

    static final int HEADER_LENGTH = 8;

    /** A cache line: a record shares none with its neighbours. */
    static final int ALIGNMENT = 64;

    /** A frame in one record. */
    static final int WHOLE = 1;

    /** Nothing: fills the ring up to its end, where the next record would not fit. */
    static final int PADDING = 2;

    /**
     * The first part of a large frame: its total length as int64, then bytes. Discards
     * parts of one that was given up.
     */
    static final int FIRST = 3;

    /** A further part of the large frame. */
    static final int NEXT = 4;

    /**
     * A frame whose end is in a slot: slot and length of its body as int32 each, then its
     * head.
     */
    static final int BODY = 5;

    /** A further part of the large frame, in a slot: slot and length as int32 each. */
    static final int NEXT_SLOT = 6;

    /** The dialler has large messages, and no slab yet. */
    static final int SLAB_WANTED = 7;

    /**
     * The acceptor has made a slab: number of slots and slot length as int32 each, then
     * the path of the file.
     */
    static final int SLAB_OFFERED = 8;

    /** The dialler has mapped the slab, or cannot: int32 1 or 0. */
    static final int SLAB_MAPPED = 9;

    /** Bytes of a record before the head or the path. */
    static final int SLOT_FIELDS_LENGTH = 2 * Integer.BYTES;

    private RingDescriptor() {
    }

    /**
     * The longest record of a ring. Several fit in at once, so that a large frame's parts
     * are written and read in parallel.
     * @param ringLength in bytes
     * @return bytes, with the header
     */
    static int maxRecordLength(int ringLength) {
        return ringLength / 8;
    }

    static int aligned(int recordLength) {
        return (recordLength + ALIGNMENT - 1) & -ALIGNMENT;
    }

    static long header(int recordLength, int type) {
        return (recordLength & 0xffff_ffffL) | ((long) type << Integer.SIZE);
    }

    static int recordLength(long header) {
        return (int) header;
    }

    static int recordType(long header) {
        return (int) (header >>> Integer.SIZE);
    }

}
