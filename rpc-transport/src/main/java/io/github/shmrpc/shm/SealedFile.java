package io.github.shmrpc.shm;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.shmrpc.transport.ProtocolException;
import io.github.shmrpc.unix.SealedMemoryException;
import org.jspecify.annotations.Nullable;

/**
 * Memory without a file system (<i>memfd</i>), whose size and pages the kernel protects
 * by <i>seals</i> from everybody, root included.
 *
 * <pre>
 *  acceptor                                    dialler
 *  makes, fills and maps it
 *  seals: no shrinking, no growing
 *  tells /proc/PID/fd/DESCRIPTOR:NAME  ----->  opens /proc/PID/fd/DESCRIPTOR
 *                                              checks its name, its size and the seals
 *                                              maps it, closes the descriptor
 *                                              seals: no further writer, no further seal
 *  checks all seals                    &lt;-----  has mapped it
 *  closes the descriptor
 * </pre>
 *
 * The seal against further writers also keeps pages from being taken away, which shows in
 * no size (<i>hole punching</i>); it lets those write that have mapped the memory before.
 * The name has 128 random bits: descriptors are numbered anew when others were closed.
 */
final class SealedFile extends SegmentFile {

    // See memfd_create(2), open(2) and fcntl(2).
    private static final int MFD_CLOEXEC = 1;

    private static final int MFD_ALLOW_SEALING = 2;

    private static final int MFD_NOEXEC_SEAL = 8;

    private static final int O_RDWR = 2;

    private static final int O_CLOEXEC = 0x80000;

    private static final int F_ADD_SEALS = 1033;

    private static final int F_GET_SEALS = 1034;

    private static final int F_SEAL_SEAL = 1;

    private static final int F_SEAL_SHRINK = 2;

    private static final int F_SEAL_GROW = 4;

    private static final int F_SEAL_FUTURE_WRITE = 16;

    /** Those of the acceptor. */
    private static final int SIZE_SEALS = F_SEAL_SHRINK | F_SEAL_GROW;

    /** Those of the dialler. */
    private static final int LAST_SEALS = F_SEAL_FUTURE_WRITE | F_SEAL_SEAL;

    private static final int CLOSED = -1;

    private static final Path OWN_DESCRIPTORS = Path.of("/proc/self/fd");

    private static final Pattern TOLD = Pattern.compile("(/proc/\\d+/fd/\\d+):(shmrpc-[\\w-]+)");

    /** The acceptor's, until both have mapped it. For one thread at a time. */
    private int descriptor;

    private SealedFile(Path path, Mapping mapping, int descriptor) {
        super(path, mapping);
        this.descriptor = descriptor;
    }

    /**
     * Whether this JVM and this kernel can seal memory.
     * @return {@code null} if they can, else why not
     */
    static @Nullable String obstacle() {
        return Check.OBSTACLE;
    }

    /** Where others find the descriptors of this process. */
    static Path directory() throws IOException {
        return OWN_DESCRIPTORS.toRealPath();
    }

    /**
     * Makes and maps memory.
     * @throws IOException if that fails: says how much was needed
     */
    static SealedFile create(Path directory, String key, int length) throws IOException {
        try {
            String name = randomName(key);
            int descriptor = memfd(name);
            try (FileChannel file = channel(descriptor)) {
                fill(file, length);
                NativeCalls.instance().fcntl(descriptor, F_ADD_SEALS, SIZE_SEALS);
                return new SealedFile(directory.resolve(descriptor + ":" + name), Mapping.map(file, length),
                        descriptor);
            }
            catch (IOException | RuntimeException | Error ex) {
                close(descriptor);
                throw ex;
            }
        }
        catch (IOException ex) {
            throw new IOException("No sealed memory: " + ex.getMessage() + ". A connection needs " + length + " bytes",
                    ex);
        }
    }

