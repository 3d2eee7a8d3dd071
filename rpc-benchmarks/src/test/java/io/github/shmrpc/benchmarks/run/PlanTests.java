package io.github.shmrpc.benchmarks.run;

import java.time.Duration;

import io.github.shmrpc.benchmarks.load.Load;
import io.github.shmrpc.benchmarks.peer.Peer;
import io.github.shmrpc.benchmarks.peers.Peers;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class PlanTests {

    @Test
    void quickPlanTakesLessThanFiveMinutes() {
        assertThat(Plan.named("quick").estimate(true)).isLessThan(Duration.ofMinutes(5));
    }

    @Test
    void bothPlansHaveThreeRoundsAtLeastAndBeginWithTheFloor() {
        for (String name : new String[] { "quick", "full" }) {
            Plan plan = Plan.named(name);
            assertThat(plan.rounds()).isGreaterThanOrEqualTo(3);
            assertThat(plan.peers().get(0).name()).isEqualTo(Peers.FLOOR);
        }
    }

    @Test
    void unknownPlanIsRefusedWithTheKnownOnes() {
        assertThatIllegalArgumentException().isThrownBy(() -> Plan.named("long"))
            .withMessage("Unknown plan 'long'; known: quick, full");
    }

    @Test
    void floorIsAddedToChosenPeers() {
        assertThat(Plan.quick().withPeers("unix-socket, grpc-uds").peers()).extracting(Peer::name)
            .containsExactly(Peers.FLOOR, "unix-socket", "grpc-uds");
        assertThat(Plan.quick().withPeers("all").peers()).hasSameSizeAs(Peers.all());
    }

    @Test
    void unknownPeerIsRefusedWithTheKnownOnes() {
        assertThatIllegalArgumentException().isThrownBy(() -> Plan.quick().withPeers("thrift"))
            .withMessageContaining("Unknown peer 'thrift'")
            .withMessageContaining("unix-socket");
    }

    @Test
    void kindOfLoadMeansAllOfThePlan() {
        assertThat(Plan.full().withLoads("async,closed:2").loads()).extracting(Load::name)
            .containsExactly("async:8", "async:64", "async:64@1KiB", "closed:2");
    }

    @Test
    void quickPlanHasOurPeersAndTheFasterOfEachOther() {
        assertThat(Plan.quick().peers()).extracting(Peer::name)
            .contains("shmrpc-shm", "shmrpc-unix", "shmrpc-proto", "shmrpc-json", "unix-socket", "grpc-uds-direct")
            .doesNotContain("shmrpc-spin", "grpc-tcp");
        assertThat(Plan.full().peers()).extracting(Peer::name).contains("shmrpc-spin", "grpc-tcp");
    }

    @Test
    void quickPlanGivesEachPeerWhatThereIsTimeFor() {
        Plan plan = Plan.quick();
        assertThat(plan.loadsOf(Peers.named("shmrpc-shm"), true)).isEqualTo(plan.loads());
        assertThat(plan.loadsOf(Peers.named("shmrpc-json"), true)).extracting(Load::name).containsExactly("closed:1");
        assertThat(plan.withLoads("closed:8").loadsOf(Peers.named("shmrpc-json"), true)).extracting(Load::name)
            .containsExactly("closed:8");
    }

    @Test
    void fullPlanSweepsPayloadsWithArraysAndWithBuffers() {
        Plan plan = Plan.full();
        for (String peer : new String[] { "shmrpc-shm", "shmrpc-view" }) {
            assertThat(plan.loadsOf(Peers.named(peer), true)).extracting(Load::name)
                .contains("closed:1", "closed:1@1KiB", "closed:1@4KiB", "closed:1@16KiB", "closed:1@64KiB",
                        "closed:1@256KiB", "closed:1@1MiB");
        }
    }

    @Test
    void noPeerHasJvmOptionsThatMakeADifferenceToSpeed() {
        assertThat(Peers.all()).flatExtracting(Peer::jvmOptions)
            .allSatisfy((option) -> assertThat(option).startsWith("--add-opens="));
    }

    @Test
    void onlyPeersWithHandlersThatBlockAreAskedTo() {
        Plan plan = Plan.quick().withLoads("blocking:8");
        assertThat(plan.loadsOf(Peers.named("shmrpc-shm"), true)).hasSize(1);
        assertThat(plan.loadsOf(Peers.named("unix-socket"), true)).isEmpty();
    }

    @Test
    void roundsMustBePositive() {
        assertThat(Plan.quick().withRounds(7).rounds()).isEqualTo(7);
        assertThatIllegalArgumentException().isThrownBy(() -> Plan.quick().withRounds(0));
    }

    @Test
    void peerRunsOnlyLoadsWithinItsLimits() {
        Plan plan = Plan.quick().withLoads("closed:1,closed:8,closed:1v,idle:16");
        assertThat(plan.loadsOf(Peers.named(Peers.FLOOR), false)).extracting(Load::name).containsExactly("closed:1");
        assertThat(plan.loadsOf(Peers.named("unix-socket"), true)).hasSize(4);
    }

}
