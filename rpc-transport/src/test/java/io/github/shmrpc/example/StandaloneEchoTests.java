package io.github.shmrpc.example;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;

import io.github.shmrpc.example.StandaloneEcho.Answer;
import io.github.shmrpc.server.RpcServer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class StandaloneEchoTests {

    @ParameterizedTest
    @ValueSource(strings = { "unix", "shm" })
    void answersTextAndTime(String scheme, @TempDir Path directory) throws IOException {
        String endpoint = scheme + ":" + directory.resolve("x.sock");
        Instant before = Instant.now();
        try (RpcServer server = StandaloneEcho.serve(endpoint)) {
            assertThat(server.methods()).containsExactly("Echo/say");
            Answer answer = StandaloneEcho.ask(endpoint, "hello");
            assertThat(answer.text()).isEqualTo("hello from " + scheme);
            assertThat(answer.at()).isBetween(before, Instant.now());
        }
    }

}
