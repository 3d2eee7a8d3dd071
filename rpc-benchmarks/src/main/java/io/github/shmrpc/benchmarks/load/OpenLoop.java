package io.github.shmrpc.benchmarks.load;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

import com.sun.management.OperatingSystemMXBean;
import io.github.shmrpc.benchmarks.peer.Caller;
import io.github.shmrpc.benchmarks.peer.PeerClient;
import org.HdrHistogram.Histogram;

/**
 * Calls fall due at a fixed rate, whatever became of those before them. Latency counts
 * from when a call was due, so that a server which stalls cannot hide the calls that it
 * kept from being made (coordinated omission).
 */
final class OpenLoop {

    private static final Timing GENERATOR_ALONE = Timing.ofMillis(100, 300);

    private OpenLoop() {
    }

    static Map<String, Double> run(PeerClient client, Load load, Timing timing, MeasuredWindow window)
            throws Exception {
        Map<String, Double> metrics = new TreeMap<>();
        metrics.put(Metric.GENERATOR_CPU_PERCENT, cpuPercentOfGenerator(load));
        List<DueCalls> works = works(load);
        CallerGroup group = new CallerGroup(client, works);
        group.run(CallerThreads.factory(false), timing, window);
        Latencies.describe(group.latencies(), metrics);
        Latencies.describeRate(works.stream().mapToLong(DueCalls::made).sum(), group.elapsedNs(), metrics);
        metrics.put(Metric.CALLS_MISSED, (double) works.stream().mapToLong(DueCalls::missed).sum());
        Histogram lateness = Latencies.newHistogram();
        works.forEach((work) -> lateness.add(work.pacer.lateness()));
        metrics.put(Metric.GENERATOR_LATE_P50_NS, (double) lateness.getValueAtPercentile(50));
        metrics.put(Metric.GENERATOR_LATE_P99_NS, (double) lateness.getValueAtPercentile(99));
        return metrics;
    }

    private static List<DueCalls> works(Load load) {
        return IntStream.range(0, load.count()).mapToObj((index) -> new DueCalls(load, index)).toList();
    }

    /** The same rate, but the calls return at once. */
    private static double cpuPercentOfGenerator(Load load) throws Exception {
        CpuWindow window = new CpuWindow();
        new CallerGroup(new ImmediateClient(), works(load)).run(CallerThreads.factory(false), GENERATOR_ALONE, window);
        return window.percent();
    }

    private static final class DueCalls implements CallerGroup.Work {

        private final Load load;

        private final int index;

        private final Payload payload;

        private final Pacer pacer;

        private final Histogram histogram = Latencies.newHistogram();

        private long made;

        private long missed;

        DueCalls(Load load, int index) {
            this.load = load;
            this.index = index;
            // All callers together spin through one core's time at most.
            pacer = new Pacer(System::nanoTime, LockSupport::parkNanos, TimeUnit.SECONDS.toNanos(1) / load.rate());
            payload = new Payload(load.payloadBytes(), index);
        }

        @Override
        public void run(Caller caller, long startNs, long endNs) throws Exception {
            TimerSlack.minimize();
            Schedule schedule = new Schedule(startNs, load.rate(), load.count(), index);
            long giveUpNs = endNs + (endNs - startNs);
            long dueNs = schedule.nextNs();
            long now = startNs;
            while (dueNs < endNs && now < giveUpNs) {
                byte[] request = payload.next();
                pacer.awaitUntil(dueNs);
                byte[] response = caller.call(request);
                now = System.nanoTime();
                Latencies.record(histogram, now - dueNs);
                payload.check(response);
                made++;
                dueNs = schedule.nextNs();
            }
            for (; dueNs < endNs; dueNs = schedule.nextNs()) {
                // Too far behind to make them all; each has waited that long at least.
                Latencies.record(histogram, now - dueNs);
                missed++;
            }
        }

        @Override
        public Histogram histogram() {
            return histogram;
        }

        @Override
        public void reset() {
            histogram.reset();
            pacer.lateness().reset();
            made = 0;
            missed = 0;
        }

        long made() {
            return made;
        }

        long missed() {
            return missed;
        }

    }

    private static final class CpuWindow implements MeasuredWindow {

        private final OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

        private long startNs;

        private long cpuNs;

        private double percent;

        @Override
        public void opens() {
            startNs = System.nanoTime();
            cpuNs = system.getProcessCpuTime();
        }

        @Override
        public void closes() {
            percent = 100.0 * (system.getProcessCpuTime() - cpuNs) / (System.nanoTime() - startNs);
        }

        double percent() {
            return percent;
        }

    }

    private static final class ImmediateClient implements PeerClient, Caller {

        @Override
        public Caller openCaller() {
            return this;
        }

        @Override
        public byte[] call(byte[] request) {
            return request;
        }

        @Override
        public void close() {
            // Holds nothing.
        }

    }

}
