package io.github.shmrpc.shm;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

import io.github.shmrpc.transport.TransportOptions;
import io.github.shmrpc.unix.MemoryCarrier;
import io.github.shmrpc.unix.SegmentOffer;
import io.github.shmrpc.unix.SharedSegment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes and opens segments as files in memory: {@code /dev/shm}, or the temporary
 * directory where there is none.
 */
final class ShmCarrier implements MemoryCarrier {

    private static final Logger logger = LoggerFactory.getLogger(ShmCarrier.class);

    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    @Override
    public SharedSegment create(String key, TransportOptions options) throws IOException {
        return Segment.create(directory(options), key, options.ringLength());
    }

    @Override
    public SharedSegment open(SegmentOffer offer) throws IOException {
        return Segment.open(offer);
    }

    @Override
    public void sweep(String key, TransportOptions options) {
        try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(directory(options),
                SegmentFile.prefix(key) + "*")) {
            for (Path leftover : leftovers) {
                Files.deleteIfExists(leftover);
                logger.info("Deleted {}, which a dead server of this endpoint had left", leftover);
            }
        }
        catch (IOException ex) {
            logger.warn("Cannot look for what dead servers have left: {}", ex.toString());
        }
    }

    private static Path directory(TransportOptions options) {
        if (!options.segmentDirectory().isEmpty()) {
            return Path.of(options.segmentDirectory());
        }
        return Files.isDirectory(SHARED_MEMORY) ? SHARED_MEMORY : Path.of(System.getProperty("java.io.tmpdir"));
    }

}
