package io.github.shmrpc.benchmarks.load;

import java.util.Map;

import io.github.shmrpc.benchmarks.peer.Caller;
import io.github.shmrpc.benchmarks.peer.PeerClient;

/**
 * The first calls of a process that has just started, to a server that has not been
 * called before: what loading and linking classes, connecting and running in the
 * interpreter cost.
 */
public final class FirstCalls {

    private FirstCalls() {
    }

    /**
     * Makes {@link Metric#FIRST_CALLS} calls.
     * @param client made just now, and not used yet
     * @param metrics gets the latency of each call; the first's contains what the client
     * put off until then, such as connecting
     */
    public static void run(PeerClient client, Map<String, Double> metrics) throws Exception {
        Payload payload = new Payload(Load.DEFAULT_PAYLOAD_BYTES, 0);
        // The payload's own first use is not to be part of the first call.
        payload.check(payload.next());
        long[] latenciesNs = new long[Metric.FIRST_CALLS];
        long beforeNs = System.nanoTime();
        try (Caller caller = client.openCaller()) {
            for (int index = 0; index < latenciesNs.length; index++) {
                byte[] response = caller.call(payload.next());
                long afterNs = System.nanoTime();
                latenciesNs[index] = afterNs - beforeNs;
                payload.check(response);
                beforeNs = System.nanoTime();
            }
        }
        for (int index = 0; index < latenciesNs.length; index++) {
            metrics.put(Metric.call(index + 1), (double) latenciesNs[index]);
        }
    }

}
