package io.github.shmrpc.demo;

import java.nio.file.Path;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** Modes that call a running server. */
class LoadModesIT {

    private static Path directory;

    private static DemoJar server;

    @BeforeAll
    static void startServer(@TempDir Path shared) {
        directory = shared;
        server = DemoJar.start(directory.resolve("tmp"), "--mode", "server", "--endpoint", socket());
        server.awaitOutput("Serving ");
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @Test
    void clientPrintsAnswers() {
        DemoJar client = run("-mode=client", "-message=How do you do?", "-requests=3");
        assertThat(client.status()).as(client::err).isZero();
        assertThat(client.out()).contains("answer 1: ", "answer 3: ", "How do you do?", "first call ")
            .doesNotContain("answer 4");
    }

    @ParameterizedTest
    @ValueSource(strings = { "protobuf", "json" })
    void stressChecksEachAnswer(String codec) {
        DemoJar client = run("--mode=stress", "--requests=20000", "--codec=" + codec, "--output=json");
        assertThat(client.status()).as(client::err).isZero();
        JsonNode json = client.json();
        assertThat(json.propertyNames()).containsExactly("mode", "endpoint", "codec", "requests", "ok", "failed",
                "p50_us", "p99_us", "p999_us", "max_us", "calls_per_s");
        assertThat(json.path("mode").stringValue()).isEqualTo("stress");
        assertThat(json.path("endpoint").stringValue()).isEqualTo("shm:" + socket());
        assertThat(json.path("codec").stringValue()).isEqualTo(codec);
        assertThat(json.path("requests").longValue()).isEqualTo(20_000);
        assertThat(json.path("ok").longValue()).isEqualTo(20_000);
        assertThat(json.path("failed").longValue()).isZero();
        assertThat(json.path("p50_us").doubleValue()).isPositive()
            .isLessThanOrEqualTo(json.path("p99_us").doubleValue());
        assertThat(json.path("p99_us").doubleValue()).isLessThanOrEqualTo(json.path("p999_us").doubleValue());
        assertThat(json.path("p999_us").doubleValue()).isLessThanOrEqualTo(json.path("max_us").doubleValue());
        assertThat(json.path("calls_per_s").doubleValue()).isPositive();
    }

    @Test
    void concurrentCallersGetTheirOwnAnswers() {
        DemoJar client = run("-mode=concurrent", "-clients=16", "-requests=2000", "-output=json");
        assertThat(client.status()).as(client::err).isZero();
        assertThat(client.json().path("requests").longValue()).isEqualTo(32_000);
        assertThat(client.json().path("ok").longValue()).isEqualTo(32_000);
    }

    @Test
    void intervalSlowsDown() {
        DemoJar client = run("--mode=stress", "--requests=11", "--interval=20", "--output=json");
        assertThat(client.status()).as(client::err).isZero();
        assertThat(client.json().path("calls_per_s").doubleValue()).isLessThan(56);
    }

    @Test
    void signalEndsRun() {
        try (DemoJar client = DemoJar.start(directory.resolve("tmp"), "--mode=concurrent", "--requests=1000000000",
                "--endpoint=" + socket())) {
            client.awaitOutput("first call");
            client.signal();
            assertThat(client.awaitEnd()).as(client::err).isEqualTo(130);
        }
    }

    private static DemoJar run(String... arguments) {
        return DemoJar.run(directory.resolve("tmp"),
                Stream.concat(Stream.of("--endpoint=" + socket(), "--timeout=60000"), Stream.of(arguments))
                    .toArray(String[]::new));
    }

    private static String socket() {
        return directory.resolve("x.sock").toString();
    }

}
