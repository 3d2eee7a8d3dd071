package io.github.shmrpc.shm;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Where the memory of a connection is found: a directory of files, or that of the
 * descriptors which the accepting process has.
 *
 * @param path the directory
 * @param sealed whether memory is sealed
 */
record SegmentDirectory(Path path, boolean sealed) {

    /** The one of sealed memory that this process makes. */
    static SegmentDirectory ofSealed() throws IOException {
        return new SegmentDirectory(SealedFile.directory(), true);
    }

    /**
     * Makes and maps memory, all zeros.
     * @param key the endpoint's: part of the name
     * @param length in bytes
     * @throws IOException if there is no room for it: says how much was needed
     */
    SegmentFile create(String key, int length) throws IOException {
        return sealed ? SealedFile.create(path, key, length) : NamedFile.create(path, key, length);
    }

    /**
     * Maps memory that the peer made.
     * @param file its path
     * @param length that it must have, in bytes
     * @throws IOException if it has another length, or cannot be mapped
     */
    SegmentFile open(Path file, int length) throws IOException {
        return sealed ? SealedFile.open(file, length) : NamedFile.open(file, length);
    }

}
