package io.github.shmrpc.unix;

import java.io.IOException;
import java.io.InterruptedIOException;
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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.transport.PermanentConnectException;
import io.github.shmrpc.transport.TransportOptions;
import org.jspecify.annotations.Nullable;

/**
 * The socket file that clients dial, and the lock file beside it that says whose it is.
 * The kernel frees the lock when its owner dies, so that a stale socket is taken over at
 * once, and of two starters exactly one wins: hold the lock, probe, bind a temporary
 * name, rename. The public name never points to a socket that does not listen. The lock
 * file is never deleted: another process may be about to lock it.
 * <p>
 * A successor is let in by the owner ({@link Succession}): it renames its socket over the
 * owner's while that still holds the lock, and takes the lock when the owner lets go.
 * <p>
 * For one thread at a time.
 */
final class EndpointFile implements AutoCloseable {

    private static final int BACKLOG = 1024;

    /** Ends the temporary name that the owner of the lock binds. */
    private static final String OWNER_SUFFIX = "~";

    /**
     * Ends the one that a successor binds, while another may become the owner of the
     * lock.
     */
    private static final String SUCCESSOR_SUFFIX = "+";

    private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(2);

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

    private Socket socket;

    private boolean promised;

    private boolean takenOver;

    private EndpointFile(Endpoint endpoint, boolean openToOthers, FileChannel lock, Socket socket) {
        this.endpoint = endpoint;
        this.path = endpoint.path();
        this.openToOthers = openToOthers;
        this.lock = lock;
        this.socket = socket;
    }

    /**
     * Takes an endpoint: nobody else listens there from now on. If the options ask for
     * it, from a server that does, and takes as long as a handshake may at most.
     * @param endpoint with a path
     * @param options whether to take over; other users that may dial it are to be checked
     * by their credentials
     * @return the endpoint, listening
     * @throws IOException if it is in use, or not ours to take; the message says what to
     * do
     */
    static EndpointFile take(Endpoint endpoint, TransportOptions options) throws IOException {
        checkDirectory(endpoint, directoryOf(endpoint.path()));
        boolean openToOthers = !options.allowedUsers().isEmpty();
        if (!options.takeOver()) {
            return takeFree(endpoint, openToOthers);
        }
        long deadlineNs = System.nanoTime() + options.handshakeTimeout().toNanos();
        while (true) {
            try {
                return takeFree(endpoint, openToOthers);
            }
            catch (EndpointInUseException inUse) {
                Succession succession = askOwner(endpoint, options, inUse, deadlineNs);
                if (succession != null) {
                    return succeed(endpoint, openToOthers, succession, deadlineNs);
                }
            }
        }
    }

    /**
     * Null if it is worth another try: the owner may be about to start or to end, or have
     * another successor.
     */
    private static @Nullable Succession askOwner(Endpoint endpoint, TransportOptions options,
            EndpointInUseException inUse, long deadlineNs) throws IOException {
        try {
            return Succession.ask(endpoint, options);
        }
        catch (IOException ex) {
            if (ex instanceof PermanentConnectException || !pauseUntil(deadlineNs)) {
                throw new EndpointInUseException(inUse, ex);
            }
            return null;
        }
    }

    private static EndpointFile takeFree(Endpoint endpoint, boolean openToOthers) throws IOException {
        FileChannel lock = lock(endpoint);
        try {
            refuseIfListening(endpoint);
            EndpointFile file = new EndpointFile(endpoint, openToOthers, lock,
                    Socket.bind(endpoint, openToOthers, OWNER_SUFFIX));
            file.noteOwner();
            return file;
        }
        catch (IOException | RuntimeException ex) {
            unlock(endpoint, lock);
            throw ex;
        }
    }

    private static EndpointFile succeed(Endpoint endpoint, boolean openToOthers, Succession granted, long deadlineNs)
            throws IOException {
        try (Succession succession = granted) {
            Socket socket = Socket.bind(endpoint, openToOthers, SUCCESSOR_SUFFIX);
            try {
                succession.taken();
                return new EndpointFile(endpoint, openToOthers, lockWhenFree(endpoint, deadlineNs), socket).settle();
            }
            catch (IOException | RuntimeException ex) {
                // Its name is left: whoever holds the lock makes it anew.
                socket.channel.close();
                throw ex;
            }
        }
    }

