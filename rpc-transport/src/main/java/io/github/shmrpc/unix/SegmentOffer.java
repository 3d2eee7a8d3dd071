package io.github.shmrpc.unix;

import java.nio.file.Path;

/**
 * What an acceptor tells of a segment.
 *
 * @param path the file
 * @param ringLength bytes of each ring
 * @param sealed whether it is sealed memory instead of a file
 */
public record SegmentOffer(Path path, int ringLength, boolean sealed) {
}
