package io.github.shmrpc.shm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.awaitility.Awaitility.await;

/** What the kernel says of the shared memory that this process has mapped. */
public final class Mappings {

    private static final Path MAPS = Path.of("/proc/self/maps");

    private Mappings() {
    }

    /** Segments and slabs, as lines that tell address and file. */
    public static Set<String> ofThisProcess() {
        try (Stream<String> lines = Files.lines(MAPS)) {
            return lines.filter((line) -> line.contains("shmrpc-")).collect(Collectors.toSet());
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    /**
     * Waits until nothing is mapped any more, beside some. Before Java 22 the collector
     * unmaps memory that an application may have kept a view of.
     */
    public static void awaitNoneBut(Set<String> others) {
        await("nothing mapped").until(() -> {
            System.gc();
            Set<String> mapped = new HashSet<>(ofThisProcess());
            mapped.removeAll(others);
            return mapped;
        }, Set::isEmpty);
    }

}
