package io.github.shmrpc.shm;

/**
 * Layout of a slab: a second file of a connection, for large messages, made when the
 * first of them comes. Little-endian.
 *
 * <pre>
 *  offset
 *     0  +----------------------------------+
 *        | magic                      int64 |  acceptor, before it offers the slab
 *     8  | layout version             int32 |  acceptor, as above
 *    12  | slots each way             int32 |  acceptor, as above
 *    16  | slot length                int32 |  acceptor, as above: bytes, a multiple of a page
 *  4096  +----------------------------------+
 *        | states of slots to the acceptor  |  int32 0/1 each, 128 bytes apart:
 *  8192  +----------------------------------+  the sender sets 1 before it writes to the slot,
 *        | states of slots to the dialler   |  the receiver sets 0 when it has read it
 * 12288  +----------------------------------+
 *        | slots to the acceptor            |  the dialler writes, the acceptor reads
 *        +----------------------------------+
 *        | slots to the dialler             |  the acceptor writes, the dialler reads
 *        +----------------------------------+
 * </pre>
 *
 * A record in the ring says which slot holds how many bytes: {@link RingDescriptor#BODY}.
 */
final class SlabDescriptor {

    /** "SHMSLAB" and a zero, in the order of the bytes. */
    static final long MAGIC = 0x0042_414c_534d_4853L;

    static final int LAYOUT_VERSION = 1;

    static final int FREE = 0;

    static final int IN_USE = 1;

    static final int MAGIC_OFFSET = 0;

    static final int LAYOUT_VERSION_OFFSET = MAGIC_OFFSET + Long.BYTES;

    static final int SLOTS_OFFSET = LAYOUT_VERSION_OFFSET + Integer.BYTES;

    static final int SLOT_LENGTH_OFFSET = SLOTS_OFFSET + Integer.BYTES;

    private static final int PAGE = 4096;

    private static final int LINES = 128;

    private static final int FIRST_SLOT_OFFSET = 3 * PAGE;

    private SlabDescriptor() {
    }

    static int stateOffset(boolean toAcceptor, int slot) {
        return (toAcceptor ? PAGE : 2 * PAGE) + slot * LINES;
    }

    static int slotOffset(boolean toAcceptor, int slot, int slots, int slotLength) {
        return FIRST_SLOT_OFFSET + (toAcceptor ? slot : slots + slot) * slotLength;
    }

    /**
     * Length of the file.
     * @return bytes; more than {@link Integer#MAX_VALUE} is too much
     */
    static long slabLength(int slots, int slotLength) {
        return FIRST_SLOT_OFFSET + 2L * slots * slotLength;
    }

}
