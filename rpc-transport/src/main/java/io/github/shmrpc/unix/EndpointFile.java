package io.github.shmrpc.unix;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.github.shmrpc.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * The socket file that clients dial, and the lock file beside it that says whose it is.
 * The kernel frees the lock when its owner dies, so that a stale socket is taken over at
 * once, and of two starters exactly one wins: hold the lock, probe, bind a temporary
 * name, rename. The public name never points to a socket that does not listen. The lock
 * file is never deleted: another process may be about to lock it.
 * <p>
 * For one thread at a time.
 */
final class EndpointFile implements AutoCloseable {

    private static final int BACKLOG = 1024;

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private static final Set<PosixFilePermission> EVERYBODY = PosixFilePermissions.fromString("rw-rw-rw-");

    /**
     * Paths locked by this JVM: a second lock of one JVM is not refused but an exception,
     * and closing drops the first.
     */
    private static final Set<Path> LOCKED_HERE = ConcurrentHashMap.newKeySet();

    private final Endpoint endpoint;

    private final Path path;

    private final boolean openToOthers;

    private final FileChannel lock;

    private ServerSocketChannel listening;

    private @Nullable Object fileKey;

    private EndpointFile(Endpoint endpoint, boolean openToOthers, FileChannel lock) throws IOException {
        this.endpoint = endpoint;
        this.path = endpoint.path();
        this.openToOthers = openToOthers;
        this.lock = lock;
        this.listening = bind();
    }

    /**
     * Takes an endpoint: nobody else listens there from now on.
     * @param endpoint with a path
     * @param openToOthers whether other users may dial it, to be checked by their
     * credentials
     * @return the endpoint, listening
     * @throws IOException if it is in use, or not ours to take; the message says what to
     * do
     */
    static EndpointFile take(Endpoint endpoint, boolean openToOthers) throws IOException {
        Path path = endpoint.path();
        checkDirectory(endpoint, directoryOf(path));
        if (!LOCKED_HERE.add(path)) {
            throw new EndpointInUseException(endpoint, "by another server of this JVM");
        }
        FileChannel lock = null;
        try {
            lock = lock(endpoint, path.resolveSibling(path.getFileName() + ".lock"));
            refuseIfListening(endpoint);
            EndpointFile file = new EndpointFile(endpoint, openToOthers, lock);
            file.noteOwner();
            return file;
        }
        catch (IOException | RuntimeException ex) {
            if (lock != null) {
                lock.close();
            }
            LOCKED_HERE.remove(path);
            throw ex;
        }
    }

    ServerSocketChannel listening() {
        return listening;
    }

