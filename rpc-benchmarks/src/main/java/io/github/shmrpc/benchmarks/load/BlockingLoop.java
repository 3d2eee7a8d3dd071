package io.github.shmrpc.benchmarks.load;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;

import io.github.shmrpc.benchmarks.peer.Caller;
import io.github.shmrpc.benchmarks.peer.PeerClient;
import org.HdrHistogram.Histogram;

/**
 * A closed loop with some calls, chosen at random, whose handler blocks: what do they do
 * to the others? The same loop without them runs first, for comparison.
 */
final class BlockingLoop {

    /** One call in so many blocks. */
    private static final int CALLS_PER_BLOCKING_ONE = 100;

    private BlockingLoop() {
    }

    static Map<String, Double> run(PeerClient client, Load load, Timing timing, MeasuredWindow window)
            throws Exception {
        Map<String, Double> undisturbed = ClosedLoop.run(client, load, timing, MeasuredWindow.none());
        List<Calls> works = IntStream.range(0, load.count()).mapToObj((index) -> new Calls(load, index)).toList();
        CallerGroup group = new CallerGroup(client, works);
        group.run(CallerThreads.factory(false), timing, window);
        Map<String, Double> metrics = new TreeMap<>();
        Histogram others = group.latencies();
        Histogram blocked = Latencies.newHistogram();
        works.forEach((work) -> blocked.add(work.blocked));
        Latencies.describe(others, metrics);
        Latencies.describeRate(others.getTotalCount() + blocked.getTotalCount(), group.elapsedNs(), metrics);
        if (blocked.getTotalCount() > 0) {
            metrics.put(Metric.BLOCKED_P50_NS, (double) blocked.getValueAtPercentile(50));
        }
        copy(undisturbed, Metric.P50_NS, metrics, Metric.UNDISTURBED_P50_NS);
        copy(undisturbed, Metric.P99_NS, metrics, Metric.UNDISTURBED_P99_NS);
        copy(undisturbed, Metric.CALLS_PER_SECOND, metrics, Metric.UNDISTURBED_CALLS_PER_SECOND);
        return metrics;
    }

    private static void copy(Map<String, Double> from, String name, Map<String, Double> to, String newName) {
        to.put(newName, Objects.requireNonNull(from.get(name), name));
    }

    private static final class Calls implements CallerGroup.Work {

        private final Payload payload;

        private final SplittableRandom random;

        private final Histogram others = Latencies.newHistogram();

        private final Histogram blocked = Latencies.newHistogram();

        Calls(Load load, int index) {
            payload = new Payload(load.payloadBytes(), index);
            random = new SplittableRandom(index);
        }

        @Override
        public void run(Caller caller, long startNs, long endNs) throws Exception {
            long after;
            do {
                boolean blocks = random.nextInt(CALLS_PER_BLOCKING_ONE) == 0;
                byte[] request = payload.next();
                long before = System.nanoTime();
                byte[] response = blocks ? caller.callBlocking(request) : caller.call(request);
                after = System.nanoTime();
                Latencies.record(blocks ? blocked : others, after - before);
                payload.check(response);
            }
            while (after < endNs);
        }

        @Override
        public Histogram histogram() {
            return others;
        }

        @Override
        public void reset() {
            others.reset();
            blocked.reset();
        }

    }

}
