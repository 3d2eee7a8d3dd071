package io.github.shmrpc.shm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;

import io.github.shmrpc.transport.ProtocolException;
import io.github.shmrpc.transport.TransportOptions;
import io.github.shmrpc.unix.Link;
import io.github.shmrpc.unix.SegmentOffer;
import io.github.shmrpc.unix.SharedSegment;
import io.github.shmrpc.unix.SocketConnection;

/** The file with the rings of one connection. */
final class Segment implements SharedSegment {

    private final SegmentDirectory directory;

    private final SegmentFile file;

    private final String key;

    private final int ringLength;

    private Segment(SegmentDirectory directory, SegmentFile file, String key, int ringLength) {
        this.directory = directory;
        this.file = file;
        this.key = key;
        this.ringLength = ringLength;
    }

    static Segment create(SegmentDirectory directory, String key, int ringLength) throws IOException {
        SegmentFile file = directory.create(key, SegmentDescriptor.segmentLength(ringLength));
        ByteBuffer memory = file.memory();
        Words.putInt(memory, SegmentDescriptor.LAYOUT_VERSION_OFFSET, SegmentDescriptor.LAYOUT_VERSION);
        Words.putInt(memory, SegmentDescriptor.RING_LENGTH_OFFSET, ringLength);
        Words.putInt(memory, SegmentDescriptor.WATCHER_LISTENS_OFFSET, 1);
        Words.putLongRelease(memory, SegmentDescriptor.MAGIC_OFFSET, SegmentDescriptor.MAGIC);
        return new Segment(directory, file, key, ringLength);
    }

    static Segment open(SegmentOffer offer) throws IOException {
        if (!TransportOptions.isRingLength(offer.ringLength())) {
            throw new ProtocolException("The server offers rings of " + offer.ringLength() + " bytes");
        }
        Path parent = Objects.requireNonNull(offer.path().toAbsolutePath().getParent());
        SegmentDirectory directory = new SegmentDirectory(parent, offer.sealed());
        SegmentFile file = directory.open(offer.path(), SegmentDescriptor.segmentLength(offer.ringLength()));
        checkHeader(file, offer.ringLength());
        return new Segment(directory, file, "", offer.ringLength());
    }

    private static void checkHeader(SegmentFile file, int ringLength) throws ProtocolException {
        ByteBuffer memory = file.memory();
        long magic = Words.getLongAcquire(memory, SegmentDescriptor.MAGIC_OFFSET);
        int version = Words.getInt(memory, SegmentDescriptor.LAYOUT_VERSION_OFFSET);
        int rings = Words.getInt(memory, SegmentDescriptor.RING_LENGTH_OFFSET);
        if (magic != SegmentDescriptor.MAGIC || version != SegmentDescriptor.LAYOUT_VERSION || rings != ringLength) {
            file.mapping().unmap();
            throw new ProtocolException("The segment " + file.path() + " has magic " + Long.toHexString(magic)
                    + ", layout " + version + " and rings of " + rings + " bytes, expected "
                    + Long.toHexString(SegmentDescriptor.MAGIC) + ", " + SegmentDescriptor.LAYOUT_VERSION + " and "
                    + ringLength + ": use the same version of shmrpc on both sides");
        }
    }

    @Override
    public SegmentOffer offer() {
        return new SegmentOffer(file.path(), ringLength, directory.sealed());
    }

    @Override
    public void mappedByBoth() throws ProtocolException {
        file.mappedByBoth();
    }

    @Override
    public SocketConnection connect(Link link) {
        return new ShmConnection(link, directory, file, key, ringLength);
    }

    @Override
    public void discard() {
        file.discard();
    }

}
