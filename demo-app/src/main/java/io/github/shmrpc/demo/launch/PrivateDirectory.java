package io.github.shmrpc.demo.launch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.demo.options.DemoOptions;
import io.github.shmrpc.demo.options.UsageException;

/** A new directory that only this user may enter, for a socket. Closing it deletes it. */
public final class PrivateDirectory implements AutoCloseable {

    private final Path path;

    private PrivateDirectory(Path path) {
        this.path = path;
    }

    /**
     * Creates one.
     * @return a directory of mode 0700
     * @throws StartException if that fails
     */
    public static PrivateDirectory create() throws StartException {
        try {
            return new PrivateDirectory(Files.createTempDirectory("shmrpc-demo-"));
        }
        catch (IOException ex) {
            throw new StartException("Cannot create a directory for the socket: " + ex, ex);
        }
    }

    /**
     * Where a server of this mode is to serve.
     * @param options what was asked for
     * @return the endpoint given, else one in this directory
     * @throws UsageException if what was given is none, or this directory's path is too
     * long for a socket
     */
    public Endpoint endpoint(DemoOptions options) throws UsageException {
        try {
            return options.givenEndpoint().orElseGet(() -> new Endpoint("shm", path.resolve("demo.sock").toString()));
        }
        catch (IllegalArgumentException ex) {
            throw new UsageException(ex.getMessage() + " (java.io.tmpdir names this directory)", ex);
        }
    }

    @Override
    public void close() {
        try (Stream<Path> files = Files.list(path)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(path);
        }
        catch (IOException ex) {
            throw new UncheckedIOException("Cannot delete " + path, ex);
        }
    }

}
