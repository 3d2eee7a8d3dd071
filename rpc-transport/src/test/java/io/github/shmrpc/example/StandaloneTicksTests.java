package io.github.shmrpc.example;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.example.StandaloneTicks.Step;
import io.github.shmrpc.example.StandaloneTicks.View;
import io.github.shmrpc.server.RpcServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class StandaloneTicksTests {

    private static final CallOptions PATIENT = CallOptions.timeout(Duration.ofSeconds(20));

    @Test
    void callsAndRepliesTakePartInTheTick(@TempDir Path directory) throws Exception {
        String endpoint = "shm:" + directory.resolve("world.sock");
        String logEndpoint = "shm:" + directory.resolve("log.sock");
        StandaloneTicks ticks = new StandaloneTicks(endpoint, logEndpoint);
        List<Throwable> failures = new CopyOnWriteArrayList<>();
        Log log = new Log();
        Thread thread = new Thread(() -> {
            try {
                ticks.run();
            }
            catch (Throwable failure) {
                failures.add(failure);
            }
        }, "tick");
        try (RpcServer logServer = RpcServer.builder(logEndpoint).register(log).build().start();
                RpcChannel channel = RpcChannel.open(endpoint)) {
            thread.start();
            assertThat(move(channel, 3).x()).isEqualTo(3);
            assertThat(move(channel, 4).x()).isEqualTo(7);
            await().until(() -> move(channel, 0).reported() >= 2);
            assertThat(log.lines).hasSizeGreaterThanOrEqualTo(2).contains("ada +3", "ada +4");
            ticks.stop();
            thread.join();
            assertThat(logServer.statistics().errors()).isEmpty();
        }
        assertThat(failures).isEmpty();
    }

    private static View move(RpcChannel channel, int dx) {
        return channel.call("World.move", new Step("ada", dx), View.class, PATIENT);
    }

    /** Writes down what it is told. */
    static final class Log {

        private final List<String> lines = new CopyOnWriteArrayList<>();

        public String write(Step step) {
            String line = step.player() + " +" + step.dx();
            lines.add(line);
            return line;
        }

    }

}
