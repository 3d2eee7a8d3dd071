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

/**
 * A file in memory that two processes map. The acceptor makes it: a random name that
 * nobody else can have taken, readable by its user alone, filled with zeros through the
 * file, so that a full file system is an error here and not a crash later. Its name goes
 * as soon as both sides have mapped it, and no descriptor stays open.
 *
 * @param path the file, as long as it has a name
 * @param mapping the file as memory
 */
record SegmentFile(Path path, Mapping mapping) {

    private static final String PREFIX = "shmrpc-";

    /** Shared by all threads, which take duplicates. */
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(64 * 1024).asReadOnlyBuffer();

    private static final int NAME_BYTES = 16;

    private static final SecureRandom RANDOM = new SecureRandom();

    /**
     * Makes and maps a file.
     * @param directory where
     * @param key the endpoint's: part of the name
     * @param length in bytes
     * @throws IOException if there is no room for it: says where, and how much was needed
     */
    static SegmentFile create(Path directory, String key, int length) throws IOException {
        byte[] name = new byte[NAME_BYTES];
        RANDOM.nextBytes(name);
        Path path = directory.resolve(prefix(key) + HexFormat.of().formatHex(name));
        try (FileChannel file = FileChannel.open(path,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            fill(file, length);
            return new SegmentFile(path, Mapping.map(file, length));
        }
        catch (IOException ex) {
            if (!(ex instanceof FileAlreadyExistsException)) {
                Files.deleteIfExists(path);
            }
            throw new IOException("No shared memory in " + directory + ": " + ex.getMessage() + ". A connection needs "
                    + length + " bytes, " + free(directory)
                    + " are free. Make the file system larger, or the rings and slots smaller", ex);
        }
    }

    /**
     * Maps a file that the peer made.
     * @param path the file
     * @param length that it must have, in bytes
     * @throws IOException if it has another length or cannot be mapped
     */
    static SegmentFile open(Path path, int length) throws IOException {
        try (FileChannel file = FileChannel.open(path,
                Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS))) {
            if (file.size() != length) {
                throw new ProtocolException(
                        "The segment " + path + " has " + file.size() + " bytes, expected " + length);
            }
            return new SegmentFile(path, Mapping.map(file, length));
        }
    }

    /** What the names of all files of an endpoint begin with. */
    static String prefix(String key) {
        return PREFIX + key + "-";
    }

    private static void fill(FileChannel file, int length) throws IOException {
        ByteBuffer zeros = ZEROS.duplicate();
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

    ByteBuffer memory() {
        return mapping.memory();
    }

    /** Both sides have mapped it: its name goes, so that nothing is left whoever dies. */
    void unlink() {
        try {
            Files.deleteIfExists(path);
        }
        catch (IOException ex) {
            // The next start of this endpoint sweeps it.
        }
    }

    /** Frees it, name and memory. Nobody touches the memory. */
    void discard() {
        unlink();
        mapping.unmap();
    }

}
