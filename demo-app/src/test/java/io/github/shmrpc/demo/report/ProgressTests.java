package io.github.shmrpc.demo.report;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class ProgressTests {

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    private final PrintStream terminal = new PrintStream(written, true, StandardCharsets.UTF_8);

    @Test
    void longRunIsShownAndTakenAway() {
        try (Progress progress = Progress.of(200, terminal, true)) {
            progress.done();
            await().until(() -> written.size() > 0);
        }
        assertThat(written.toString(StandardCharsets.UTF_8)).startsWith("\r\u001b[K1 of 200 calls (0 %)")
            .endsWith("\r\u001b[K");
    }

    @Test
    void shortRunPrintsNothing() {
        try (Progress progress = Progress.of(1, terminal, true)) {
            progress.done();
        }
        assertThat(written.size()).isZero();
    }

    @Test
    void unwatchedRunPrintsNothing() {
        Progress progress = Progress.of(1, terminal, false);
        progress.done();
        progress.close();
        assertThat(written.size()).isZero();
    }

    @Test
    void interruptedThreadStaysSo() {
        try (Progress progress = Progress.of(1, terminal, true)) {
            progress.done();
            Thread.currentThread().interrupt();
        }
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void lineTellsShare() {
        assertThat(Progress.line(250_000, 1_000_000)).isEqualTo("250,000 of 1,000,000 calls (25 %)");
    }

}
