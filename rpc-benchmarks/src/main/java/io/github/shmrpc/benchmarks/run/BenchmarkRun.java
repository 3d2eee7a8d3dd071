package io.github.shmrpc.benchmarks.run;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.github.shmrpc.benchmarks.load.CallerThreads;
import io.github.shmrpc.benchmarks.load.Load;
import io.github.shmrpc.benchmarks.load.Metric;
import io.github.shmrpc.benchmarks.peer.Peer;
import io.github.shmrpc.benchmarks.results.Sample;
import io.github.shmrpc.benchmarks.results.Start;

/**
 * All rounds of a plan. In each round one peer comes after the other, so that a slow
 * minute of the machine hits one round of all and not all rounds of one.
 */
final class BenchmarkRun {

    private final Plan plan;

    private final Jvm jvm;

    private final Path logs;

    private final PrintWriter progress;

    private final long startNs = System.nanoTime();

    private final List<Start> starts = new ArrayList<>();

    private final List<Sample> samples = new ArrayList<>();

    BenchmarkRun(Plan plan, Jvm jvm, Path logs, PrintWriter progress) {
        this.plan = plan;
        this.jvm = jvm;
        this.logs = logs;
        this.progress = progress;
    }

    void run() throws InterruptedException {
        for (int round = 1; round <= plan.rounds(); round++) {
            for (Peer peer : plan.peers()) {
                runPeer(round, peer);
            }
        }
    }

    /** One for each pair of processes that came up. */
    List<Start> starts() {
        return starts;
    }

    /** One for each load of each peer in each round. */
    List<Sample> samples() {
        return samples;
    }

    private void runPeer(int round, Peer peer) throws InterruptedException {
        double coreRttNs = CoreRoundTrip.measureNs();
        Duration elapsed = Duration.ofNanos(System.nanoTime() - startNs);
        progress.printf("%2d:%02d  round %d/%d  %-18s core to core %.0f ns%n", elapsed.toMinutes(),
                elapsed.toSecondsPart(), round, plan.rounds(), peer.name(), coreRttNs);
        List<Load> loads = plan.loadsOf(peer, CallerThreads.hasVirtual(jvm.feature()));
        List<Load> missing = new ArrayList<>(loads);
        try {
            PeerPair pair = PeerPair.start(peer, jvm, logs);
            try {
                starts.add(new Start(round, peer.name(), pair.start()));
                Measurement measurement = new Measurement(pair);
                measurement.warmUp(loads, plan.longestWarmupOf(peer));
                for (Load load : loads) {
                    Map<String, Double> metrics = measurement.measure(load.fittedTo(peer.limits()),
                            plan.timingOf(load));
                    samples.add(Sample.measured(round, peer.name(), load, coreRttNs, metrics));
                    missing.remove(load);
                    progress.printf("    %-16s %s%n", load, summary(metrics));
                }
            }
            finally {
                pair.end();
            }
        }
        catch (IOException | IllegalStateException ex) {
            // One peer's failure must not cost the figures of the others.
            String failure = String.valueOf(ex.getMessage());
            progress.println("    FAILED " + failure);
            missing.forEach((load) -> samples.add(Sample.failed(round, peer.name(), load, coreRttNs, failure)));
        }
        progress.flush();
    }

    private static String summary(Map<String, Double> metrics) {
        String cpu = String.format("cpu %.1f+%.1f %%, JIT %.1f+%.1f %% after %.0f discarded",
                metrics.getOrDefault(Metric.CLIENT_CPU_PERCENT, 0.0),
                metrics.getOrDefault(Metric.SERVER_CPU_PERCENT, 0.0),
                metrics.getOrDefault(Metric.CLIENT_COMPILER_CPU_PERCENT, 0.0),
                metrics.getOrDefault(Metric.SERVER_COMPILER_CPU_PERCENT, 0.0),
                metrics.getOrDefault(Metric.WINDOWS_DISCARDED, 0.0));
        if (!metrics.containsKey(Metric.P50_NS)) {
            return cpu;
        }
        return String.format("p50 %.2f us, p99 %.2f us, %,.0f calls/s, %s", metrics.get(Metric.P50_NS) / 1e3,
                metrics.getOrDefault(Metric.P99_NS, 0.0) / 1e3, metrics.getOrDefault(Metric.CALLS_PER_SECOND, 0.0),
                cpu);
    }

}
