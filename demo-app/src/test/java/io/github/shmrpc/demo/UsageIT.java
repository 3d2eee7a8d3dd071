package io.github.shmrpc.demo;

import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class UsageIT {

    private final Path directory;

    UsageIT(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void helpGoesToStandardOutput() {
        DemoJar demo = DemoJar.run(directory.resolve("tmp"), "-help");
        assertThat(demo.status()).isZero();
        assertThat(demo.out()).contains("--mode=", "Exit status");
        assertThat(demo.err()).isEmpty();
    }

    @Test
    void wrongOptionIsToldOnOneLine() {
        DemoJar demo = DemoJar.run(directory.resolve("tmp"), "--mode=stress", "--spede=9");
        assertThat(demo.status()).isEqualTo(2);
        assertThat(demo.err()).contains("--spede");
        assertThat(demo.err().lines()).hasSize(1);
        assertThat(demo.out()).isEmpty();
    }

    @Test
    void tooLongPathIsToldOnOneLine() {
        DemoJar demo = DemoJar.run(directory.resolve("tmp"), "--mode=server", "--endpoint=/tmp/" + "x".repeat(120));
        assertThat(demo.status()).isEqualTo(2);
        assertThat(demo.err()).contains("too long");
        assertThat(demo.err().lines()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = { "client", "stress", "concurrent" })
    void missingServerIsToldOnOneLine(String mode) {
        Path socket = directory.resolve("none.sock");
        // Its first attempt to connect ends the run, however long a cold JVM takes for
        // it.
        DemoJar demo = DemoJar.run(directory.resolve("tmp"), "--mode=" + mode, "--timeout=60000",
                "--endpoint=" + socket, "--output=json");
        assertThat(demo.status()).isOne();
        assertThat(demo.err()).contains(socket.toString(), "UNAVAILABLE").doesNotContain("\tat ");
        assertThat(demo.err().lines()).hasSize(1);
        assertThat(demo.json().path("failed").longValue()).isOne();
    }

}
