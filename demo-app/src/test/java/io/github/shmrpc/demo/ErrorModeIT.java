package io.github.shmrpc.demo;

import java.nio.file.Path;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class ErrorModeIT {

    private final Path directory;

    ErrorModeIT(@TempDir Path directory) {
        this.directory = directory;
    }

    @ParameterizedTest
    @ValueSource(strings = { "shm", "unix" })
    void eachConditionEndsAsDocumented(String scheme) {
        Path temporary = directory.resolve("tmp");
        Path socket = directory.resolve("x.sock");
        DemoJar demo = DemoJar.run(temporary, "--mode=error", "--endpoint=" + scheme + ":" + socket, "--timeout=25000");
        assertThat(demo.status()).as(() -> demo.out() + demo.err()).isZero();
        assertThat(demo.out())
            .contains("no server", "unknown method", "handler throws", "deadline", "over the limit", "wrong codec",
                    "caller interrupted", "killed in mid-call", "restarted")
            .doesNotContain("secret");
        assertThat(demo.err()).doesNotContain("\tat ");
        assertThat(socket).doesNotExist();
        assertThat(DemoJar.names(temporary, "")).isEmpty();
    }

}
