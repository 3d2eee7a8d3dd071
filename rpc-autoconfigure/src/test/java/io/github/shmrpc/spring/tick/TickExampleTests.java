package io.github.shmrpc.spring.tick;

import io.github.shmrpc.spring.RpcClientFactory;
import io.github.shmrpc.spring.tick.TickExample.Step;
import io.github.shmrpc.spring.tick.TickExample.View;
import io.github.shmrpc.spring.tick.TickExample.World;
import io.github.shmrpc.spring.tick.TickExample.WorldService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class TickExampleTests {

    @Test
    void handlersAndRepliesRunOnTheTickThread() {
        World world;
        try (ConfigurableApplicationContext game = new SpringApplicationBuilder(TickExample.Game.class).run(
                "--rpc.server.endpoint=inproc:ticks", "--rpc.client.channels.world.endpoint=inproc:ticks",
                "--rpc.client.channels.chat.endpoint=inproc:ticks", "--rpc.client.channels.chat.polled-replies=true",
                "--rpc.client.timeout=60s")) {
            world = game.getBean(World.class);
            WorldService client = game.getBean(RpcClientFactory.class).client(WorldService.class);
            View first = client.move(new Step("ada", 3));
            assertThat(first.x()).isEqualTo(3);
            await().until(() -> client.move(new Step("ada", 0)).greeted() == 1);
            assertThat(client.move(new Step("ada", 4)).x()).isEqualTo(7);
            assertThat(client.move(new Step("ada", 0)).ticks()).isGreaterThan(first.ticks());
        }
        assertThat(world.threads).singleElement().satisfies((thread) -> assertThat(thread.getName()).isEqualTo("tick"));
    }

}
