package io.github.shmrpc.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.client.ChannelOptions;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.transport.HardenedMode;
import io.github.shmrpc.transport.TransportOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

/** Processes that take memory away from a server, with sealed memory and without. */
@Timeout(120)
@ExtendWith(NothingLeft.class)
class HardenedIT {

    private static final CallOptions PATIENT = CallOptions.timeout(Duration.ofSeconds(20));

    private static final String SEALED = "/memfd:shmrpc-";

    @TempDir
    private Path directory = Path.of("");

    private Path socket() {
        return directory.resolve("s.sock");
    }

    private String endpoint() {
        return "shm:" + socket();
    }

    private ChildJvm server(String... more) {
        String[] arguments = Stream.concat(Stream.of("endpoint=" + endpoint(), "log=warn"), Stream.of(more))
            .toArray(String[]::new);
        return ChildJvm.server(directory, arguments);
    }

    /** A server whose crash report goes where the test looks after it. */
    private ChildJvm serverThatMayCrash() {
        String options = "JDK_JAVA_OPTIONS=-XX:-CreateCoredumpOnCrash -XX:ErrorFile=" + directory.resolve("crash.log");
        ChildJvm server = ChildJvm.start(directory, List.of("env", options), System.getProperty("java.class.path"),
                ServerMain.class, "endpoint=" + endpoint());
        server.awaitLine("READY");
        return server;
    }

    private RpcChannel channel(HardenedMode mode) {
        return RpcChannel.builder(endpoint())
            .options(ChannelOptions.defaults().withTransport(TransportOptions.defaults().withHardened(mode)))
            .build();
    }

    private static void assertAnswers(RpcChannel channel, int length) {
        assertThat(channel.call("PlainService/add", new byte[length], byte[].class, PATIENT)).hasSize(length);
    }