    /**
     * Identifies this endpoint among all of this machine, for names of files that belong
     * to it.
     * @return 16 hexadecimal digits
     * @throws IOException if the lock file is gone
     */
    String key() throws IOException {
        Path lockPath = path.resolveSibling(path.getFileName() + ".lock");
        Object key = Files.readAttributes(lockPath, BasicFileAttributes.class).fileKey();
        long hash = 0xcbf29ce484222325L; // FNV-1a, 64 bits
        for (byte b : (key + "|" + path).getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ b) * 0x100000001b3L;
        }
        return String.format("%016x", hash);
    }

    /**
     * Whether the public name still leads to our socket.
     * @return false if the file was deleted or replaced
     */
    boolean isInPlace() {
        try {
            return fileKey == null || fileKey.equals(fileKey(path));
        }
        catch (IOException ex) {
            return false;
        }
    }

    /**
     * Makes the public name anew after it was deleted or replaced. Those who connected
     * before are not affected.
     * @return the new socket; the old one is still open
     * @throws IOException if that fails
     */
    ServerSocketChannel renew() throws IOException {
        listening = bind();
        return listening;
    }

    /** Removes the socket, if it is still ours, and gives the lock back. */
    @Override
    public void close() throws IOException {
        try {
            if (isInPlace()) {
                Files.deleteIfExists(path);
            }
            listening.close();
        }
        finally {
            lock.close();
            LOCKED_HERE.remove(path);
        }
    }

    private ServerSocketChannel bind() throws IOException {
        Path temporary = path.resolveSibling(path.getFileName() + "~");
        Files.deleteIfExists(temporary);
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.bind(UnixDomainSocketAddress.of(temporary), BACKLOG);
            Files.setPosixFilePermissions(temporary, openToOthers ? EVERYBODY : OWNER_ONLY);
            channel.configureBlocking(false);
            fileKey = fileKey(temporary);
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
            return channel;
        }
        catch (IOException ex) {
            channel.close();
            Files.deleteIfExists(temporary);
            throw new IOException("Cannot bind " + endpoint + ": " + reason(ex)
                    + ". Check that the directory is writable by user " + PeerUser.own().getName(), ex);
        }
    }

    private static @Nullable Object fileKey(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey();
    }

    private void noteOwner() throws IOException {
        String owner = "pid " + ProcessHandle.current().pid() + " since " + Instant.now() + "\n";
        lock.truncate(0);
        lock.write(ByteBuffer.wrap(owner.getBytes(StandardCharsets.UTF_8)), 0);
    }

    private static Path directoryOf(Path path) {
        Path parent = path.getParent();
        return parent != null ? parent : Path.of("/");
    }

    private static void checkDirectory(Endpoint endpoint, Path directory) throws IOException {
        if (!Files.exists(directory)) {
            Files.createDirectories(directory,
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        Path real = directory.toRealPath();
        PosixFileAttributes attributes = Files.readAttributes(real, PosixFileAttributes.class);
        if (!attributes.isDirectory()) {
            throw new EndpointDirectoryException(endpoint, real + " is not a directory");
        }
        String owner = attributes.owner().getName();
        boolean ours = attributes.owner().equals(PeerUser.own());
        if (!ours && !owner.equals("root")) {
            throw new EndpointDirectoryException(endpoint,
                    real + " belongs to user " + owner + " and not to " + PeerUser.own().getName());
        }
        boolean writableByOthers = attributes.permissions().contains(PosixFilePermission.OTHERS_WRITE);
        int mode = (int) Files.getAttribute(real, "unix:mode");
        boolean sticky = (mode & 01000) != 0;
        if (writableByOthers && !sticky) {
            throw new EndpointDirectoryException(endpoint, real + " is writable by everybody (mode "
                    + PosixFilePermissions.toString(attributes.permissions()) + ")");
        }
    }

    private static FileChannel lock(Endpoint endpoint, Path lockPath) throws IOException {
        FileChannel channel;
        try {
            channel = FileChannel.open(lockPath, Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ,
                    StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                    PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        }
        catch (FileSystemException ex) {
            throw new EndpointDirectoryException(endpoint, "its lock file cannot be opened: " + reason(ex));
        }
        try {
            if (channel.tryLock() == null) {
                throw new EndpointInUseException(endpoint, "by another process (" + ownerIn(channel) + ")");
            }
            return channel;
        }
        catch (IOException | RuntimeException ex) {
            channel.close();
            throw ex;
        }
    }

    private static String ownerIn(FileChannel lock) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(100);
        lock.read(text, 0);
        String owner = new String(text.array(), 0, text.position(), StandardCharsets.UTF_8).strip();
        return owner.isEmpty() ? "pid unknown" : owner.replaceAll("\\p{Cntrl}", "?");
    }

    private static void refuseIfListening(Endpoint endpoint) throws IOException {
        BasicFileAttributes attributes;
        try {
            attributes = Files.readAttributes(endpoint.path(), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        }
        catch (NoSuchFileException ex) {
            return;
        }
        if (!attributes.isOther()) {
            throw new EndpointDirectoryException(endpoint, "there is a file at this path that is not a socket");
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false);
            probe.connect(UnixDomainSocketAddress.of(endpoint.path()));
            throw new EndpointInUseException(endpoint, "by a process that holds no lock");
        }
        catch (ConnectException ex) {
            // The owner is dead: its socket is stale and will be replaced.
        }
        catch (EndpointInUseException ex) {
            throw ex;
        }
        catch (SocketException ex) {
            throw new EndpointInUseException(endpoint, "or not ours: " + reason(ex));
        }
    }

    private static String reason(IOException ex) {
        String message = ex.getMessage();
        return message != null ? message : ex.getClass().getSimpleName();
    }

}
