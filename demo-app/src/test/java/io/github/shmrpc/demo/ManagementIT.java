package io.github.shmrpc.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

/** A server with a management port is looked after over HTTP. One for all tests. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ManagementIT {

    private static final List<String> METERS = List.of("rpc_server_call_duration_seconds", "rpc_server_calls_active",
            "rpc_server_connections", "rpc_server_requests_total", "rpc_server_errors_total",
            "rpc_server_take_overs_total", "rpc_client_channel_ready", "rpc_client_reconnects_total");

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final HttpClient http = HttpClient.newHttpClient();

    private final Path directory;

    private final int port = freePort();

    private final DemoJar server;

    /** Calls that clients have made so far, which were all answered. */
    private int made;

    ManagementIT(@TempDir Path directory) {
        this.directory = directory;
        this.server = DemoJar.start(directory.resolve("tmp"), "--mode=server",
                "--endpoint=" + directory.resolve("x.sock"), "--management.server.port=" + port);
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
        catch (IOException ex) {
            throw new IllegalStateException(ex);
        }
    }

    @BeforeAll
    void awaitServer() {
        server.awaitOutput("Serving ");
    }

    @AfterAll
    void stopServer() {
        server.close();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/actuator/" + path)).timeout(LIMIT);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private JsonNode json(String path) throws IOException, InterruptedException {
        return JsonMapper.shared().readTree(send(request(path)).body());
    }

    private int change(String path, String action) throws IOException, InterruptedException {
        return send(request(path).header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{\"action\": \"" + action + "\"}"))).statusCode();
    }

    /** A call is timed after its answer was sent, and the client may end before that. */
    private void call(int requests) {
        DemoJar client = DemoJar.run(directory.resolve("tmp"), "--mode=client", "--requests=" + requests,
                "--timeout=60000", "--endpoint=" + directory.resolve("x.sock"));
        assertThat(client.status()).as(client::err).isZero();
        made += requests;
        await().atMost(LIMIT).untilAsserted(() -> {
            assertThat(served()).isEqualTo(made);
            assertThat(scrape().samples("rpc_server_calls_active")).isNotEmpty()
                .allSatisfy((active) -> assertThat(active.value()).isZero());
        });
    }

    @Test
    void healthTellsOfServerAndChannels() throws Exception {
        JsonNode rpc = json("health").path("components").path("rpc");
        assertThat(rpc.path("status").stringValue()).isEqualTo("UP");
        JsonNode parts = rpc.path("components");
        assertThat(parts.path("server").path("details").path("state").stringValue()).isEqualTo("LISTENING");
        assertThat(parts.path("channels").path("components").path("items").path("status").stringValue())
            .isEqualTo("UNKNOWN");
    }

    @Test
    void endpointShowsAndDrainsTheServer() throws Exception {
        JsonNode shown = json("rpc").path("server");
        assertThat(shown.path("endpoint").stringValue()).isEqualTo("shm:" + directory.resolve("x.sock"));
        JsonNode method = shown.path("services").path("game.Echo").path(0);
        assertThat(method.path("dispatch").stringValue()).as(shown::toString).isEqualTo("ADAPTIVE");
        assertThat(change("rpc/server", "drain")).isEqualTo(204);
        await().atMost(LIMIT).until(() -> state().equals("STOPPED"));
        assertThat(send(request("health")).statusCode()).isEqualTo(503);
        assertThat(change("rpc/server", "start")).isEqualTo(204);
        assertThat(state()).isEqualTo("LISTENING");
        call(1);
    }

    private String state() throws IOException, InterruptedException {
        return json("rpc").path("server").path("state").stringValue();
    }

    @Test
    void wrongChangesAreRefused() throws Exception {
        assertThat(change("rpc/server", "explode")).isEqualTo(400);
        assertThat(change("rpc/client", "drain")).isEqualTo(400);
        assertThat(change("rpc/channels/none", "reconnect")).isEqualTo(400);
        assertThat(state()).isEqualTo("LISTENING");
    }

    @Test
    void metersAreScraped() throws Exception {
        call(1);
        assertThat(scrape().families()).containsAll(METERS);
        assertThat(scrape().type("rpc_server_call_duration_seconds")).isEqualTo("histogram");
        double before = served();
        call(5);
        assertThat(served()).isEqualTo(before + 5);
    }

    @Test
    void prometheusOwnParserReadsTheMeters() throws Exception {
        assumeThat(runsPython("import prometheus_client")).as("Prometheus' client for Python is installed").isTrue();
        call(1);
        Path scraped = Files.writeString(directory.resolve("scraped"), send(request("prometheus")).body());
        Path read = directory.resolve("read");
        assertThat(runsPython("""
                from prometheus_client.parser import text_string_to_metric_families as families
                with open(r"%s") as scraped, open(r"%s", "w") as read:
                    for family in families(scraped.read()):
                        for sample in family.samples:
                            print(family.type, sample.name, sample.value, file=read)
                """.formatted(scraped, read))).isTrue();
        List<String> samples = Files.readAllLines(read);
        assertThat(samples).anyMatch((line) -> line.startsWith("histogram rpc_server_call_duration_seconds_bucket "));
        assertThat(samples).anyMatch((line) -> line.startsWith("counter rpc_server_requests_total "));
        assertThat(samples).contains("gauge rpc_server_calls_active 0.0");
    }

    /** Whether the system's Python, if there is one, ends well. */
    private boolean runsPython(String script) throws IOException, InterruptedException {
        Path python = Path.of("/usr/bin/python3");
        return Files.isExecutable(python)
                && new ProcessBuilder(python.toString(), "-c", script).redirectErrorStream(true)
                    .redirectOutput(directory.resolve("python").toFile())
                    .start()
                    .waitFor() == 0;
    }

    private double served() throws IOException, InterruptedException {
        return scrape().samples("rpc_server_call_duration_seconds_count")
            .stream()
            .filter((sample) -> "OK".equals(sample.labels().get("rpc_response_status_code")))
            .mapToDouble(PrometheusText.Sample::value)
            .sum();
    }

    private PrometheusText scrape() throws IOException, InterruptedException {
        HttpResponse<String> response = send(request("prometheus"));
        assertThat(response.headers().firstValue("Content-Type"))
            .hasValueSatisfying((type) -> assertThat(type.replace(" ", "")).startsWith("text/plain;version=0.0.4"));
        return PrometheusText.parse(response.body());
    }

    @Test
    void noPortMeansNoHttp() {
        try (DemoJar plain = DemoJar.start(directory.resolve("plain"), "--mode=server",
                "--endpoint=" + directory.resolve("y.sock"), "--logging.level.org.apache.catalina=info",
                "--logging.level.org.springframework.boot=info")) {
            plain.awaitOutput("Serving ");
            assertThat(plain.err()).doesNotContain("Tomcat");
        }
    }

}
