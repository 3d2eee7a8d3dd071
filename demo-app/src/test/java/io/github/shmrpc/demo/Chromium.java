package io.github.shmrpc.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.awaitility.Awaitility.await;

/**
 * A page in a headless Chromium, driven by its DevTools protocol. Closing ends the
 * browser.
 */
final class Chromium implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.shared();

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Process process;

    private final WebSocket socket;

    private final AtomicInteger ids = new AtomicInteger();

    private final Map<Integer, CompletableFuture<JsonNode>> replies;

    private final List<String> requests;

    private Chromium(Process process, WebSocket socket, Map<Integer, CompletableFuture<JsonNode>> replies,
            List<String> requests) {
        this.process = process;
        this.socket = socket;
        this.replies = replies;
        this.requests = requests;
    }

    /**
     * The browser of this machine.
     * @return its path, empty if none is installed
     */
    static Optional<Path> find() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
            .flatMap((directory) -> Stream.of("chromium", "chromium-browser", "google-chrome")
                .map((name) -> Path.of(directory, name)))
            .filter(Files::isExecutable)
            .findFirst();
    }

    /**
     * Opens a page.
     * @param browser of {@link #find()}
     * @param profile a directory for its files
     * @param address of the page
     * @return the page, which may still be loading
     */
    static Chromium open(Path browser, Path profile, URI address) {
        try {
            Files.createDirectories(profile);
            ProcessBuilder builder = new ProcessBuilder(browser.toString(), "--headless=new", "--no-sandbox",
                    "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-port=0",
                    "--window-size=1280,900", "--user-data-dir=" + profile, "about:blank")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(profile.resolve("err").toFile());
            // Else it keeps crash reports and caches below the user's home.
            builder.environment().put("HOME", profile.toString());
            builder.environment().put("TMPDIR", profile.toString());
            Process process = builder.start();
            try {
                Chromium page = connect(process, profile);
                page.send("Network.enable", Map.of());
                page.send("Page.enable", Map.of());
                page.send("Page.navigate", Map.of("url", address.toString()));
                return page;
            }
            catch (RuntimeException failure) {
                end(process);
                throw failure;
            }
        }
        catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    private static Chromium connect(Process process, Path profile) {
        Path ports = profile.resolve("DevToolsActivePort");
        HttpClient http = HttpClient.newHttpClient();
        String port = await().atMost(LIMIT).until(() -> firstLine(ports), (line) -> !line.isEmpty());
        String target = await().atMost(LIMIT)
            .ignoreExceptions()
            .until(() -> pageOf(http, port), (address) -> !address.isEmpty());
        Map<Integer, CompletableFuture<JsonNode>> replies = new ConcurrentHashMap<>();
        List<String> requests = new CopyOnWriteArrayList<>();
        WebSocket socket = http.newWebSocketBuilder()
            .buildAsync(URI.create(target), new Listener(replies, requests))
            .join();
        return new Chromium(process, socket, replies, requests);
    }

    private static String firstLine(Path file) throws IOException {
        if (!Files.exists(file)) {
            return "";
        }
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            String line = reader.readLine();
            return (line != null) ? line : "";
        }
    }

    private static String pageOf(HttpClient http, String port) throws IOException, InterruptedException {
        String targets = http
            .send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json/list")).build(),
                    HttpResponse.BodyHandlers.ofString())
            .body();
        for (JsonNode target : JSON.readTree(targets)) {
            if (target.path("type").stringValue("").equals("page")) {
                return target.path("webSocketDebuggerUrl").stringValue("");
            }
        }
        return "";
    }

    private JsonNode send(String method, Map<String, ?> parameters) {
        int id = ids.incrementAndGet();
        CompletableFuture<JsonNode> reply = new CompletableFuture<>();
        replies.put(id, reply);
        socket.sendText(JSON.writeValueAsString(Map.of("id", id, "method", method, "params", parameters)), true).join();
        JsonNode answer = reply.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
        if (answer.has("error")) {
            throw new IllegalStateException(method + ": " + answer.path("error"));
        }
        return answer.path("result");
    }

    /**
     * What a JavaScript expression gives.
     * @param expression whose value is text, a number or a truth value
     * @return the value as text
     */
    String evaluate(String expression) {
        JsonNode result = send("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true));
        if (result.has("exceptionDetails")) {
            throw new IllegalStateException(expression + ": " + result.path("exceptionDetails"));
        }
        return result.path("result").path("value").asString("");
    }

    /** Presses a key and lets it go. */
    void press(String key, int code) {
        String text = key.equals("Enter") ? "\r" : "";
        send("Input.dispatchKeyEvent",
                Map.of("type", "keyDown", "key", key, "code", key, "windowsVirtualKeyCode", code, "text", text));
        send("Input.dispatchKeyEvent", Map.of("type", "keyUp", "key", key, "code", key, "windowsVirtualKeyCode", code));
    }

    /** Colours as the user's system has them: {@code light} or {@code dark}. */
    void colours(String scheme) {
        send("Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    void width(int pixels) {
        send("Emulation.setDeviceMetricsOverride",
                Map.of("width", pixels, "height", 900, "deviceScaleFactor", 1, "mobile", false));
    }

    /** What a screen reader finds: role and name of each part. */
    List<String> accessibility() {
        List<String> parts = new ArrayList<>();
        for (JsonNode node : send("Accessibility.getFullAXTree", Map.of()).path("nodes")) {
            if (!node.path("ignored").booleanValue(false)) {
                parts.add(node.path("role").path("value").asString("") + ": "
                        + node.path("name").path("value").asString(""));
            }
        }
        return parts;
    }

    void screenshot(Path file) throws IOException {
        JsonNode shot = send("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true));
        Files.createDirectories(file.getParent());
        Files.write(file, Base64.getDecoder().decode(shot.path("data").stringValue()));
    }

    /** Addresses that the page has asked for. */
    List<String> requests() {
        return requests;
    }

    @Override
    public void close() {
        socket.abort();
        end(process);
    }

    private static void end(Process process) {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        process.onExit().join();
        children.forEach((child) -> child.onExit().join());
    }

    /** Takes in what the browser says. */
    private static final class Listener implements WebSocket.Listener {

        private final Map<Integer, CompletableFuture<JsonNode>> replies;

        private final List<String> requests;

        // By the one thread that reads.
        private final StringBuilder text = new StringBuilder();

        Listener(Map<Integer, CompletableFuture<JsonNode>> replies, List<String> requests) {
            this.replies = replies;
            this.requests = requests;
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                JsonNode message = JSON.readTree(text.toString().getBytes(StandardCharsets.UTF_8));
                text.setLength(0);
                take(message);
            }
            from.request(1);
            return null;
        }

        private void take(JsonNode message) {
            if (message.path("method").asString("").equals("Network.requestWillBeSent")) {
                requests.add(message.path("params").path("request").path("url").asString(""));
            }
            CompletableFuture<JsonNode> reply = replies.remove(message.path("id").asInt(0));
            if (reply != null) {
                reply.complete(message);
            }
        }

    }

}
