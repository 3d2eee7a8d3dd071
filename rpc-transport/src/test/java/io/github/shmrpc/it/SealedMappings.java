package io.github.shmrpc.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The sealed memory that this process has mapped at a time. Each has a name of its own.
 *
 * @param names as the kernel tells them
 */
record SealedMappings(Set<String> names) {

    static SealedMappings now() {
        return new SealedMappings(Set.copyOf(mapped()));
    }

    private static List<String> mapped() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.filter((line) -> line.contains("/memfd:shmrpc-"))
                .map((line) -> line.substring(line.indexOf('/')))
                .toList();
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    /** How many mappings there are now of memory that was not mapped then. */
    int added() {
        return (int) mapped().stream().filter((name) -> !names.contains(name)).count();
    }

}
