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
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

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
                // The channel may be about to try once more.
                await().untilAsserted(() -> assertThat(memory.files()).as("what was begun is deleted").isEmpty());
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

    @Test
    @Tag("F38")
    void readOnlyMemoryIsAnErrorThatNamesIt() throws IOException {
        try (SmallMemory memory = SmallMemory.mount(directory.resolve("m"), "ro")) {
            assertNoMemory(memory.path());
        }
        assertNoMemory(directory.resolve("missing"));
    }

    private void assertNoMemory(Path segments) {
        try (ChildJvm server = ChildJvm.server(directory, "endpoint=" + endpoint(), "segments=" + segments);
                RpcChannel channel = RpcChannel.open(endpoint())) {
            assertThatExceptionOfType(RpcException.class).isThrownBy(() -> connection(channel))
                .withMessageContaining("No shared memory in " + segments)
                .satisfies((refused) -> assertThat(refused.outcome()).isEqualTo(Outcome.NOT_EXECUTED));
            assertThat(server.isAlive()).isTrue();
        }
    }

    @Test
    @Tag("F38")
    void memoryThatMayNotBeExecutedWillDo() throws IOException {
        try (SmallMemory memory = SmallMemory.mount(directory.resolve("m"), "noexec,nosuid,nodev");
                ChildJvm server = ChildJvm.server(directory, "endpoint=" + endpoint(), "segments=" + memory.path());
                RpcChannel channel = RpcChannel.open(endpoint())) {
            assertThat(connection(channel)).startsWith("shm ");
            assertThat(server.isAlive()).isTrue();
        }
    }

    /** Clocks of the two sides are a million seconds apart. */
    @Test
    @Tag("F64")
    void sidesMayHaveDifferentClocks() {
        List<String> elsewhen = List.of("unshare", "--time", "--monotonic", "1000000", "--fork", "--kill-child");
        try {
            Commands.run("unshare", "--time", "--monotonic", "1000000", "--fork", "true");
        }
        catch (IllegalStateException ex) {
            assumeThat(ex).as("a time namespace may be made here").isNull();
        }
        try (ChildJvm server = ChildJvm.start(directory, elsewhen, System.getProperty("java.class.path"),
                ServerMain.class, "endpoint=" + endpoint()); RpcChannel channel = RpcChannel.open(endpoint())) {
            long serversNs = Long.parseLong(server.awaitLine("READY"));
            assertThat(Math.abs(serversNs - System.nanoTime())).as("difference of the clocks")
                .isGreaterThan(TimeUnit.SECONDS.toNanos(900_000));
            for (int i = 0; i < 1000; i++) {
                assertThat(channel.call("PlainService/add", Bytes.ofLong(i), byte[].class,
                        CallOptions.timeout(Duration.ofSeconds(5))))
                    .isEqualTo(Bytes.ofLong(i + 1));
            }
            assertThatExceptionOfType(RpcException.class)
                .isThrownBy(() -> channel.call("ProbeService/slow", Bytes.ofLong(2000), byte[].class,
                        CallOptions.timeout(Duration.ofMillis(200))))
                .satisfies((late) -> assertThat(late.status()).isEqualTo(RpcStatus.DEADLINE_EXCEEDED));
            // Answered late, by a side that sleeps and wakes by its own clock.
            assertThat(channel.call("ProbeService/slow", Bytes.ofLong(300), byte[].class, PATIENT))
                .isEqualTo(Bytes.ofLong(300));
        }
    }

    /** Silent connections take all descriptors that the server may have. */
    @Test
    @Tag("F40")
    void serverWithoutDescriptorsKeepsItsConnectionsAndRecovers() throws IOException {
        int descriptors = 100;
        List<RawPeer> silent = new ArrayList<>();
        try (ChildJvm server = ChildJvm.start(directory, List.of("prlimit", "--nofile=" + descriptors),
                System.getProperty("java.class.path"), ServerMain.class, "endpoint=" + endpoint(), "log=warn");
                RpcChannel before = RpcChannel.open(endpoint())) {
            server.awaitLine("READY");
            String connection = connection(before);
            for (int i = 0; i < 2 * descriptors; i++) {
                silent.add(new RawPeer().connect(directory.resolve("s.sock")));
            }
            await().until(() -> server.out().contains("cannot accept a connection"));
            assertThat(connection(before)).isEqualTo(connection);
            await("does not accept in vain all the time").pollDelay(Duration.ZERO)
                .until(() -> cpuOfASecond(server).compareTo(Duration.ofMillis(500)) < 0);
            close(silent);
            try (RpcChannel after = RpcChannel.open(endpoint())) {
                assertThat(
                        after.call("PlainService/add", Bytes.ofLong(1), byte[].class, PATIENT.withWaitForReady(true)))
                    .isEqualTo(Bytes.ofLong(2));
            }
            assertThat(connection(before)).isEqualTo(connection);
            assertThat(server.out().lines().filter((line) -> line.contains("cannot accept"))).hasSizeLessThan(12);
        }
        finally {
            close(silent);
        }
    }

    /** Some such second has none of what a JVM computes besides. */
    private static Duration cpuOfASecond(ChildJvm jvm) {
        Duration cpu = jvm.cpu();
        await().pollDelay(Duration.ofSeconds(1)).until(() -> true);
        return jvm.cpu().minus(cpu);
    }

    /**
     * The kernel kills a container's process whose next page is one too many. All pages
     * of a connection are there from its beginning, so that no call ever needs one.
     */
    @Test
    @Tag("F42")
    void memoryLimitOfAContainerStrikesWhenAConnectionIsMade() throws IOException {
        List<RpcChannel> channels = new ArrayList<>();
        try (MemoryGroup group = MemoryGroup.create();
                ChildJvm server = ChildJvm.start(directory, group.enter("-Xmx64m"),
                        System.getProperty("java.class.path"), ServerMain.class, "endpoint=" + endpoint())) {
            server.awaitLine("READY");
            for (int i = 0; i < 4; i++) {
                connect(channels);
            }
            long connected = group.sharedMemory();
            assertThat(connected).isGreaterThan(4 * 512 * 1024);
            for (RpcChannel channel : channels) {
                for (int i = 0; i < 1000; i++) {
                    assertThat(channel.call("PlainService/add", new byte[2000], byte[].class, PATIENT)).hasSize(2000);
                }
            }
            assertThat(group.sharedMemory()).as("shared memory after several laps of the rings").isEqualTo(connected);
            group.limitTo(group.usage() + 4 * 1024 * 1024);
            RpcException failure = connectUntilKilled(channels);
            assertThat(failure.status()).isEqualTo(RpcStatus.UNAVAILABLE);
            assertThat(failure.outcome()).isEqualTo(Outcome.NOT_EXECUTED);
            assertThat(server.awaitEnd()).as("status of a JVM that was killed").isEqualTo(128 + 9);
            System.out.println("Killed at connection " + channels.size() + ": " + failure.getMessage());
        }
        finally {
            channels.forEach(RpcChannel::close);
        }
        // Deletes the file of the connection at which it was killed.
        ChildJvm.server(directory, "endpoint=" + endpoint()).close();
    }

    private void connect(List<RpcChannel> channels) {
        RpcChannel channel = RpcChannel.open(endpoint());
        channels.add(channel);
        assertThat(connection(channel)).startsWith("shm ");
    }

    private RpcException connectUntilKilled(List<RpcChannel> channels) {
        for (int i = 0; i < 250; i++) {
            try {
                connect(channels);
            }
            catch (RpcException ex) {
                return ex;
            }
        }
        throw new AssertionError("250 connections within the limit");
    }

    /** A group of processes with memory of its own, by either version of the kernel's. */
    private record MemoryGroup(Path path, String limit, String use) implements AutoCloseable {

        private static final Path ROOT = Path.of("/sys/fs/cgroup");

        static MemoryGroup create() {
            String name = "shmrpc-" + ProcessHandle.current().pid();
            boolean first = Files.isDirectory(ROOT.resolve("memory"));
            MemoryGroup group = first
                    ? new MemoryGroup(ROOT.resolve("memory").resolve(name), "memory.limit_in_bytes",
                            "memory.usage_in_bytes")
                    : new MemoryGroup(ROOT.resolve(name), "memory.max", "memory.current");
            try {
                Files.createDirectory(group.path);
            }
            catch (IOException ex) {
                assumeThat(ex).as("a group with limited memory may be made here").isNull();
            }
            assumeThat(group.path.resolve(group.limit)).as("the kernel limits memory of groups here").isWritable();
            return group;
        }

        /** What a command begins with to run within it. */
        List<String> enter(String javaOptions) {
            return List.of("sh", "-c", "echo $$ > " + path + "/cgroup.procs && exec \"$@\"", "sh", "env",
                    "JDK_JAVA_OPTIONS=" + javaOptions);
        }

        void limitTo(long bytes) throws IOException {
            Files.writeString(path.resolve(limit), String.valueOf(bytes));
        }

        long usage() throws IOException {
            return Long.parseLong(Files.readString(path.resolve(use)).strip());
        }

        long sharedMemory() throws IOException {
            return Files.readAllLines(path.resolve("memory.stat"))
                .stream()
                .filter((line) -> line.startsWith("shmem "))
                .mapToLong((line) -> Long.parseLong(line.substring("shmem ".length())))
                .findFirst()
                .orElseThrow();
        }

        @Override
        public void close() {
            await().ignoreExceptions().until(() -> Files.deleteIfExists(path));
        }

    }

    private static void close(List<RawPeer> peers) throws IOException {
        for (RawPeer peer : peers) {
            peer.close();
        }
    }

    /** More handlers block than the user may have threads. */
    @Test
    @Tag("F49")
    void serverWithoutThreadsGoesOn() throws IOException {
        openToReaders(directory);
        Path run = Files.createDirectory(directory.resolve("run"));
        Files.setOwner(run, run.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
        String endpoint = "shm:" + run.resolve("s.sock");
        List<String> limited = new ArrayList<>(asOtherUser());
        limited.addAll(List.of("prlimit", "--nproc=45"));
        assumeOtherUserMayRunJava(asOtherUser());
        ChannelOptions trusting = ChannelOptions.defaults()
            .withTransport(TransportOptions.defaults().withAllowedUsers(Set.of("nobody")).withUnixFallback(true));
        try (ChildJvm server = ChildJvm.start(directory, limited, readableClassPath(), ServerMain.class,
                "endpoint=" + endpoint, "allowed=root", "fallback=true", "log=warn");
                RpcChannel channel = RpcChannel.builder(endpoint).options(trusting).build()) {
            server.awaitLine("READY");
            connection(channel);
            List<CompletableFuture<byte[]>> calls = Stream
                .generate(() -> channel.callAsync("ProbeService/slow", Bytes.ofLong(500), byte[].class, PATIENT))
                .limit(100)
                .toList();
            for (CompletableFuture<byte[]> call : calls) {
                call.handle((answer, failure) -> {
                    assertThat(answer != null || failure.getCause() instanceof RpcException).isTrue();
                    return true;
                }).join();
            }
            assertThat(server.out()).contains("polling threads", "are held up by handlers");
            assertThat(calls).anyMatch((call) -> !call.isCompletedExceptionally());
            assertThat(channel.call("PlainService/add", Bytes.ofLong(1), byte[].class, PATIENT.withWaitForReady(true)))
                .isEqualTo(Bytes.ofLong(2));
            assertThat(server.isAlive()).isTrue();
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
        assumeOtherUserMayRunJava(asOtherUser());
        return ChildJvm.start(directory, asOtherUser(), readableClassPath(), OneCallMain.class,
                arguments.toArray(String[]::new));
    }

    private static List<String> asOtherUser() {
        return List.of("setpriv", "--reuid=" + OTHER_USER, "--regid=" + OTHER_USER, "--clear-groups");
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
            return mount(path, "rw");
        }

        static SmallMemory mount(Path path, String options) throws IOException {
            Files.createDirectory(path);
            try {
                Commands.run("mount", "-t", "tmpfs", "-o", "size=8m,mode=0700," + options, "tmpfs", path.toString());
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
