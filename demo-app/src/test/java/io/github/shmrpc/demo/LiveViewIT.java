package io.github.shmrpc.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

/**
 * The live view in a browser, of a server that is being called. One page for all tests.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LiveViewIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static final int TAB = 9;

    private static final int ENTER = 13;

    /** Pictures to look at; nothing compares them. */
    private static final Path PICTURES = Path.of("target", "live-view");

    private final Path directory;

    private final int port = freePort();

    private Optional<DemoJar> server = Optional.empty();

    private Optional<DemoJar> load = Optional.empty();

    private Optional<Chromium> page = Optional.empty();

    LiveViewIT(@TempDir Path directory) {
        this.directory = directory;
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
    void open() {
        Optional<Path> browser = Chromium.find();
        assumeThat(browser).as("a Chromium on the PATH").isPresent();
        DemoJar started = DemoJar.start(directory.resolve("tmp"), "--mode=server",
                "--endpoint=" + directory.resolve("x.sock"), "--management.server.port=" + port);
        server = Optional.of(started);
        started.awaitOutput("Serving ");
        load = Optional.of(DemoJar.start(directory.resolve("tmp"), "--mode=concurrent", "--clients=2",
                "--requests=10000000", "--interval=1", "--timeout=60000", "--endpoint=" + directory.resolve("x.sock")));
        page = Optional.of(Chromium.open(browser.get(), directory.resolve("profile"),
                URI.create("http://127.0.0.1:" + port + "/actuator/rpc/live")));
        await().atMost(LIMIT).until(() -> text("#methods ~ .scroll tbody").contains("game.Echo/"));
        await().atMost(LIMIT).until(() -> text("#peers").equals("1"));
    }

    @AfterAll
    void close() {
        page.ifPresent(Chromium::close);
        load.ifPresent(DemoJar::close);
        server.ifPresent(DemoJar::close);
    }

    private Chromium page() {
        return page.orElseThrow();
    }

    private String text(String selector) {
        return page().evaluate("(document.querySelector('" + selector + "') || {textContent: ''}).textContent");
    }

    private static double number(String text) {
        return Double.parseDouble(text.replace(",", ""));
    }

    @Test
    void callsAndTimesAreShownByMethod() {
        await().atMost(LIMIT).until(() -> text("#served"), (served) -> !served.equals("–") && number(served) > 0);
        assertThat(text("#methods ~ .scroll tbody tr td:nth-child(2)")).isEqualTo("server");
        // None in a reading without a call.
        await().atMost(LIMIT)
            .until(() -> text("#methods ~ .scroll tbody tr td:nth-child(5)"),
                    (median) -> median.matches("\\d+(\\.\\d)? (ns|µs|ms|s)"));
        assertThat(page().evaluate("document.getElementById('chart').getAttribute('aria-label')"))
            .startsWith("Calls per second in the last ");
        assertThat(text("#scale")).startsWith("Calls per second in the last ");
    }

    @Test
    void connectionsAndRingsAreShown() {
        assertThat(text("#peers")).isEqualTo("1");
        assertThat(text("#connections ~ .scroll tbody tr")).contains(System.getProperty("user.name"), "shm", "KiB");
        assertThat(text("#channels ~ .scroll tbody")).contains("default", "items", "impatient");
        assertThat(text("#where")).isEqualTo("shm:" + directory.resolve("x.sock") + " · listening");
    }

    @Test
    void keyboardPausesAndResumes() {
        page().evaluate("document.getElementById('interval').focus()");
        page().press("Tab", TAB);
        assertThat(page().evaluate("document.activeElement.id")).isEqualTo("pause");
        assertThat(page().evaluate("getComputedStyle(document.activeElement).outlineStyle")).isEqualTo("solid");
        page().press("Enter", ENTER);
        await().atMost(LIMIT).until(() -> text("#notice").equals("Paused"));
        assertThat(page().evaluate("document.activeElement.getAttribute('aria-pressed')")).isEqualTo("true");
        page().press("Enter", ENTER);
        await().atMost(LIMIT).until(() -> text("#notice").equals("Live"));
    }

    @Test
    void screenReadersFindNamesForEverything() {
        List<String> parts = page().accessibility();
        assertThat(parts)
            .contains("heading: RPC live view", "heading: Methods", "table: Methods",
                    "table: Connections to the server", "table: Channels", "button: Pause", "columnheader: Calls/s")
            .anyMatch((part) -> part.startsWith("combobox: Every"))
            .anyMatch((part) -> part.startsWith("status"))
            .anyMatch((part) -> part.startsWith("rowheader: game.Echo/"));
        assertThat(parts).filteredOn((part) -> part.matches("(button|combobox|table|image|region): ")).isEmpty();
    }

    @Test
    void nothingIsLoadedFromElsewhere() {
        assertThat(page().requests()).isNotEmpty()
            .allMatch((address) -> address.startsWith("http://127.0.0.1:" + port + "/actuator/rpc")
                    || address.startsWith("data:"));
    }

    @Test
    void nothingIsCutOffOnANarrowScreenOrInTheDark() throws IOException {
        for (String scheme : List.of("light", "dark")) {
            page().colours(scheme);
            page().width(1280);
            page().screenshot(PICTURES.resolve(scheme + ".png"));
            page().width(420);
            assertThat(page().evaluate("document.documentElement.scrollWidth <= innerWidth")).isEqualTo("true");
            page().screenshot(PICTURES.resolve(scheme + "-narrow.png"));
        }
        assertThat(page().evaluate("getComputedStyle(document.body).backgroundColor")).isEqualTo("rgb(18, 22, 29)");
    }

}
