package io.github.shmrpc.example;

import java.nio.file.Path;

import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.example.StandaloneGate.Events.Moved;
import io.github.shmrpc.example.StandaloneGate.GatewaySide;
import io.github.shmrpc.example.StandaloneGate.World;
import io.github.shmrpc.server.RpcServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The page of docs on calls in both directions does what it says. */
@Timeout(60)
class StandaloneGateTests {

    @Test
    void bothSidesCallEachOther(@TempDir Path directory) throws Exception {
        String endpoint = "shm:" + directory.resolve("s.sock");
        GatewaySide side = new GatewaySide();
        try (RpcServer server = StandaloneGate.serve(endpoint)) {
            StandaloneGate.follow(server);
            try (RpcChannel world = StandaloneGate.connect(endpoint, side)) {
                assertThat(world.proxy(World.class).enter(7)).isEqualTo("welcome, player 7");
                StandaloneGate.toAll(server).moved(new Moved(7, 1, 2));
                await().until(() -> server.peers().all().get(0).attributes().containsKey("region"));
                StandaloneGate.latestToAll(server).moved(new Moved(7, 3, 4));
                await().untilAsserted(
                        () -> assertThat(side.moves).containsExactlyInAnyOrder(new Moved(7, 1, 2), new Moved(7, 3, 4)));
            }
        }
    }

}
