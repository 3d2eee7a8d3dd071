package io.github.shmrpc.shm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;

import io.github.shmrpc.transport.ProtocolException;
import io.github.shmrpc.transport.TransportOptions;
import io.github.shmrpc.unix.Link;
import io.github.shmrpc.unix.SegmentOffer;
import io.github.shmrpc.unix.SharedSegment;
import io.github.shmrpc.unix.SocketConnection;

/**
 * A mapped segment file. The acceptor makes it: a random name that nobody else can have
 * taken, readable by its user alone, filled with zeros through the file, so that a full
 * file system is an error here and not a crash later. Its name goes as soon as both sides
 * have mapped it, and no descriptor stays open.
 */
final class Segment implements SharedSegment {

    static final String FILE_PREFIX = "shmrpc-";

    private static final int CHUNK_LENGTH = 1024 * 1024;

    private static final int NAME_BYTES = 16;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path path;

    private final Mapping mapping;

    private final ByteBuffer memory;

    private final int ringLength;

    private Segment(Path path, Mapping mapping, int ringLength) {
        this.path = path;
        this.mapping = mapping;
        this.memory = mapping.memory();
        this.ringLength = ringLength;
    }

    static Segment create(Path directory, String key, int ringLength) throws IOException {
        byte[] name = new byte[NAME_BYTES];
        RANDOM.nextBytes(name);
        Path path = directory.resolve(FILE_PREFIX + key + "-" + HexFormat.of().formatHex(name));
        int length = SegmentDescriptor.segmentLength(ringLength);
        try (FileChannel file = FileChannel.open(path,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            fill(file, length);
            Segment segment = new Segment(path, Mapping.map(file, length), ringLength);
            segment.writeHeader();
            return segment;
        }
        catch (IOException ex) {
            if (!(ex instanceof FileAlreadyExistsException)) {
                Files.deleteIfExists(path);
            }
            throw new IOException("No shared memory in " + directory + ": " + ex.getMessage() + ". A connection needs "
                    + length + " bytes, " + free(directory)
                    + " are free. Make the file system larger or the rings shorter", ex);
        }
    }

    static Segment open(SegmentOffer offer) throws IOException {
        if (!TransportOptions.isRingLength(offer.ringLength())) {
            throw new ProtocolException("The server offers rings of " + offer.ringLength() + " bytes");
        }
        int length = SegmentDescriptor.segmentLength(offer.ringLength());
        try (FileChannel file = FileChannel.open(offer.path(),
                Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS))) {
            if (file.size() != length) {
                throw new ProtocolException(
                        "The segment " + offer.path() + " has " + file.size() + " bytes, expected " + length);
            }
            Segment segment = new Segment(offer.path(), Mapping.map(file, length), offer.ringLength());
            segment.checkHeader();
            return segment;
        }
    }

    private static void fill(FileChannel file, int length) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocate(Math.min(length, CHUNK_LENGTH));
        for (int written = 0; written < length;) {
            zeros.clear().limit(Math.min(zeros.capacity(), length - written));
            written += file.write(zeros, written);
        }
    }

    private static String free(Path directory) {
        try {
            return String.valueOf(Files.getFileStore(directory).getUsableSpace());
        }
        catch (IOException ex) {
            return "an unknown number";
        }
    }

    private void writeHeader() {
        Words.putInt(memory, SegmentDescriptor.LAYOUT_VERSION_OFFSET, SegmentDescriptor.LAYOUT_VERSION);
        Words.putInt(memory, SegmentDescriptor.RING_LENGTH_OFFSET, ringLength);
        Words.putInt(memory, SegmentDescriptor.WATCHER_LISTENS_OFFSET, 1);
        Words.putLongRelease(memory, SegmentDescriptor.MAGIC_OFFSET, SegmentDescriptor.MAGIC);
    }

    private void checkHeader() throws ProtocolException {
        long magic = Words.getLongAcquire(memory, SegmentDescriptor.MAGIC_OFFSET);
        int version = Words.getInt(memory, SegmentDescriptor.LAYOUT_VERSION_OFFSET);
        int rings = Words.getInt(memory, SegmentDescriptor.RING_LENGTH_OFFSET);
        if (magic != SegmentDescriptor.MAGIC || version != SegmentDescriptor.LAYOUT_VERSION || rings != ringLength) {
            mapping.unmap();
            throw new ProtocolException("The segment " + path + " has magic " + Long.toHexString(magic) + ", layout "
                    + version + " and rings of " + rings + " bytes, expected "
                    + Long.toHexString(SegmentDescriptor.MAGIC) + ", " + SegmentDescriptor.LAYOUT_VERSION + " and "
                    + ringLength + ": use the same version of shmrpc on both sides");
        }
    }

    @Override
    public SegmentOffer offer() {
        return new SegmentOffer(path, ringLength);
    }

    @Override
    public void unlink() {
        try {
            Files.deleteIfExists(path);
        }
        catch (IOException ex) {
            // The next start of this endpoint sweeps it.
        }
    }

    @Override
    public SocketConnection connect(Link link) {
        return new ShmConnection(link, mapping, ringLength);
    }

    @Override
    public void discard() {
        unlink();
        mapping.unmap();
    }

}
