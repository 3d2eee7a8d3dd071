package io.github.shmrpc.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.server.RpcServer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

/** Who may listen on a path. */
@Timeout(120)
@ExtendWith(NothingLeft.class)
class TakeOverIT {

    private static final int STARTERS = 10;

    private static final int ROUNDS = 5;

    private static final CallOptions PATIENT = CallOptions.timeout(Duration.ofSeconds(20));

    @TempDir
    private Path directory = Path.of("");

    private Path socket() {
        return directory.resolve("s.sock");
    }

    private String endpoint() {
        return "shm:" + socket();
    }

    private static void assertAnswers(RpcChannel channel) {
        assertThat(channel.call("PlainService/add", Bytes.ofLong(1), byte[].class, PATIENT)).isEqualTo(Bytes.ofLong(2));
    }

    /**
     * Ten starters at once, on a path where each winner before was killed and has left
     * its socket.
     */
    @Test
    @Tag("F43")
    void exactlyOneOfManyStartersWins() {
        List<ChildJvm> starters = new ArrayList<>();
        try (RpcChannel channel = RpcChannel.open(endpoint())) {
            for (int round = 0; round < ROUNDS; round++) {
                while (starters.size() < STARTERS) {
                    starters.add(ChildJvm.start(directory, ServerMain.class, "endpoint=" + endpoint(), "later=true"));
                }
                if (round == 0) {
                    starters.forEach((starter) -> starter.awaitLine("WAITING"));
                }
                else {
                    starters.get(STARTERS - 1).awaitLine("WAITING");
                }
                starters.forEach((starter) -> starter.send("start"));
                ChildJvm winner = onlyWinner(starters);
                assertAnswers(channel);
                winner.kill();
                assertThat(socket()).exists();
                starters.remove(winner);
            }
        }
        finally {
            starters.forEach(ChildJvm::close);
        }
    }

    private static ChildJvm onlyWinner(List<ChildJvm> starters) {
        List<ChildJvm> winners = new ArrayList<>();
        for (ChildJvm starter : starters) {
            String said = starter.awaitEither("READY", "FAILED");
            if (said.startsWith("READY")) {
                winners.add(starter);
            }
            else {
                assertThat(said).contains("is in use by another process (pid ");
            }
        }
        assertThat(winners).hasSize(1);
        return winners.get(0);
    }

    /** The socket of a server that was killed. */
    @Test
    @Tag("F43")
    void staleSocketIsTakenOverAtOnce() {
        try (RpcChannel channel = RpcChannel.open(endpoint())) {
            try (ChildJvm killed = ChildJvm.server(directory, "endpoint=" + endpoint())) {
                assertAnswers(channel);
                killed.kill();
            }
            assertThat(socket()).exists();
            try (ChildJvm next = ChildJvm.server(directory, "endpoint=" + endpoint())) {
                assertAnswers(channel);
                assertThat(next.isAlive()).isTrue();
            }
        }
    }

    /** What is not ours is refused and left as it is. */
    @Test
    @Tag("F45")
    @Tag("T2")
    void fileAtThePathIsRefusedAndLeftAlone() throws IOException {
        Files.writeString(socket(), "precious");
        assertRefused();
        assertThat(socket()).hasContent("precious");
    }

    @Test
    @Tag("F45")
    @Tag("T2")
    void linkAtThePathIsRefusedAndNotFollowed() throws IOException {
        Path target = Files.writeString(directory.resolve("target"), "precious");
        Files.createSymbolicLink(socket(), target);
        assertRefused();
        assertThat(socket()).isSymbolicLink();
        assertThat(target).hasContent("precious");
    }

    @Test
    @Tag("F45")
    @Tag("T2")
    void directoryAtThePathIsRefusedAndLeftAlone() throws IOException {
        Files.createDirectory(socket());
        Files.writeString(socket().resolve("file"), "precious");
        assertRefused();
        assertThat(socket().resolve("file")).hasContent("precious");
    }

    /** Others could put their own socket in the place of the server's. */
    @Test
    @Tag("F45")
    @Tag("T1")
    @Tag("T2")
    void directoryThatIsOpenToAllIsRefused() throws IOException {
        Path open = Files.createDirectory(directory.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        RpcServer server = RpcServer.builder("shm:" + open.resolve("s.sock")).register(new PlainService()).build();
        assertThatIOException().isThrownBy(server::start).withMessageContaining("writable by everybody");
        assertThat(open).isEmptyDirectory();
    }

    @Test
    @Tag("T1")
    void missingDirectoryIsMadeForOneUserAlone() throws IOException {
        Path made = directory.resolve("made");
        RpcServer server = RpcServer.builder("shm:" + made.resolve("s.sock"))
            .register(new PlainService())
            .build()
            .start();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made))).isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made.resolve("s.sock"))))
            .isEqualTo("rw-------");
        server.stop(Duration.ZERO);
    }

    private void assertRefused() {
        RpcServer server = RpcServer.builder(endpoint()).register(new PlainService()).build();
        assertThatIOException().isThrownBy(server::start)
            .withMessageContaining(endpoint())
            .withMessageContaining("not a socket");
        assertThat(server.isRunning()).isFalse();
    }

    @Test
    @Tag("F44")
    void deletedSocketIsMadeAnew() throws IOException {
        try (ChildJvm server = ChildJvm.server(directory, "endpoint=" + endpoint(), "log=warn");
                RpcChannel before = RpcChannel.open(endpoint())) {
            assertAnswers(before);
            Files.delete(socket());
            await().atMost(Duration.ofSeconds(12)).until(() -> Files.exists(socket()));
            try (RpcChannel after = RpcChannel.open(endpoint())) {
                assertAnswers(after);
            }
            assertAnswers(before);
            assertThat(server.out()).contains("has been made anew");
        }
    }

}
