package io.github.shmrpc.benchmarks.load;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

import io.github.shmrpc.benchmarks.peer.Caller;
import io.github.shmrpc.benchmarks.peer.PeerClient;
import org.HdrHistogram.Histogram;

/** Each caller makes its next call when it has the response to the last. */
final class ClosedLoop {

    private ClosedLoop() {
    }

    static Map<String, Double> run(PeerClient client, Load load, Timing timing, MeasuredWindow window)
            throws Exception {
        List<Calls> works = IntStream.range(0, load.count())
            .mapToObj((index) -> new Calls(new Payload(load.payloadBytes(), index)))
            .toList();
        CallerGroup group = new CallerGroup(client, works);
        group.run(CallerThreads.factory(load.isVirtual()), timing, window);
        Map<String, Double> metrics = new TreeMap<>();
        Histogram latencies = group.latencies();
        Latencies.describe(latencies, metrics);
        Latencies.describeRate(latencies.getTotalCount(), group.elapsedNs(), metrics);
        return metrics;
    }

    private static final class Calls implements CallerGroup.Work {

        private final Payload payload;

        private final Histogram histogram = Latencies.newHistogram();

        Calls(Payload payload) {
            this.payload = payload;
        }

        @Override
        public void run(Caller caller, long startNs, long endNs) throws Exception {
            long after;
            // At least once, so that a thread that is late has something to show.
            do {
                byte[] request = payload.next();
                long before = System.nanoTime();
                byte[] response = caller.call(request);
                after = System.nanoTime();
                Latencies.record(histogram, after - before);
                payload.check(response);
            }
            while (after < endNs);
        }

        @Override
        public Histogram histogram() {
            return histogram;
        }

    }

}