    private EndpointFile settle() throws IOException {
        try {
            if (!isInPlace()) {
                // The owner before has given this socket up, and then ended.
                socket.channel.close();
                renew();
            }
            noteOwner();
            takenOver = true;
            return this;
        }
        catch (IOException | RuntimeException ex) {
            close();
            throw ex;
        }
    }

    private static FileChannel lockWhenFree(Endpoint endpoint, long deadlineNs) throws IOException {
        while (true) {
            try {
                return lock(endpoint);
            }
            catch (EndpointInUseException held) {
                if (!pauseUntil(deadlineNs)) {
                    throw held;
                }
            }
        }
    }

    /** Waits a little; false if the time is up. */
    private static boolean pauseUntil(long deadlineNs) throws IOException {
        LockSupport.parkNanos(RETRY_NS);
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("Interrupted while taking an endpoint over");
        }
        return deadlineNs - System.nanoTime() > 0;
    }

    ServerSocketChannel listening() {
        return socket.channel;
    }

    /** Whether a server handed it over, which still serves its connections. */
    boolean isTakenOver() {
        return takenOver;
    }

    /**
     * Identifies this endpoint among all of this machine, for names of files that belong
     * to it.
     * @return 16 hexadecimal digits
     * @throws IOException if the lock file is gone
     */
    String key() throws IOException {
        Object key = Files.readAttributes(lockPath(endpoint), BasicFileAttributes.class).fileKey();
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
            return socket.fileKey == null || socket.fileKey.equals(fileKey(path));
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
        socket = Socket.bind(endpoint, openToOthers, OWNER_SUFFIX);
        return socket.channel;
    }

    /**
     * A successor may rename its socket over this one from now on, or may not any more.
     * Its file must not be looked after meanwhile.
     */
    void promise(boolean promised) {
        this.promised = promised;
    }

    /**
     * Removes the socket, if it is still ours and not promised, and gives the lock back.
     */
    @Override
    public void close() throws IOException {
        try {
            if (!promised && isInPlace()) {
                Files.deleteIfExists(path);
            }
            socket.channel.close();
        }
        finally {
            unlock(endpoint, lock);
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

    private static Path lockPath(Endpoint endpoint) {
        return endpoint.path().resolveSibling(endpoint.path().getFileName() + ".lock");
    }

    private static FileChannel lock(Endpoint endpoint) throws IOException {
        if (!LOCKED_HERE.add(endpoint.path())) {
            throw new EndpointInUseException(endpoint, "by another server of this JVM");
        }
        try {
            return lockFile(endpoint);
        }
        catch (IOException | RuntimeException ex) {
            LOCKED_HERE.remove(endpoint.path());
            throw ex;
        }
    }

    private static void unlock(Endpoint endpoint, FileChannel lock) throws IOException {
        try {
            lock.close();
        }
        finally {
            LOCKED_HERE.remove(endpoint.path());
        }
    }

    private static FileChannel lockFile(Endpoint endpoint) throws IOException {
        FileChannel channel;
        try {
            channel = FileChannel.open(
                    lockPath(endpoint), Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ,
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
        return owner.isEmpty() ? "pid unknown" : owner.replaceAll("[\\p{Cc}\\p{Zl}\\p{Zp}]", "?");
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

    /**
     * A socket that listens under the public name, as long as nobody replaces that.
     *
     * @param channel not blocking
     * @param fileKey identifies its file
     */
    private record Socket(ServerSocketChannel channel, @Nullable Object fileKey) {

        static Socket bind(Endpoint endpoint, boolean openToOthers, String suffix) throws IOException {
            Path path = endpoint.path();
            Path temporary = path.resolveSibling(path.getFileName() + suffix);
            Files.deleteIfExists(temporary);
            ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                channel.bind(UnixDomainSocketAddress.of(temporary), BACKLOG);
                Files.setPosixFilePermissions(temporary, openToOthers ? EVERYBODY : OWNER_ONLY);
                channel.configureBlocking(false);
                Socket socket = new Socket(channel, EndpointFile.fileKey(temporary));
                Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
                return socket;
            }
            catch (IOException ex) {
                channel.close();
                Files.deleteIfExists(temporary);
                throw new IOException("Cannot bind " + endpoint + ": " + reason(ex)
                        + ". Check that the directory is writable by user " + PeerUser.own().getName(), ex);
            }
        }

    }

}
