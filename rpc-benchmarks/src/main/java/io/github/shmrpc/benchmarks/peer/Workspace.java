package io.github.shmrpc.benchmarks.peer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Two directories that belong to one pair of processes. Whichever process ends last
 * removes them, so that nothing stays behind when the others are killed.
 *
 * @param sockets for Unix sockets, whose paths must be short
 * @param memory for files to map, in shared memory
 */
public record Workspace(Path sockets, Path memory) {

    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    /** Makes both directories. */
    public static Workspace create() throws IOException {
        Path sockets = Files.createTempDirectory("shmrpc-bench-");
        return new Workspace(sockets, Files.createTempDirectory(SHARED_MEMORY, "shmrpc-bench-"));
    }

    /**
     * Removes both directories with all that is in them. May be called again, and by
     * several processes at once.
     */
    public void delete() {
        deleteTree(sockets);
        deleteTree(memory);
    }

    private static void deleteTree(Path root) {
        try (Stream<Path> paths = Files.walk(root)) {
            List<Path> deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        }
        catch (NoSuchFileException | UncheckedIOException ex) {
            // Another process of the pair is removing the same tree.
            return;
        }
        catch (IOException ex) {
            System.err.println("Cannot remove " + root + ": " + ex);
        }
    }

}
