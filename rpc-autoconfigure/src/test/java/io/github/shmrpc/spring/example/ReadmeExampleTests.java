package io.github.shmrpc.spring.example;

import org.junit.jupiter.api.Test;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

class ReadmeExampleTests {

    @Test
    void clientCallsEndpoint() {
        try (ConfigurableApplicationContext game = new SpringApplicationBuilder(GameExample.Game.class).run(
                "--rpc.server.endpoint=inproc:readme", "--rpc.client.channels.default.endpoint=inproc:readme",
                "--rpc.client.timeout=60s")) {
            assertThat(game.getBean(GameExample.Combat.class).charge()).isEqualTo("ada is at 3,4");
        }
    }

}
