package io.github.shmrpc.shm;

/**
 * Layout of a segment: one file for one connection. Little-endian. Each field that
 * changes has two cache lines to itself, so that neither a write nor the prefetcher of
 * the neighbour takes it away.
 *
 * <pre>
 *  offset
 *     0  +----------------------------------+
 *        | magic                      int64 |  acceptor, before it offers the segment
 *     8  | layout version             int32 |  acceptor, as above
 *    12  | ring length                int32 |  acceptor, as above: bytes, a power of two
 *   128  +----------------------------------+
 *        | acceptor sleeping      int32 0/1 |  acceptor sets and clears; the dialler that wakes it clears
 *   256  +----------------------------------+
 *        | dialler sleeping       int32 0/1 |  dialler sets and clears; the acceptor that wakes it clears
 *   384  +----------------------------------+
 *        | watcher listens        int32 0/1 |  acceptor sets; the dialler that tells it clears
 *   512  +----------------------------------+
 *        | think time              int64 ns |  dialler, before it wakes the acceptor
 *   640  +----------------------------------+
 *        | head of the ring to the acceptor |  acceptor: how far it has read
 *   768  +----------------------------------+
 *        | head of the ring to the dialler  |  dialler: how far it has read
 *   896  +----------------------------------+
 *        | unused up to the page            |
 *  4096  +----------------------------------+
 *        | ring to the acceptor             |  dialler writes, acceptor clears: {@link RingDescriptor}
 *        +----------------------------------+
 *        | ring to the dialler              |  acceptor writes, dialler clears
 *        +----------------------------------+
 * </pre>
 */
final class SegmentDescriptor {

    /** "SHMRPC" and two zeros, in the order of the bytes. */
    static final long MAGIC = 0x0000_4350_524d_4853L;

    static final int LAYOUT_VERSION = 1;

    private static final int LINES = 128;

    static final int MAGIC_OFFSET = 0;

    static final int LAYOUT_VERSION_OFFSET = MAGIC_OFFSET + Long.BYTES;

    static final int RING_LENGTH_OFFSET = LAYOUT_VERSION_OFFSET + Integer.BYTES;

    static final int ACCEPTOR_SLEEPING_OFFSET = MAGIC_OFFSET + LINES;

    static final int DIALLER_SLEEPING_OFFSET = ACCEPTOR_SLEEPING_OFFSET + LINES;

    static final int WATCHER_LISTENS_OFFSET = DIALLER_SLEEPING_OFFSET + LINES;

    static final int THINK_TIME_OFFSET = WATCHER_LISTENS_OFFSET + LINES;

    static final int TO_ACCEPTOR_HEAD_OFFSET = THINK_TIME_OFFSET + LINES;

    static final int TO_DIALLER_HEAD_OFFSET = TO_ACCEPTOR_HEAD_OFFSET + LINES;

    static final int HEADER_LENGTH = 4096;

    private SegmentDescriptor() {
    }

    static int toAcceptorOffset() {
        return HEADER_LENGTH;
    }

    static int toDiallerOffset(int ringLength) {
        return HEADER_LENGTH + ringLength;
    }

    static int segmentLength(int ringLength) {
        return HEADER_LENGTH + 2 * ringLength;
    }

}
