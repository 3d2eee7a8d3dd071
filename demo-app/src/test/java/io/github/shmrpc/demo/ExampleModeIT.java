package io.github.shmrpc.demo;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class ExampleModeIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Path directory;

    private final Path temporary;

    private final Set<String> sharedMemoryBefore = DemoJar.sharedMemoryFiles();

    ExampleModeIT(@TempDir Path directory) {
        this.directory = directory;
        this.temporary = directory.resolve("tmp");
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(DemoJar.names(temporary, "")).isEmpty();
        await().atMost(LIMIT).until(() -> sharedMemoryBefore.containsAll(DemoJar.sharedMemoryFiles()));
    }

    @Test
    void showsEachKindWithoutArguments() {
        DemoJar demo = DemoJar.run(temporary);
        assertThat(demo.status()).as(demo::err).isZero();
        assertThat(demo.out()).contains("Serving ", "on shm:" + temporary)
            .contains("game.World/move", "game.Inventory/reserve", "game.Echo/bytes", "game.World/moveLater",
                    "DEADLINE_EXCEEDED", "OUT_OF_RANGE", "by 'shm'")
            .contains("p50 ", "p99 ")
            .contains("Server stopped with status 0");
    }

    @Test
    void lastLineIsJson() {
        DemoJar demo = DemoJar.run(temporary, "--output=json", "--requests=200", "--timeout=60000");
        assertThat(demo.status()).as(demo::err).isZero();
        JsonNode json = demo.json();
        assertThat(json.path("mode").stringValue()).isEqualTo("example");
        assertThat(json.path("endpoint").stringValue()).startsWith("shm:" + temporary);
        assertThat(json.path("failed").longValue()).isZero();
        assertThat(json.path("ok").longValue()).isGreaterThanOrEqualTo(400);
        assertThat(texts(json.path("kinds"))).containsExactly("unary", "one-way", "server-stream", "client-stream",
                "bidirectional", "server-calls-client", "broadcast");
        assertThat(texts(json.path("features"))).containsExactly("json", "raw", "async", "deadline", "error");
    }

    private static List<String> texts(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).map(JsonNode::stringValue).toList();
    }

    @Test
    void plainSocketCarriesToo() {
        DemoJar demo = DemoJar.run(temporary, "--output=json", "--requests=200", "--timeout=60000",
                "--endpoint=unix:" + directory.resolve("own.sock"));
        assertThat(demo.status()).as(demo::err).isZero();
        assertThat(demo.json().path("endpoint").stringValue()).isEqualTo("unix:" + directory.resolve("own.sock"));
        assertThat(directory.resolve("own.sock")).doesNotExist();
    }

    @Test
    void signalLeavesNoProcess() {
        try (DemoJar demo = DemoJar.start(temporary, "--requests=1000000000")) {
            demo.awaitOutput("by 'shm'");
            demo.signal();
            assertThat(demo.children()).hasSize(1);
            assertThat(demo.awaitEnd()).isEqualTo(130);
            assertThat(demo.children()).noneMatch(ProcessHandle::isAlive);
            assertThat(demo.err()).contains("Stopped before the end").doesNotContain("Exception");
        }
    }

    @Test
    void signalWhileStartingLeavesNoProcess() {
        try (DemoJar demo = DemoJar.start(temporary)) {
            await().atMost(LIMIT).until(() -> !DemoJar.names(temporary, "").isEmpty());
            demo.signal();
            demo.awaitEnd();
            await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(demo.children()).noneMatch(ProcessHandle::isAlive));
        }
    }

}
