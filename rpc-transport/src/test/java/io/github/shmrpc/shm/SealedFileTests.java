package io.github.shmrpc.shm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

import io.github.shmrpc.transport.ProtocolException;
import io.github.shmrpc.unix.SealedMemoryException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

@EnabledForJreRange(min = JRE.JAVA_22)
class SealedFileTests {

    private static final int LENGTH = 64 * 1024;

    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    private SealedFile acceptor;

    @BeforeEach
    void create() throws IOException {
        acceptor = SealedFile.create(SealedFile.directory(), "key", LENGTH);
    }

    @AfterEach
    void discard() throws IOException {
        acceptor.hide();
        assertThat(openMemory()).as("descriptors left open").isEmpty();
    }

    /** What the sealed memories are called that this process has a descriptor of. */
    private static List<String> openMemory() throws IOException {
        try (Stream<Path> descriptors = Files.list(DESCRIPTORS)) {
            return descriptors.map(SealedFileTests::target)
                .filter((name) -> name.startsWith("/memfd:shmrpc-"))
                .toList();
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        }
        catch (IOException ex) {
            // Closed meanwhile.
            return "";
        }
    }

    /** The path of the descriptor that the acceptor tells of. */
    private Path descriptor() {
        String told = acceptor.path().toString();
        return Path.of(told.substring(0, told.indexOf(':')));
    }

    private FileChannel kept() throws IOException {
        return FileChannel.open(descriptor(), StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    private static void assertNotPermitted(ThrowingCallable attempt) {
        assertThatIOException().isThrownBy(attempt).withMessageContaining("Operation not permitted");
    }

    /** Takes a page away, which Java has no call for. */
    private static String punch(Path file) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("fallocate", "--punch-hole", "--offset", "0", "--length", "4096",
                file.toString())
            .redirectErrorStream(true)
            .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() + " " + said;
    }

    @Test
    @Tag("F48")
    void whatOneSideWritesTheOtherReads() throws IOException {
        SealedFile dialler = SealedFile.open(acceptor.path(), LENGTH);
        acceptor.mappedByBoth();
        assertThat(openMemory()).isEmpty();
        acceptor.memory().put(LENGTH - 1, (byte) 7);
        assertThat(dialler.memory().get(LENGTH - 1)).isEqualTo((byte) 7);
        dialler.memory().put(0, (byte) 8);
        assertThat(acceptor.memory().get(0)).isEqualTo((byte) 8);
        dialler.discard();
        acceptor.discard();
    }

    /** By one who has opened it in the handshake, and has not given it back. */
    @Test
    @Tag("F48")
    @Tag("T5")
    void whoKeepsADescriptorChangesNeitherSizeNorPages() throws Exception {
        try (FileChannel kept = kept()) {
            assertNotPermitted(() -> kept.truncate(0));
            SealedFile dialler = SealedFile.open(acceptor.path(), LENGTH);
            dialler.memory().put(0, (byte) 42);

            assertNotPermitted(() -> kept.truncate(0));
            assertNotPermitted(() -> kept.write(ByteBuffer.allocate(1), LENGTH));
            assertNotPermitted(() -> kept.write(ByteBuffer.allocate(1), 0));
            assertNotPermitted(() -> kept.map(FileChannel.MapMode.READ_WRITE, 0, LENGTH));
            assertThat(punch(descriptor())).startsWith("1 ").contains("Operation not permitted");
            assertThat(acceptor.memory().get(0)).isEqualTo((byte) 42);
            assertThat(kept.size()).isEqualTo(LENGTH);
            acceptor.mappedByBoth();
            dialler.discard();
            acceptor.discard();
        }
    }

    @Test
    @Tag("F48")
    void diallerThatDoesNotSealIsRefused() throws IOException {
        try (FileChannel opened = kept()) {
            opened.map(FileChannel.MapMode.READ_WRITE, 0, LENGTH);
            assertThatExceptionOfType(ProtocolException.class).isThrownBy(acceptor::mappedByBoth)
                .withMessageContaining("expected 0x17");
        }
        assertThat(openMemory()).isEmpty();
        acceptor.discard();
    }

    @Test
    void accessAfterTheEndThrows() {
        ByteBuffer memory = acceptor.memory();
        acceptor.discard();
        assertThatIllegalStateException().isThrownBy(() -> memory.get(0)).withMessageContaining("closed");
        assertThatIllegalStateException().isThrownBy(() -> Words.putIntRelease(memory, 0, 1));
        assertThatIllegalStateException().isThrownBy(() -> Words.compareAndSetInt(memory, 0, 0, 1));
        assertThatIllegalStateException().isThrownBy(() -> memory.put(0, new byte[100]));
    }

    @Test
    @Tag("F69")
    @Tag("T13")
    void onlyWhatTheServerNamedIsMapped() throws IOException {
        Path told = acceptor.path();
        String name = told.toString().substring(told.toString().indexOf(':') + 1);
        assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> SealedFile.open(descriptor(), LENGTH));
        assertThatExceptionOfType(ProtocolException.class)
            .isThrownBy(() -> SealedFile.open(Path.of("/dev/shm/1:" + name), LENGTH));
        assertThatExceptionOfType(ProtocolException.class)
            .isThrownBy(() -> SealedFile.open(told.resolveSibling("../1:" + name), LENGTH));
        assertThatExceptionOfType(SealedMemoryException.class)
            .isThrownBy(() -> SealedFile.open(told.resolveSibling("1:" + name), LENGTH))
            .withMessageContaining("not where it should be");
        assertThatExceptionOfType(SealedMemoryException.class)
            .isThrownBy(() -> SealedFile.open(told.resolveSibling("99999:" + name), LENGTH))
            .withMessageContaining("namespace of process ids");
        assertThatExceptionOfType(SealedMemoryException.class)
            .isThrownBy(() -> SealedFile.open(Path.of(told + "0"), LENGTH))
            .withMessageContaining(name);
        assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> SealedFile.open(told, 2 * LENGTH))
            .withMessageContaining("has 65536 bytes, expected 131072");
        acceptor.discard();
    }

    @Test
    void memoryWithoutSealsIsRefused() throws IOException {
        NativeCalls calls = NativeCalls.instance();
        // Close-on-exec, may be sealed.
        int unsealed = calls.memfdCreate("shmrpc-unsealed", 3);
        try {
            Path path = SealedFile.directory().resolve(unsealed + ":shmrpc-unsealed");
            assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> SealedFile.open(path, LENGTH))
                .withMessageContaining("has the seals 0x0, expected 0x6");
        }
        finally {
            calls.close(unsealed);
            acceptor.discard();
        }
    }

    @Test
    void whatTheKernelRefusesIsTold() throws IOException {
        NativeCalls calls = NativeCalls.instance();
        assertThatIOException().isThrownBy(() -> calls.memfdCreate("shmrpc-none", -1))
            .withMessage("memfd_create failed with errno 22");
        assertThatIOException().isThrownBy(() -> calls.open("/no/such/file", 0))
            .withMessage("open of /no/such/file failed with errno 2");
        acceptor.discard();
    }

}
