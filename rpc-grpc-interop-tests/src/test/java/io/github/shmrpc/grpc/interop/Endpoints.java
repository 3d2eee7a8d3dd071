package io.github.shmrpc.grpc.interop;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** Where the tests of this JVM listen: in a directory that goes with it. */
final class Endpoints {

    private static final AtomicInteger COUNT = new AtomicInteger();

    private static final Path DIRECTORY = newDirectory();

    private Endpoints() {
    }

    /**
     * One that nobody else has: the server of the test before may still be about to stop.
     */
    static String next(String scheme) {
        String name = "interop-" + COUNT.incrementAndGet();
        return scheme.equals("inproc") ? "inproc:" + name : scheme + ":" + DIRECTORY.resolve(name + ".sock");
    }

    private static Path newDirectory() {
        try {
            Path directory = Files.createTempDirectory("interop");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(directory.toFile())));
            return directory;
        }
        catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static void delete(File directory) {
        File[] files = directory.listFiles();
        boolean deleted = true;
        for (File file : files == null ? new File[0] : files) {
            deleted &= file.delete();
        }
        if (!deleted || !directory.delete()) {
            System.err.println("Not deleted: " + directory);
        }
    }

}
