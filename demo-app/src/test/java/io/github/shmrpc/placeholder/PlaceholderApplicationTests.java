package io.github.shmrpc.placeholder;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PlaceholderApplicationTests {

    @Test
    void pongHasItsText() {
        assertThat(PlaceholderApplication.pong("a").getText()).isEqualTo("a");
    }

}
