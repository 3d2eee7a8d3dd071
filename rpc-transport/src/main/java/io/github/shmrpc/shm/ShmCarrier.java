package io.github.shmrpc.shm;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.shmrpc.transport.HardenedMode;
import io.github.shmrpc.transport.TransportOptions;
import io.github.shmrpc.unix.MemoryCarrier;
import io.github.shmrpc.unix.SegmentOffer;
import io.github.shmrpc.unix.SharedSegment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes and opens segments as files in memory: {@code /dev/shm}, or the temporary
 * directory where there is none; or as sealed memory.
 */
final class ShmCarrier implements MemoryCarrier {

    private static final Logger logger = LoggerFactory.getLogger(ShmCarrier.class);

    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    /** Whether it was said that memory is not sealed; any thread. */
    private final AtomicBoolean told = new AtomicBoolean();

    @Override
    public boolean seals(HardenedMode mode) throws IOException {
        String obstacle = (mode == HardenedMode.OFF) ? "" : SealedFile.obstacle();
        if (obstacle == null) {
            return true;
        }
        if (mode == HardenedMode.REQUIRED) {
            throw new IOException("Memory cannot be sealed (hardened=required): " + obstacle);
        }
        if (mode == HardenedMode.PREFERRED && told.compareAndSet(false, true)) {
            logger.warn("Memory is not sealed (hardened=preferred): {}", obstacle);
        }
        return false;
    }

    @Override
    public SharedSegment create(String key, TransportOptions options, boolean sealed) throws IOException {
        SegmentDirectory directory = sealed ? SegmentDirectory.ofSealed()
                : new SegmentDirectory(directory(options).toAbsolutePath(), false);
        return Segment.create(directory, key, options.ringLength());
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
