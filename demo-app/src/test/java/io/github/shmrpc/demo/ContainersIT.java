package io.github.shmrpc.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import com.github.dockerjava.api.DockerClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.containers.BindMode;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.startupcheck.StartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.junit.jupiter.Testcontainers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Server and clients in containers that share nothing but memory and the directory of the
 * socket. A container of its own owns the memory, so that it outlives them all.
 */
@Testcontainers(disabledWithoutDocker = true)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ContainersIT {

    private static final Duration LIMIT = Duration.ofSeconds(90);

    private static final String SOCKET = "/run/game/world.sock";

    private final Path directory;

    private final GenericContainer<?> memory = new GenericContainer<>(ContainerImage.name())
        .withCommand("sleep", "100000")
        .withCreateContainerCmdModifier(
                (command) -> Objects.requireNonNull(command.getHostConfig()).withIpcMode("shareable"));

    private GenericContainer<?> server;

    ContainersIT(@TempDir Path temporary) throws IOException {
        // Others may look into it, so that it is the server that refuses them.
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
        this.directory = Files.createDirectory(temporary.resolve("game"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        this.server = demo(owner(), "--mode=server");
    }

    private String owner() throws IOException {
        return Files.getAttribute(directory, "unix:uid") + ":" + Files.getAttribute(directory, "unix:gid");
    }

    private GenericContainer<?> demo(String user, String... arguments) {
        return new GenericContainer<>(ContainerImage.name())
            .withFileSystemBind(ContainerImage.JAR.toString(), ContainerImage.MOUNTED_JAR, BindMode.READ_ONLY)
            .withFileSystemBind(directory.toString(), "/run/game", BindMode.READ_WRITE)
            .withCommand(Stream
                .concat(Stream.of("java", "-jar", ContainerImage.MOUNTED_JAR, "--endpoint=" + SOCKET),
                        Stream.of(arguments))
                .toArray(String[]::new))
            .withCreateContainerCmdModifier((command) -> {
                Objects.requireNonNull(command.getHostConfig()).withIpcMode("container:" + memory.getContainerId());
                command.withUser(user);
            });
    }

    @BeforeAll
    void start() throws IOException {
        memory.start();
        serve();
    }

    @AfterAll
    void stop() {
        server.stop();
        memory.stop();
    }

    private void serve() throws IOException {
        server.stop();
        server = demo(owner(), "--mode=server").waitingFor(Wait.forLogMessage(".*Serving .*", 1));
        server.start();
    }

    /** Runs a client to its end. */
    private Ended client(String user, String... arguments) {
        String[] patient = Stream.concat(Stream.of(arguments), Stream.of("--timeout=60000")).toArray(String[]::new);
        try (GenericContainer<?> client = demo(user, patient)) {
            client.withStartupCheckStrategy(new AnyState()).start();
            int status = client.getDockerClient()
                .waitContainerCmd(client.getContainerId())
                .start()
                .awaitStatusCode(LIMIT.toSeconds(), TimeUnit.SECONDS);
            return new Ended(status, client.getLogs());
        }
    }

    private List<String> sharedMemory() throws IOException, InterruptedException {
        return memory.execInContainer("ls", "/dev/shm").getStdout().lines().toList();
    }

    @Test
    void clientCallsTheServerOfAnotherContainerThroughSharedMemory() throws Exception {
        Ended client = client(owner(), "--mode=client", "--requests=1000");
        assertThat(client.status()).as(client.log()).isZero();
        // Calls through a socket would need unix-fallback on both sides.
        assertThat(client.log()).contains("1000");
        assertThat(sharedMemory()).isEmpty();
    }

    @Test
    void clientOfAnotherUserIsRefused() throws Exception {
        Ended client = client("54321:54321", "--mode=client", "--requests=1");
        assertThat(client.status()).isNotZero();
        assertThat(client.log()).contains("may not");
    }

    @Test
    void killedServerLeavesNothingAndTheNextOneServes() throws Exception {
        try (GenericContainer<?> caller = demo(owner(), "--mode=concurrent", "--requests=100000000", "--interval=1")) {
            caller.start();
            await().atMost(LIMIT).until(() -> caller.getLogs().contains("call"));
            server.getDockerClient().killContainerCmd(server.getContainerId()).exec();
            await().atMost(LIMIT).until(() -> !server.isRunning());
            assertThat(sharedMemory()).isEmpty();
            serve();
            assertThat(client(owner(), "--mode=client", "--requests=10").status()).isZero();
        }
        assertThat(sharedMemory()).isEmpty();
    }

    /**
     * How a container has ended.
     *
     * @param status of its process
     * @param log what it printed
     */
    private record Ended(int status, String log) {

    }

    /** A container that may end at any time. */
    private static final class AnyState extends StartupCheckStrategy {

        @Override
        public StartupStatus checkStartupState(DockerClient client, String id) {
            return StartupStatus.SUCCESSFUL;
        }

    }

}
