package io.github.shmrpc.it;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.client.ChannelOptions;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.transport.TransportOptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * Memory that is full, and users that are not ours. Only as root, who alone may mount a
 * file system and become another user.
 */
@Timeout(120)
@ExtendWith(NothingLeft.class)
class ResourceIT {

    private static final CallOptions PATIENT = CallOptions.timeout(Duration.ofSeconds(20)).withWaitForReady(false);

    private static final String OTHER_USER = "65534";

    @TempDir
    private Path directory = Path.of("");

    @BeforeEach
    void onlyRootMayDoThis() {
        assumeThat(System.getProperty("user.name")).as("these tests mount and change users: run them as root")
            .isEqualTo("root");
    }

    private String endpoint() {
        return "shm:" + directory.resolve("s.sock");
    }

    private static String connection(RpcChannel channel) {
        return Bytes.toText(channel.call("PlainService/connection", new byte[0], byte[].class, PATIENT));
    }

    @Test
    @Tag("F36")
    @Tag("F37")
    @Tag("T16")
    void fullMemoryRefusesConnectionsButDisturbsNone() throws IOException {
        try (SmallMemory memory = SmallMemory.mount(directory.resolve("m"));
                ChildJvm server = ChildJvm.server(directory, "endpoint=" + endpoint(), "log=warn",
                        "segments=" + memory.path())) {
            List<RpcChannel> channels = new ArrayList<>();
            try {
                RpcException full = connectUntilRefused(channels);
                assertThat(full.status()).isIn(RpcStatus.UNAVAILABLE, RpcStatus.RESOURCE_EXHAUSTED);
                assertThat(full.outcome()).isEqualTo(Outcome.NOT_EXECUTED);
                assertThat(full).hasMessageContaining("No shared memory in " + memory.path())
                    .hasMessageContaining("No space left on device")
                    .hasMessageMatching("(?s).*A connection needs \\d+ bytes, \\d+ are free.*");
                assertThat(server.out()).contains("refused a connection: No shared memory in " + memory.path());
                assertThat(memory.files()).as("what was begun is deleted").isEmpty();
                memory.fill();
                channels.remove(channels.size() - 1).close();
                for (RpcChannel channel : channels) {
                    assertThat(connection(channel)).startsWith("shm ");
                    assertThat(channel.call("PlainService/add", new byte[1_000_000], byte[].class, PATIENT))
                        .hasSize(1_000_000);
                }
                System.out
                    .println("8 MiB of memory held " + channels.size() + " connections; then: " + full.getMessage());
            }
            finally {
                channels.forEach(RpcChannel::close);
            }
        }
    }

    private RpcException connectUntilRefused(List<RpcChannel> channels) {
        for (int i = 0; i < 40; i++) {
            RpcChannel channel = RpcChannel.open(endpoint());
            channels.add(channel);
            try {
                assertThat(connection(channel)).startsWith("shm ");
            }
            catch (RpcException ex) {
                assertThat(i).as("connections before").isGreaterThan(5);
                return ex;
            }
        }
        throw new AssertionError("40 connections in 8 MiB");
    }

    @Test
    @Tag("F36")
    @Tag("T16")
    void fullMemoryFallsBackToTheSocketIfBothSidesAllowIt() throws IOException {
        ChannelOptions options = ChannelOptions.defaults()
            .withTransport(TransportOptions.defaults().withUnixFallback(true));
        try (SmallMemory memory = SmallMemory.mount(directory.resolve("m"));
                ChildJvm server = ChildJvm.server(directory, "endpoint=" + endpoint(), "log=warn",
                        "segments=" + memory.path(), "fallback=true");
                RpcChannel channel = RpcChannel.builder(endpoint()).options(options).build()) {
            memory.fill();
            assertThat(connection(channel)).startsWith("unix ");
            assertThat(channel.call("PlainService/add", new byte[1_000_000], byte[].class, PATIENT)).hasSize(1_000_000);
            assertThat(server.out()).contains("WARN",
                    "go through the Unix socket: No shared memory in " + memory.path());
        }
    }

    /** The socket's mode keeps others out. */
    @Test
    @Tag("F39")
    @Tag("T1")
    void otherUserMayNotOpenTheSocket() throws IOException {
        openToReaders(directory);
        try (ChildJvm server = ChildJvm.server(directory, "endpoint=" + endpoint(), "log=warn");
                ChildJvm client = otherUsersClient()) {
            assertThat(client.awaitLine("FAILED")).startsWith("PERMISSION_DENIED NOT_EXECUTED ")
                .contains(endpoint(), "user nobody may not open the socket: run both sides as one user");
            assertThat(server.ask("connections")).isZero();
        }
    }

