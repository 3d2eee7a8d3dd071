package io.github.shmrpc.demo;

import java.nio.file.Path;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class ServerModeIT {

    private final Path directory;

    ServerModeIT(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void servesUntilSignalled() {
        Path socket = directory.resolve("x.sock");
        try (DemoJar server = DemoJar.start(directory.resolve("tmp"), "-mode=server", "-endpoint=" + socket,
                "--output=json", "--rpc.server.max-connections=7")) {
            server.awaitOutput("Serving ");
            assertThat(server.out()).containsPattern("Serving \\d+ methods on shm:" + socket + "\\R");
            assertThat(client("--requests=3", "--endpoint=" + socket).status()).isZero();
            server.signal();
            assertThat(server.awaitEnd()).as(server::err).isZero();
            assertThat(socket).doesNotExist();
            assertThat(server.json().path("ok").longValue()).isEqualTo(3);
            assertThat(server.json().path("p50_us").isNull()).isTrue();
        }
    }

    @Test
    void endpointInUseIsToldOnOneLine() {
        String endpoint = "--endpoint=unix:" + directory.resolve("x.sock");
        try (DemoJar server = DemoJar.start(directory.resolve("tmp"), "--mode=server", endpoint)) {
            server.awaitOutput("Serving ");
            DemoJar second = DemoJar.run(directory.resolve("tmp"), "--mode=server", endpoint);
            assertThat(second.status()).isOne();
            assertThat(second.err()).contains(directory.resolve("x.sock").toString()).doesNotContain("\tat ");
            assertThat(second.err().lines()).hasSize(1);
            assertThat(client("--requests=1", endpoint).status()).isZero();
        }
    }

    @Test
    void wrongPropertyIsUsage() {
        DemoJar server = DemoJar.run(directory.resolve("tmp"), "--mode=server",
                "--endpoint=unix:" + directory.resolve("x.sock"), "--rpc.server.max-calls=many");
        assertThat(server.status()).isEqualTo(2);
        assertThat(server.err()).contains("rpc.server.max-calls").doesNotContain("\tat ");
        assertThat(server.err().lines()).hasSize(1);
    }

    @Test
    void killedServerIsSeenAndReplaced() {
        String endpoint = "--endpoint=shm:" + directory.resolve("x.sock");
        Path temporary = directory.resolve("tmp");
        try (DemoJar first = DemoJar.start(temporary, "--mode=server", endpoint);
                DemoJar stress = startAfter(first, "--mode=stress", endpoint, "--requests=3000", "--interval=1")) {
            stress.awaitOutput("first call");
            first.kill();
            first.awaitEnd();
            try (DemoJar second = DemoJar.start(temporary, "--mode=server", endpoint)) {
                second.awaitOutput("Serving ");
                assertThat(stress.awaitEnd()).isOne();
                assertThat(stress.out()).containsPattern("3,000 calls in .* ok, [1-9]\\d* failed \\{.*UNAVAILABLE");
            }
        }
    }

    private DemoJar startAfter(DemoJar server, String... arguments) {
        server.awaitOutput("Serving ");
        return DemoJar.start(directory.resolve("tmp"), arguments);
    }

    private DemoJar client(String... arguments) {
        return DemoJar.run(directory.resolve("tmp"),
                Stream.concat(Stream.of("--mode=client", "--timeout=60000"), Stream.of(arguments))
                    .toArray(String[]::new));
    }

}
