package io.github.shmrpc.benchmarks.run;

import java.util.HashMap;
import java.util.Map;

import io.github.shmrpc.benchmarks.child.Usage;
import io.github.shmrpc.benchmarks.load.Load;
import io.github.shmrpc.benchmarks.load.Metric;
import io.github.shmrpc.benchmarks.run.Costs.Event;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class CostsTests {

    private static final long SECOND = 1_000_000_000;

    private final Map<String, Double> metrics = new HashMap<>();

    @Test
    void costsAreSharedByTheCalls() {
        metrics.put(Metric.CALLS, 1_000.0);
        Map<Event, Usage> client = Map.of(Event.OPENS, usage(0, 0, 5, 1_000), Event.CLOSES,
                usage(SECOND, 10_000_000, 5 + 2_000_000, 33_000));
        Map<Event, Usage> server = Map.of(Event.OPENS, usage(0, 0, 0, 0), Event.CLOSES, usage(SECOND, 0, 1_000_000, 0));
        Costs.describe(Load.parse("closed:1"), client, server, metrics);
        assertThat(metrics).containsEntry(Metric.CLIENT_CPU_US_PER_CALL, 2.0)
            .containsEntry(Metric.SERVER_CPU_US_PER_CALL, 1.0)
            .containsEntry(Metric.CLIENT_CPU_PERCENT, 0.2)
            .containsEntry(Metric.CLIENT_BYTES_PER_CALL, 32.0)
            .containsEntry(Metric.SERVER_BYTES_PER_CALL, 0.0);
    }

    @Test
    void timeOfThreadsThatEndedIsNotLost() {
        Map<Event, Usage> usage = Map.of(Event.OPENS, usage(0, 0, 400_000_000, 0), Event.CLOSES,
                usage(SECOND, 500_000_000, 0, 0));
        Costs.describe(Load.parse("closed:1"), usage, usage, metrics);
        assertThat(metrics).containsEntry(Metric.CLIENT_CPU_PERCENT, 50.0);
    }

    @Test
    void compilersAreTheirShareOfACore() {
        Map<Event, Usage> client = Map.of(Event.OPENS, new Usage(0, 0, 0, 100, 0, 0, 0), Event.CLOSES,
                new Usage(SECOND, 0, SECOND, 100 + SECOND / 4, 0, 0, 0));
        Map<Event, Usage> server = Map.of(Event.OPENS, usage(0, 0, 0, 0), Event.CLOSES, usage(SECOND, 0, SECOND, 0));
        Costs.describe(Load.parse("closed:1"), client, server, metrics);
        assertThat(metrics).containsEntry(Metric.CLIENT_COMPILER_CPU_PERCENT, 25.0)
            .containsEntry(Metric.SERVER_COMPILER_CPU_PERCENT, 0.0);
    }

    @Test
    void memoryGrowthIsSharedByTheFurtherConnections() {
        Map<Event, Usage> usage = Map.of(Event.CONNECTS, new Usage(0, 0, 0, 0, 0, 3 << 20, 1 << 20), Event.OPENS,
                new Usage(0, 0, 0, 0, 0, 33 << 20, 16 << 20), Event.CLOSES, usage(SECOND, 0, 0, 0));
        Costs.describe(Load.parse("idle:16"), usage, usage, metrics);
        assertThat(metrics).containsEntry(Metric.SERVER_KIB_PER_CONNECTION, 2048.0)
            .containsEntry(Metric.CLIENT_SHARED_KIB_PER_CONNECTION, 1024.0)
            .doesNotContainKey(Metric.CLIENT_CPU_US_PER_CALL);
    }

    @Test
    void othersTookWhatTheTwoProcessesDidNot() {
        Map<Event, Usage> usage = Map.of(Event.OPENS, usage(0, 0, 0, 0), Event.CLOSES,
                usage(SECOND, 600_000_000, 600_000_000, 0));
        Costs.describeOthers(usage, usage, Map.of(Event.OPENS, 5 * SECOND, Event.CLOSES, 5 * SECOND + 1_500_000_000),
                metrics);
        assertThat(metrics).containsEntry(Metric.OTHERS_CPU_PERCENT, 30.0);
        Costs.describeOthers(usage, usage, Map.of(Event.OPENS, 0L, Event.CLOSES, 10_000_000L), metrics);
        assertThat(metrics).containsEntry(Metric.OTHERS_CPU_PERCENT, 0.0);
    }

    private static Usage usage(long timeNs, long cpuNs, long livingCpuNs, long allocatedBytes) {
        return new Usage(timeNs, cpuNs, livingCpuNs, 0, allocatedBytes, 0, 0);
    }

}
