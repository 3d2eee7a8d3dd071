package io.github.shmrpc;

import java.nio.charset.StandardCharsets;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.api.Tag;

import static org.assertj.core.api.Assertions.assertThat;

/** Any text in place of an endpoint. */
class EndpointFuzzTests {

    @FuzzTest
    @Tag("F46")
    void endpoint(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        Endpoint endpoint;
        try {
            endpoint = Endpoint.parse(text);
        }
        catch (IllegalArgumentException ex) {
            assertThat(ex.getMessage()).isNotEmpty();
            return;
        }
        assertThat(Endpoint.parse(endpoint.toString())).isEqualTo(endpoint);
    }

}