    private static int memfd(String name) throws IOException {
        NativeCalls calls = NativeCalls.instance();
        try {
            return calls.memfdCreate(name, MFD_CLOEXEC | MFD_NOEXEC_SEAL);
        }
        catch (IOException ex) {
            // Linux before 6.3 does not know that it is not to be executed.
            return calls.memfdCreate(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
        }
    }

    /**
     * Maps memory that an acceptor made, and seals it for good.
     * @throws SealedMemoryException if it cannot be reached from here
     * @throws IOException if it is not what was told, or cannot be mapped
     */
    static SealedFile open(Path path, int length) throws IOException {
        Matcher told = TOLD.matcher(path.toString());
        if (!told.matches()) {
            throw new ProtocolException("The server offers sealed memory at " + path);
        }
        int descriptor = reach(told.group(1));
        try (FileChannel file = channel(descriptor)) {
            requireName(descriptor, told.group(2));
            requireSeals(descriptor, SIZE_SEALS);
            requireLength(path, file, length);
            Mapping mapping = Mapping.map(file, length);
            try {
                NativeCalls.instance().fcntl(descriptor, F_ADD_SEALS, LAST_SEALS);
            }
            catch (IOException ex) {
                mapping.unmap();
                throw ex;
            }
            return new SealedFile(path, mapping, CLOSED);
        }
        finally {
            close(descriptor);
        }
    }

    private static int reach(String path) throws IOException {
        try {
            return NativeCalls.instance().open(path, O_RDWR | O_CLOEXEC);
        }
        catch (IOException ex) {
            throw new SealedMemoryException("sealed memory of the server cannot be reached: " + ex.getMessage()
                    + ". Both must be in one namespace of process ids, and the server's process must not be protected"
                    + " from its own user", ex);
        }
    }

    private static void requireName(int descriptor, String name) throws IOException {
        String found = Files.readSymbolicLink(own(descriptor)).toString();
        if (!found.equals("/memfd:" + name + " (deleted)")) {
            throw new SealedMemoryException("sealed memory of the server is not where it should be, but " + found
                    + ". Both must be in one namespace of process ids", null);
        }
    }

    private static void requireSeals(int descriptor, int expected) throws ProtocolException {
        int seals = seals(descriptor);
        if ((seals & expected) != expected) {
            throw new ProtocolException("Sealed memory has the seals 0x" + Integer.toHexString(seals) + ", expected 0x"
                    + Integer.toHexString(expected));
        }
    }

    private static int seals(int descriptor) {
        try {
            return NativeCalls.instance().fcntl(descriptor, F_GET_SEALS, 0);
        }
        catch (IOException ex) {
            // A file that cannot be sealed.
            return 0;
        }
    }

    private static Path own(int descriptor) {
        return OWN_DESCRIPTORS.resolve(String.valueOf(descriptor));
    }

    /** Another descriptor for the same memory. */
    private static FileChannel channel(int descriptor) throws IOException {
        return FileChannel.open(own(descriptor), StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    private static void close(int descriptor) {
        try {
            NativeCalls.instance().close(descriptor);
        }
        catch (IOException ex) {
            // It is closed nevertheless, says close(2).
        }
    }

    @Override
    void mappedByBoth() throws ProtocolException {
        try {
            requireSeals(descriptor, SIZE_SEALS | LAST_SEALS);
        }
        finally {
            hide();
        }
    }

    @Override
    void hide() {
        if (descriptor != CLOSED) {
            close(descriptor);
            descriptor = CLOSED;
        }
    }

    /** Made once, by sealing a page. */
    private static final class Check {

        static final @Nullable String OBSTACLE = find();

        private static @Nullable String find() {
            try {
                SealedFile made = create(directory(), "check", 4096);
                try {
                    open(made.path(), 4096).discard();
                    made.mappedByBoth();
                    return null;
                }
                finally {
                    made.discard();
                }
            }
            catch (IOException ex) {
                return ex.getMessage();
            }
        }

    }

}
