package io.github.shmrpc.shm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;

import io.github.shmrpc.transport.ProtocolException;

/**
 * Memory that two processes map. The acceptor makes it, under a random name that nobody
 * else can have taken, and fills it with zeros through the file, so that want of memory
 * is an error here and not a crash later. As soon as both sides have mapped it nobody
 * else finds it any more, and no descriptor stays open.
 */
abstract class SegmentFile {

    private static final String PREFIX = "shmrpc-";

    /** Shared by all threads, which take duplicates. */
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(64 * 1024).asReadOnlyBuffer();

    private static final int NAME_BYTES = 16;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path path;

    private final Mapping mapping;

    SegmentFile(Path path, Mapping mapping) {
        this.path = path;
        this.mapping = mapping;
    }

    /** What the names of all files of an endpoint begin with. */
    static String prefix(String key) {
        return PREFIX + key + "-";
    }

    static String randomName(String key) {
        byte[] name = new byte[NAME_BYTES];
        RANDOM.nextBytes(name);
        return prefix(key) + HexFormat.of().formatHex(name);
    }

    static void fill(FileChannel file, int length) throws IOException {
        ByteBuffer zeros = ZEROS.duplicate();
        for (int written = 0; written < length;) {
            zeros.clear().limit(Math.min(zeros.capacity(), length - written));
            written += file.write(zeros, written);
        }
    }

    static void requireLength(Path path, FileChannel file, int length) throws IOException {
        if (file.size() != length) {
            throw new ProtocolException("The segment " + path + " has " + file.size() + " bytes, expected " + length);
        }
    }

    /** What the dialler finds it by, until both have mapped it. */
    Path path() {
        return path;
    }

    Mapping mapping() {
        return mapping;
    }

    ByteBuffer memory() {
        return mapping.memory();
    }

    /**
     * Both sides have mapped it: nobody finds it any more, so that nothing is left
     * whoever dies.
     * @throws ProtocolException if the dialler has not done to it what it should have
     */
    void mappedByBoth() throws ProtocolException {
        hide();
    }

    /** Nobody finds it any more. Any number of times. */
    abstract void hide();

    /** Frees it. Nobody touches the memory. */
    void discard() {
        hide();
        mapping.unmap();
    }

}