    /** The memory that a process has mapped, as root may open it. */
    private static List<Path> mappings(ChildJvm process, String name) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/maps"))) {
            return lines.filter((line) -> line.contains(name))
                .map((line) -> Path.of("/proc/" + process.pid() + "/map_files", line.split(" ", -1)[0]))
                .toList();
        }
    }

    private static List<Path> descriptors(ChildJvm process) throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
            return descriptors.filter((descriptor) -> {
                try {
                    return Files.readSymbolicLink(descriptor).toString().startsWith(SEALED);
                }
                catch (IOException ex) {
                    // Closed meanwhile.
                    return false;
                }
            }).toList();
        }
    }

    private static void assertRefused(String why, String... command) {
        assertThatIllegalStateException().isThrownBy(() -> Commands.run(command)).withMessageContaining(why);
    }

    private static void assertNothingCanBeTakenFrom(Path memory) {
        assertRefused("Operation not permitted", "truncate", "--size=0", memory.toString());
        assertRefused("Operation not permitted", "truncate", "--size=+4096", memory.toString());
        assertRefused("Operation not permitted", "fallocate", "--punch-hole", "--offset=0", "--length=65536",
                memory.toString());
    }

    private static void assumeRoot() {
        assumeThat(System.getProperty("user.name")).as("only root may do this").isEqualTo("root");
    }

    /** While the client and its large messages go on. */
    @Test
    @Tag("F48")
    @Tag("T5")
    @EnabledForJreRange(min = JRE.JAVA_22)
    void evenRootTakesNothingFromSealedMemory() throws IOException {
        assumeRoot();
        try (ChildJvm server = server("hardened=required");
                RpcChannel channel = channel(HardenedMode.REQUIRED);
                Load load = Load.start(2, (calls) -> calls.attempt((id) -> assertAnswers(channel, 500_000)))) {
            await().atMost(ChildJvm.LIMIT).until(() -> load.answered() > 100);
            await("rings, and slots that are made beside the first large messages")
                .untilAsserted(() -> assertThat(mappings(server, SEALED)).hasSize(2));
            List<Path> memory = mappings(server, SEALED);
            memory.forEach(HardenedIT::assertNothingCanBeTakenFrom);
            long before = load.answered();
            await().atMost(ChildJvm.LIMIT).until(() -> load.answered() > before + 100);
            load.stop();
            assertThat(load.surprises()).isEmpty();
            assertThat(load.failures()).isEmpty();
            assertThat(descriptors(server)).as("kept open").isEmpty();
            assertThat(server.ask("connections")).isOne();
        }
    }

    /** Which needs no rights, as the memory can be found meanwhile. */
    @Test
    @Tag("F48")
    @Tag("T5")
    @EnabledForJreRange(min = JRE.JAVA_22)
    void sealedMemoryIsNotCutShortDuringTheHandshake() throws IOException {
        try (ChildJvm server = server("hardened=required")) {
            try (RawPeer control = new RawPeer().connect(socket()); RawPeer data = new RawPeer().connect(socket())) {
                control.send(RawPeer.sealedHelloMessage());
                RawPeer.Message welcome = control.read();
                assertThat(welcome.kind()).as(welcome.text()).isEqualTo(RawPeer.WELCOME);
                Path memory = descriptors(server).get(0);
                assertThat(welcome.segment().toString()).startsWith(memory + ":shmrpc-");
                assertRefused("Operation not permitted", "truncate", "--size=0", memory.toString());
                assertRefused("Operation not permitted", "truncate", "--size=+4096", memory.toString());
                data.send(RawPeer.attachMessage(welcome.token()));
                RawPeer.Message refusal = data.read();
                assertThat(refusal.kind()).as("pages may still be taken away").isEqualTo(RawPeer.REFUSED);
                assertThat(refusal.text()).contains("has the seals");
            }
            try (RpcChannel channel = channel(HardenedMode.REQUIRED)) {
                assertAnswers(channel, 100);
                assertThat(server.ask("connections")).isOne();
                // When it sees that the refused one has hung up.
                await().untilAsserted(() -> assertThat(descriptors(server)).isEmpty());
            }
        }
    }

    /**
     * Files have neither a name nor a descriptor of ours, but a peer may keep its own.
     */
    @Test
    @Tag("F48")
    void peerThatKeepsItsFileOpenMayCutItShort() throws IOException {
        try (ChildJvm server = serverThatMayCrash()) {
            try (RawPeer control = new RawPeer().connect(socket()); RawPeer data = new RawPeer().connect(socket())) {
                RawPeer.Message welcome = control.hello();
                try (FileChannel kept = FileChannel.open(welcome.segment(), StandardOpenOption.WRITE)) {
                    data.send(RawPeer.attachMessage(welcome.token()));
                    assertThat(data.read().kind()).isEqualTo(RawPeer.READY);
                    kept.truncate(0);
                    assertThat(kept.size()).isZero();
                    data.wake();
                    // Time for an access to what is no more.
                    await().pollDelay(Duration.ofMillis(500)).until(() -> true);
                }
            }
            await().atMost(ChildJvm.LIMIT).until(() -> !server.isAlive() || server.ask("connections") == 0);
            System.out.println(
                    "Server whose memory was cut short: " + (server.isAlive() ? "lost the connection" : "has crashed"));
        }
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_22)
    void anotherUserDoesNotReachSealedMemory() throws IOException {
        assumeRoot();
        try (ChildJvm server = server("hardened=required"); RawPeer peer = new RawPeer().connect(socket())) {
            peer.send(RawPeer.sealedHelloMessage());
            assertThat(peer.read().kind()).isEqualTo(RawPeer.WELCOME);
            Path memory = descriptors(server).get(0);
            Commands.run("head", "--bytes=1", memory.toString());
            assertRefused("Permission denied", "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "head",
                    "--bytes=1", memory.toString());
        }
    }

    /** As in two containers: its descriptors are not to be found from here. */
    @Test
    @Tag("F48")
    @EnabledForJreRange(min = JRE.JAVA_22)
    void serverInAnotherProcessNamespaceSharesFilesOrNothing() {
        List<String> unshare = List.of("unshare", "--pid", "--fork", "--kill-child", "--mount-proc");
        assumeWorks(unshare);
        try (ChildJvm server = ChildJvm.start(directory, unshare, System.getProperty("java.class.path"),
                ServerMain.class, "endpoint=" + endpoint(), "hardened=preferred")) {
            server.awaitLine("READY");
            try (RpcChannel channel = channel(HardenedMode.REQUIRED)) {
                assertThatExceptionOfType(RpcException.class).isThrownBy(() -> channel.connect(Duration.ofSeconds(3)))
                    .withMessageContaining("sealed memory of the server");
            }
            try (RpcChannel channel = channel(HardenedMode.PREFERRED)) {
                assertAnswers(channel, 100);
            }
        }
    }

    private static void assumeWorks(List<String> prefix) {
        try {
            Commands.run(Stream.concat(prefix.stream(), Stream.of("true")).toArray(String[]::new));
        }
        catch (IllegalStateException | UncheckedIOException ex) {
            assumeThat(ex).as("a namespace may be made here").isNull();
        }
    }

    /** Those that come from the server before are told so, and find the next one's. */
    @Test
    @EnabledForJreRange(min = JRE.JAVA_22)
    void noCallFailsWhileHardenedServersReplaceEachOther() {
        ChildJvm server = server("hardened=required", "takeover=true");
        try (RpcChannel channel = channel(HardenedMode.REQUIRED);
                Load load = Load.start(2, (calls) -> calls.attempt((id) -> assertAnswers(channel, 100_000)))) {
            for (int round = 0; round < 2; round++) {
                long before = load.answered();
                await().atMost(ChildJvm.LIMIT).until(() -> load.answered() > before + 100);
                ChildJvm next = server("hardened=required", "takeover=true");
                server.awaitLine("REPLACED");
                server.close();
                server = next;
            }
            long before = load.answered();
            await().atMost(ChildJvm.LIMIT).until(() -> load.answered() > before + 100);
            load.stop();
            assertThat(load.surprises()).isEmpty();
            assertThat(load.failures()).isEmpty();
            assertThat(server.ask("connections")).isOne();
        }
        finally {
            server.close();
        }
    }

    /** Neither a file nor a descriptor, nor memory in the survivor. */
    @Test
    @EnabledForJreRange(min = JRE.JAVA_22)
    void killedServerLeavesNoSealedMemory() {
        SealedMappings own = SealedMappings.now();
        try (RpcChannel channel = channel(HardenedMode.REQUIRED)) {
            for (int round = 0; round < 2; round++) {
                try (ChildJvm server = server("hardened=required")) {
                    assertAnswers(channel, 500_000);
                    server.kill();
                    await().atMost(Duration.ofSeconds(10)).until(() -> own.added() == 0);
                }
            }
        }
    }

}
