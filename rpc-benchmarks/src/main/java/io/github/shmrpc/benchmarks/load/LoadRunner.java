package io.github.shmrpc.benchmarks.load;

import java.util.Map;

import io.github.shmrpc.benchmarks.peer.PeerClient;

/** Puts loads on one client. For one thread. */
public final class LoadRunner {

    private final PeerClient client;

    private final Clients others;

    /**
     * A runner for one client.
     * @param client takes all calls
     * @param others further clients, for loads of many connections
     */
    public LoadRunner(PeerClient client, Clients others) {
        this.client = client;
        this.others = others;
    }

    /** Returns what was measured, by the names in {@link Metric}. */
    public Map<String, Double> run(Load load, Timing timing, MeasuredWindow window) throws Exception {
        return switch (load.kind()) {
            case CLOSED -> ClosedLoop.run(client, load, timing, window);
            case BLOCKING -> BlockingLoop.run(client, load, timing, window);
            case ASYNC -> AsyncWindow.run(client, load, timing, window);
            case OPEN -> OpenLoop.run(client, load, timing, window);
            case IDLE -> IdleConnections.run(client, others, load, timing, window);
        };
    }

}
