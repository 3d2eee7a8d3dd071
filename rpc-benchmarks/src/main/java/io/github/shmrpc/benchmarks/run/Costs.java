package io.github.shmrpc.benchmarks.run;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

import io.github.shmrpc.benchmarks.child.Usage;
import io.github.shmrpc.benchmarks.load.Load;
import io.github.shmrpc.benchmarks.load.Load.Kind;
import io.github.shmrpc.benchmarks.load.Metric;

/**
 * What a load cost both processes: the difference of what they had used up when it began
 * and ended.
 */
final class Costs {

    /** When usage is taken. */
    enum Event {

        CONNECTS, OPENS, CLOSES;

        static Event of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }

    }

    /** Steps of 10 ms at both ends. */
    private static final long ROUGH_CLOCK_ERROR_NS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final double NS_PER_US = 1e3;

    private static final double BYTES_PER_KIB = 1024;

    private Costs() {
    }

    /**
     * @param metrics has the number of calls, and gets the costs
     */
    static void describe(Load load, Map<Event, Usage> client, Map<Event, Usage> server, Map<String, Double> metrics) {
        metrics.put(Metric.CLIENT_CPU_PERCENT, cpuPercent(client));
        metrics.put(Metric.SERVER_CPU_PERCENT, cpuPercent(server));
        metrics.put(Metric.CLIENT_COMPILER_CPU_PERCENT, compilerCpuPercent(client));
        metrics.put(Metric.SERVER_COMPILER_CPU_PERCENT, compilerCpuPercent(server));
        double calls = metrics.getOrDefault(Metric.CALLS, 0.0);
        if (calls > 0) {
            metrics.put(Metric.CLIENT_CPU_US_PER_CALL, cpuNs(client) / NS_PER_US / calls);
            metrics.put(Metric.SERVER_CPU_US_PER_CALL, cpuNs(server) / NS_PER_US / calls);
            metrics.put(Metric.CLIENT_BYTES_PER_CALL, allocatedBytes(client) / calls);
            metrics.put(Metric.SERVER_BYTES_PER_CALL, allocatedBytes(server) / calls);
        }
        if (load.kind() == Kind.IDLE && load.count() > 1) {
            int added = load.count() - 1;
            metrics.put(Metric.CLIENT_KIB_PER_CONNECTION, growthKib(client, Usage::residentBytes) / added);
            metrics.put(Metric.SERVER_KIB_PER_CONNECTION, growthKib(server, Usage::residentBytes) / added);
            metrics.put(Metric.CLIENT_SHARED_KIB_PER_CONNECTION, growthKib(client, Usage::sharedBytes) / added);
            metrics.put(Metric.SERVER_SHARED_KIB_PER_CONNECTION, growthKib(server, Usage::sharedBytes) / added);
        }
    }

    /**
     * What took processor time beside the two processes.
     * @param machineNs processor time of all processes of the machine
     */
    static void describeOthers(Map<Event, Usage> client, Map<Event, Usage> server, Map<Event, Long> machineNs,
            Map<String, Double> metrics) {
        long all = at(machineNs, Event.CLOSES) - at(machineNs, Event.OPENS);
        double others = Math.max(0, all - cpuNs(client) - cpuNs(server));
        metrics.put(Metric.OTHERS_CPU_PERCENT, 100.0 * others / elapsedNs(client));
    }

    /**
     * Exact, unless a thread that did much has ended meanwhile and its time is known only
     * to the rough clock.
     */
    private static double cpuNs(Map<Event, Usage> usage) {
        long rough = at(usage, Event.CLOSES).cpuNs() - at(usage, Event.OPENS).cpuNs();
        long exact = at(usage, Event.CLOSES).livingCpuNs() - at(usage, Event.OPENS).livingCpuNs();
        return (Math.abs(rough - exact) <= ROUGH_CLOCK_ERROR_NS) ? exact : rough;
    }

    private static double cpuPercent(Map<Event, Usage> usage) {
        return 100.0 * cpuNs(usage) / elapsedNs(usage);
    }

    private static double compilerCpuPercent(Map<Event, Usage> usage) {
        long cpuNs = at(usage, Event.CLOSES).compilerCpuNs() - at(usage, Event.OPENS).compilerCpuNs();
        return 100.0 * cpuNs / elapsedNs(usage);
    }

    private static long elapsedNs(Map<Event, Usage> usage) {
        return at(usage, Event.CLOSES).timeNs() - at(usage, Event.OPENS).timeNs();
    }

    private static double allocatedBytes(Map<Event, Usage> usage) {
        return at(usage, Event.CLOSES).allocatedBytes() - at(usage, Event.OPENS).allocatedBytes();
    }

    private static double growthKib(Map<Event, Usage> usage, ToLongFunction<Usage> bytes) {
        return (bytes.applyAsLong(at(usage, Event.OPENS)) - bytes.applyAsLong(at(usage, Event.CONNECTS)))
                / BYTES_PER_KIB;
    }

    private static <T> T at(Map<Event, T> usage, Event event) {
        T found = usage.get(event);
        if (found == null) {
            throw new IllegalStateException("The load has not reported " + event);
        }
        return found;
    }

}
