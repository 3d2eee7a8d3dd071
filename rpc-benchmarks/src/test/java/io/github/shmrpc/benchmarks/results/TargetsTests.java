package io.github.shmrpc.benchmarks.results;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.github.shmrpc.benchmarks.load.Load;
import io.github.shmrpc.benchmarks.load.Metric;
import io.github.shmrpc.benchmarks.peers.Peers;
import io.github.shmrpc.benchmarks.results.Target.Sense;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class TargetsTests {

    private static final Load ONE = Load.parse("closed:1");

    private static final Figure SHM_P50 = new Figure("shmrpc-shm", ONE, Measure.P50);

    private static final Figure FLOOR_P50 = new Figure("floor-ring", ONE, Measure.P50);

    private final List<Sample> samples = new ArrayList<>();

    private Results results() {
        return new Results(Map.of(), Map.of(), "floor-ring", List.of(), samples);
    }

    private void measured(String peer, String load, Map<String, Double> metrics) {
        int round = 1 + (int) samples.stream().filter((sample) -> sample.peer().equals(peer)).count();
        samples.add(Sample.measured(round, peer, Load.parse(load), 100, metrics));
    }

    private void measuredP50(String peer, double p50Ns) {
        measured(peer, "closed:1", Map.of(Metric.P50_NS, p50Ns));
    }

    @Test
    void ratioUpToItsLimitIsReached() {
        measuredP50("floor-ring", 400);
        measuredP50("shmrpc-shm", 600);
        Verdict verdict = new Target(SHM_P50, Sense.AT_MOST, 1.5, FLOOR_P50).judge(results());
        assertThat(verdict.isReached()).isTrue();
        assertThat(verdict.measured()).isCloseTo(0.6, within(1e-9));
        assertThat(verdict.ofBase().orElseThrow()).isCloseTo(0.4, within(1e-9));
        assertThat(verdict.ratio().orElseThrow()).isCloseTo(1.5, within(1e-9));
    }

    @Test
    void ratioAboveItsLimitIsMissedByWhatItIsTooMuch() {
        measuredP50("floor-ring", 400);
        measuredP50("shmrpc-shm", 1_200);
        Verdict verdict = new Target(SHM_P50, Sense.AT_MOST, 1.5, FLOOR_P50).judge(results());
        assertThat(verdict.isReached()).isFalse();
        assertThat(verdict.missedBy()).isCloseTo(2, within(1e-9));
    }

    @Test
    void ratioBelowWhatIsAskedAtLeastIsMissedByWhatIsLacking() {
        measured("shmrpc-shm", "async:64", Map.of(Metric.CALLS_PER_SECOND, 2e6));
        measured("floor-ring", "async:64", Map.of(Metric.CALLS_PER_SECOND, 8e6));
        Figure calls = new Figure("shmrpc-shm", Load.parse("async:64"), Measure.CALLS_PER_SECOND);
        Figure ofFloor = new Figure("floor-ring", Load.parse("async:64"), Measure.CALLS_PER_SECOND);
        assertThat(new Target(calls, Sense.AT_LEAST, 0.5, ofFloor).judge(results()).missedBy()).isEqualTo(2);
        assertThat(new Target(calls, Sense.AT_LEAST, 0.25, ofFloor).judge(results()).isReached()).isTrue();
        assertThat(new Target(calls, Sense.AT_LEAST, 4e6, null).judge(results()).missedBy()).isEqualTo(2);
    }

    @Test
    void timesLessComparesTheOtherWayRound() {
        measuredP50("shmrpc-shm", 1_000);
        measuredP50("grpc-uds-direct", 40_000);
        Figure ofGrpc = new Figure("grpc-uds-direct", ONE, Measure.P50);
        Verdict missed = new Target(SHM_P50, Sense.TIMES_LESS, 50, ofGrpc).judge(results());
        assertThat(missed.ratio().orElseThrow()).isCloseTo(40, within(1e-9));
        assertThat(missed.missedBy()).isCloseTo(1.25, within(1e-9));
        assertThat(new Target(SHM_P50, Sense.TIMES_LESS, 30, ofGrpc).judge(results()).isReached()).isTrue();
    }

    @Test
    void nothingIsMissedWhereNothingIsAsked() {
        measuredP50("shmrpc-shm", 1_000);
        assertThat(new Target(SHM_P50, Sense.REPORTED, 0, null).judge(results()).isReached()).isTrue();
    }

    @Test
    void targetIsMissingWithoutEitherFigure() {
        Target target = new Target(SHM_P50, Sense.AT_MOST, 1.5, FLOOR_P50);
        assertThat(target.obstacle(results())).hasValue("shmrpc-shm closed:1 was not run");
        measuredP50("shmrpc-shm", 1_000);
        samples.add(Sample.failed(1, "floor-ring", ONE, 100, "why"));
        assertThat(target.obstacle(results())).hasValue("floor-ring closed:1 FAILED");
        measuredP50("floor-ring", 400);
        assertThat(target.obstacle(results())).isEmpty();
        assertThat(target.judge(results()).isPartial()).isTrue();
    }

    @Test
    void verdictIsDisturbedIfOthersRanBesideEitherFigure() {
        Target target = new Target(SHM_P50, Sense.AT_MOST, 1.5, FLOOR_P50);
        measured("shmrpc-shm", "closed:1", Map.of(Metric.P50_NS, 600.0, Metric.OTHERS_CPU_PERCENT, 3.0));
        measured("floor-ring", "closed:1", Map.of(Metric.P50_NS, 400.0, Metric.OTHERS_CPU_PERCENT, 4.0));
        assertThat(target.judge(results()).isDisturbed()).isFalse();
        measured("floor-ring", "closed:1", Map.of(Metric.P50_NS, 8e6, Metric.OTHERS_CPU_PERCENT, 100.0));
        assertThat(target.judge(results()).isDisturbed()).isTrue();
        assertThat(target.judge(results()).isReached()).isTrue();
    }

    @Test
    void emptyRunReachesAndMissesNothing() {
        assertThat(Targets.verdicts(results())).isEmpty();
        assertThat(Targets.missing(results())).isNotEmpty();
    }

    @Test
    void eachTargetIsEitherJudgedOrMissing() {
        int all = Targets.missing(results()).size();
        measuredP50("floor-ring", 400);
        measuredP50("shmrpc-shm", 500);
        assertThat(Targets.verdicts(results())).singleElement().satisfies((verdict) -> {
            assertThat(verdict.target().limit()).isEqualTo(1.5);
            assertThat(verdict.isReached()).isTrue();
        });
        assertThat(Targets.missing(results())).hasSize(all - 1);
    }

    @Test
    void targetsNamePeersThatExistAndLoadsThatTheyCanRun() {
        assertThat(Targets.missing(results()).keySet()).allSatisfy((target) -> {
            assertCanRun(target.figure());
            if (target.base() != null) {
                assertCanRun(target.base());
            }
        });
    }

    private static void assertCanRun(Figure figure) {
        assertThat(figure.load().obstacle(Peers.named(figure.peer()).limits(), true)).isEmpty();
    }

    @Test
    void spreadOfRoundsTakesTwoAtLeast() {
        Figure spread = new Figure("shmrpc-shm", ONE, Measure.P50_SPREAD);
        measuredP50("shmrpc-shm", 9_000);
        assertThat(spread.obstacle(results())).hasValue("shmrpc-shm closed:1 had too few rounds");
        measuredP50("shmrpc-shm", 3_000);
        measuredP50("shmrpc-shm", 4_000);
        assertThat(spread.in(results())).hasValue(3);
    }

    @Test
    void processorTimeOfBothSidesIsAddedRoundByRound() {
        for (double percent : new double[] { 1, 2, 9 }) {
            measured("shmrpc-shm", "closed:1",
                    Map.of(Metric.CLIENT_CPU_PERCENT, percent, Metric.SERVER_CPU_PERCENT, 10 - percent));
        }
        assertThat(Measure.CPU.of(results(), "shmrpc-shm", ONE)).hasValue(10);
    }

    @Test
    void compilersDoNotCountAsIdleConnections() {
        measured("shmrpc-shm", "idle:1", Map.of(Metric.CLIENT_CPU_PERCENT, 0.75, Metric.CLIENT_COMPILER_CPU_PERCENT,
                0.5, Metric.SERVER_CPU_PERCENT, 0.25, Metric.SERVER_COMPILER_CPU_PERCENT, 0.0));
        Load idle = Load.parse("idle:1");
        assertThat(Measure.CLIENT_IDLE_CPU.of(results(), "shmrpc-shm", idle)).hasValue(0.25);
        assertThat(Measure.SERVER_IDLE_CPU.of(results(), "shmrpc-shm", idle)).hasValue(0.25);
    }

    @Test
    void gigabytesAreThePayloadOverTheMedianLatency() {
        measured("shmrpc-shm", "closed:1@1MiB", Map.of(Metric.P50_NS, 524_288.0));
        assertThat(Measure.GIGABYTES_PER_SECOND.of(results(), "shmrpc-shm", Load.parse("closed:1@1MiB"))).hasValue(2);
    }

}