    /** A socket that is open for a third user. */
    @Test
    @Tag("F67")
    @Tag("T1")
    @Tag("T17")
    void otherUserIsRefusedByItsCredentialsAndTheServerSaysSo() throws IOException {
        openToReaders(directory);
        try (ChildJvm server = ChildJvm.server(directory, "endpoint=" + endpoint(), "log=warn", "allowed=daemon");
                ChildJvm client = otherUsersClient("trusted=root")) {
            assertThat(client.awaitLine("FAILED")).startsWith("PERMISSION_DENIED NOT_EXECUTED ")
                .contains("user nobody may not connect here");
            assertThat(server.out()).contains("user nobody is not allowed to connect");
            assertThat(server.ask("connections")).isZero();
        }
    }

    /** Whom the client does not trust gets none of its calls. */
    @Test
    @Tag("F67")
    @Tag("T3")
    void clientTrustsNoServerOfAnotherUser() throws IOException {
        openToReaders(directory);
        try (ChildJvm server = ChildJvm.server(directory, "endpoint=" + endpoint(), "allowed=nobody");
                ChildJvm client = otherUsersClient()) {
            assertThat(client.awaitLine("FAILED")).startsWith("PERMISSION_DENIED NOT_EXECUTED ")
                .contains("the server runs as user root, not as nobody");
            assertThat(server.ask("connections")).isZero();
        }
    }

    private ChildJvm otherUsersClient(String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("endpoint=" + endpoint()));
        arguments.addAll(List.of(more));
        List<String> asOtherUser = List.of("setpriv", "--reuid=" + OTHER_USER, "--regid=" + OTHER_USER,
                "--clear-groups");
        assumeOtherUserMayRunJava(asOtherUser);
        return ChildJvm.start(directory, asOtherUser, readableClassPath(), OneCallMain.class,
                arguments.toArray(String[]::new));
    }

    private static void assumeOtherUserMayRunJava(List<String> asOtherUser) {
        List<String> command = new ArrayList<>(asOtherUser);
        command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-version"));
        try {
            Commands.run(command.toArray(String[]::new));
        }
        catch (IllegalStateException | UncheckedIOException ex) {
            assumeThat(ex).as("another user may run this JDK").isNull();
        }
    }

    /** A copy of the class path: the original may lie in a home that is private. */
    private String readableClassPath() throws IOException {
        Path copies = openToReaders(Files.createDirectory(directory.resolve("cp")));
        List<String> entries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path source = Path.of(entry);
            Path copy = copies.resolve(entries.size() + "-" + source.getFileName());
            if (Files.exists(source)) {
                copy(source, copy);
                entries.add(copy.toString());
            }
        }
        return String.join(File.pathSeparator, entries);
    }

    private static void copy(Path source, Path copy) throws IOException {
        try (Stream<Path> files = Files.walk(source)) {
            files.forEach((file) -> {
                try {
                    openToReaders(Files.copy(file, copy.resolve(source.relativize(file).toString())));
                }
                catch (IOException ex) {
                    throw new UncheckedIOException(ex);
                }
            });
        }
    }

    private static Path openToReaders(Path path) throws IOException {
        return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** A file system of 8 MiB. */
    private record SmallMemory(Path path) implements AutoCloseable {

        static SmallMemory mount(Path path) throws IOException {
            Files.createDirectory(path);
            try {
                Commands.run("mount", "-t", "tmpfs", "-o", "size=8m,mode=0700", "tmpfs", path.toString());
            }
            catch (IllegalStateException ex) {
                assumeThat(ex).as("a file system may be mounted here").isNull();
            }
            return new SmallMemory(path);
        }

        List<Path> files() throws IOException {
            try (Stream<Path> files = Files.list(path)) {
                return files.toList();
            }
        }

        void fill() throws IOException {
            byte[] chunk = new byte[4096];
            try (OutputStream file = Files.newOutputStream(path.resolve("filler"))) {
                for (int i = 0; i < 4096; i++) {
                    file.write(chunk);
                }
            }
            catch (IOException ex) {
                assertThat(ex).hasMessageContaining("No space left");
            }
        }

        @Override
        public void close() {
            Commands.run("umount", "-l", path.toString());
        }

    }

}
