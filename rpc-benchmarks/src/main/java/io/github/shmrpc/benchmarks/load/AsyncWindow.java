package io.github.shmrpc.benchmarks.load;

import java.util.Map;
import java.util.TreeMap;

import io.github.shmrpc.benchmarks.peer.AsyncCaller;
import io.github.shmrpc.benchmarks.peer.PeerClient;

/** One thread keeps a number of calls in flight. */
final class AsyncWindow {

    /** Reading the clock twice for each call would cost more than the fastest of them. */
    private static final int CALLS_PER_SAMPLE = 16;

    private AsyncWindow() {
    }

    static Map<String, Double> run(PeerClient client, Load load, Timing timing, MeasuredWindow window)
            throws Exception {
        try (AsyncCaller caller = client.openAsyncCaller()) {
            Payload payload = new Payload(load.payloadBytes(), load.count());
            drive(caller, payload, responses(caller, load), timing.warmup().toNanos());
            window.opens();
            CallsInFlight responses = responses(caller, load);
            long elapsedNs = drive(caller, payload, responses, timing.measured().toNanos());
            window.closes();
            Map<String, Double> metrics = new TreeMap<>();
            Latencies.describe(responses.latencies(), metrics);
            Latencies.describeRate(responses.completed(), elapsedNs, metrics);
            return metrics;
        }
    }

    private static CallsInFlight responses(AsyncCaller caller, Load load) {
        return caller.isPolled() ? new CallsInFlight.Polled(caller, load.count())
                : new CallsInFlight.Signalled(load.count());
    }

    /** Returns how long it took until the last response was in. */
    private static long drive(AsyncCaller caller, Payload payload, CallsInFlight calls, long durationNs)
            throws Exception {
        long startNs = System.nanoTime();
        long endNs = startNs + durationNs;
        long now = startNs;
        for (long sent = 0; now < endNs; sent++) {
            calls.awaitRoom();
            long token = CallsInFlight.NOT_SAMPLED;
            if (sent % CALLS_PER_SAMPLE == 0) {
                now = System.nanoTime();
                token = now;
            }
            byte[] request = payload.next();
            calls.onSend(payload.number());
            while (!caller.offer(token, request, calls)) {
                caller.poll();
            }
        }
        calls.awaitAll();
        return System.nanoTime() - startNs;
    }

}
