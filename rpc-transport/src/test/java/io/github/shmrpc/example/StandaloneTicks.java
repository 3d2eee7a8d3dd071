package io.github.shmrpc.example;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Dispatch;
import io.github.shmrpc.client.ChannelOptions;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.server.ServerOptions;

/** A game without Spring, whose world belongs to the one thread that ticks. */
final class StandaloneTicks {

    /** Where a player wants to go. */
    record Step(String player, int dx) {
    }

    /** Where players are. */
    record View(int x, int reported) {
    }

    /** No lock, nothing volatile: all of it runs on the tick thread. */
    static final class World {

        private final Map<String, Integer> positions = new HashMap<>();

        private final RpcChannel log;

        private int reported;

        World(RpcChannel log) {
            this.log = log;
        }

        @SuppressWarnings("FutureReturnValueIgnored") // Counted, and nothing else.
        public View move(Step step) {
            log.callAsync("Log.write", step, String.class, CallOptions.defaults()).thenAccept((line) -> reported++);
            return new View(positions.merge(step.player(), step.dx(), Integer::sum), reported);
        }

    }

    private final String endpoint;

    private final String logEndpoint;

    private volatile boolean stopped;

    StandaloneTicks(String endpoint, String logEndpoint) {
        this.endpoint = endpoint;
        this.logEndpoint = logEndpoint;
    }

    /** Serves until it is stopped, in the current thread. */
    void run() throws IOException {
        ChannelOptions polledReplies = ChannelOptions.defaults().withPolledReplies(true);
        ServerOptions polledCalls = ServerOptions.defaults().withDispatch(Dispatch.POLLED);
        try (RpcChannel log = RpcChannel.builder(logEndpoint).options(polledReplies).build();
                RpcServer server = RpcServer.builder(endpoint).options(polledCalls).register(new World(log)).build()) {
            server.start();
            while (!stopped) {
                server.poll(1000, Duration.ofMillis(5));
                log.poll(1000, Duration.ofMillis(5));
                // What else a tick does, and a pause until the next:
                LockSupport.parkNanos(10_000_000);
            }
        }
    }

    void stop() {
        stopped = true;
    }

}
