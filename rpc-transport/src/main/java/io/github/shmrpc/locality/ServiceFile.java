package io.github.shmrpc.locality;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

import io.github.shmrpc.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * Says where on this host a service runs, by its name: a file that its server writes when
 * it listens and deletes before it stops. What a killed server leaves names an endpoint
 * where nobody listens, which its readers find out. Thread-safe.
 * <p>
 * A file is believed if it and its directory belong to this process's user or to root,
 * and nobody else may write to them.
 */
public final class ServiceFile {

    /** Names another directory than the default, for all services of a JVM. */
    public static final String DIRECTORY_PROPERTY = "shmrpc.run-directory";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    private static final Set<PosixFilePermission> OF_OTHERS = PosixFilePermissions.fromString("----w--w-");

    private static final int MAX_LENGTH = 4096;

    private final Path directory;

    private final Path path;

    /** Of one start of one server: the next one has another. Who writes or deletes. */
    private volatile String id = "";

    private ServiceFile(Path directory, String service) {
        this.directory = directory;
        this.path = directory.resolve(service);
    }

    /**
     * The file of a service in the default directory: the one that the system property
     * {@value #DIRECTORY_PROPERTY} names, else {@code $XDG_RUNTIME_DIR/shmrpc}, else one
     * of the user's in the temporary directory.
     * @param service letters, digits, dots, hyphens and underscores, at most 100
     * @return not written yet
     * @throws IllegalArgumentException if the name is none
     */
    public static ServiceFile of(String service) {
        return in(defaultDirectory(), service);
    }

    /**
     * The file of a service.
     * @param directory made if it is not there
     * @param service letters, digits, dots, hyphens and underscores, at most 100
     * @return not written yet
     * @throws IllegalArgumentException if the name is none
     */
    public static ServiceFile in(Path directory, String service) {
        if (!NAME.matcher(service).matches()) {
            throw new IllegalArgumentException(
                    "Service name must be 1 to 100 letters, digits, '.', '-' or '_': '" + service + "'");
        }
        return new ServiceFile(directory, service);
    }

    private static Path defaultDirectory() {
        String named = System.getProperty(DIRECTORY_PROPERTY);
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        if (named != null) {
            return Path.of(named);
        }
        return runtime != null && !runtime.isEmpty() ? Path.of(runtime, "shmrpc")
                : Path.of(System.getProperty("java.io.tmpdir"), "shmrpc-" + System.getProperty("user.name"));
    }

    /**
     * Writes where the service runs, instead of who wrote it before.
     * @param endpoint where its server listens
     * @throws IOException if the file cannot be written, or would not be believed
     */
    public void write(Endpoint endpoint) throws IOException {
        Files.createDirectories(directory,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        // Whoever else may write there could have us write through a link of his.
        requireTrusted(directory);
        id = UUID.randomUUID().toString();
        Path next = hidden();
        try {
            Files.createFile(next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--")));
            Files.writeString(next, endpoint + "\n" + id + "\n");
            Files.move(next, path, StandardCopyOption.ATOMIC_MOVE);
        }
        finally {
            Files.deleteIfExists(next);
        }
    }

    /**
     * Deletes what was written, unless a successor has replaced it.
     * @throws IOException if the file cannot be deleted
     */
    public void delete() throws IOException {
        if (!isOwn(read())) {
            return;
        }
        // A successor may write at any time: what is taken away is looked at once more.
        Path aside = hidden();
        try {
            Files.move(path, aside, StandardCopyOption.ATOMIC_MOVE);
            if (!isOwn(read(aside))) {
                Files.createLink(path, aside);
            }
        }
        catch (NoSuchFileException | FileAlreadyExistsException newer) {
            // Somebody else has deleted it, or another successor has come.
        }
        finally {
            Files.deleteIfExists(aside);
        }
    }

    private Path hidden() {
        return directory.resolve("." + UUID.randomUUID());
    }

    private boolean isOwn(@Nullable Entry entry) {
        return entry != null && entry.id().equals(id);
    }

    /**
     * Reads where the service runs.
     * @return {@code null} if nobody says it
     * @throws IOException if there is a file that cannot be read or believed
     */
    @Nullable Entry read() throws IOException {
        return read(path);
    }

    private @Nullable Entry read(Path file) throws IOException {
        try {
            requireTrusted(directory);
            requireTrusted(file);
            if (Files.size(file) > MAX_LENGTH) {
                throw new IOException(file + " is no service file: it is too long");
            }
            List<String> lines = Files.readAllLines(file);
            if (lines.size() < 2) {
                throw new IOException(file + " is no service file: it has no endpoint and id");
            }
            return new Entry(Endpoint.parse(lines.get(0)), lines.get(1));
        }
        catch (NoSuchFileException absent) {
            return null;
        }
        catch (IllegalArgumentException malformed) {
            throw new IOException(file + " is no service file: " + malformed.getMessage(), malformed);
        }
    }

    private static void requireTrusted(Path file) throws IOException {
        PosixFileAttributes attributes = Files.readAttributes(file, PosixFileAttributes.class,
                LinkOption.NOFOLLOW_LINKS);
        String owner = attributes.owner().getName();
        if (!isOwn(attributes.owner()) && !owner.equals("root")) {
            throw new IOException(file + " belongs to " + owner + ", so it is not believed");
        }
        if (attributes.permissions().stream().anyMatch(OF_OTHERS::contains)) {
            throw new IOException(file + " may be written by others than " + owner + ", so it is not believed");
        }
    }

    private static boolean isOwn(UserPrincipal owner) throws IOException {
        Path self = Path.of("/proc/self");
        return Files.exists(self) ? owner.equals(Files.getOwner(self))
                : owner.getName().equals(System.getProperty("user.name"));
    }

    @Override
    public String toString() {
        return path.toString();
    }

    /**
     * What a file says.
     *
     * @param endpoint where the service runs
     * @param id of that start of its server
     */
    record Entry(Endpoint endpoint, String id) {
    }

}
