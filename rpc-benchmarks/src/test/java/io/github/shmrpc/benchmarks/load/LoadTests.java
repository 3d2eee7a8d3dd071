package io.github.shmrpc.benchmarks.load;

import java.util.List;

import io.github.shmrpc.benchmarks.load.Load.Kind;
import io.github.shmrpc.benchmarks.peer.PeerLimits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class LoadTests {

    @ParameterizedTest
    @ValueSource(strings = { "closed:1", "closed:64v", "closed:8v@1KiB", "closed:1@100B", "blocking:8",
            "async:64@64KiB", "open:1000", "open:20000x1", "open:50000@1MiB", "idle:256" })
    void parsedLoadHasTheSameName(String text) {
        assertThat(Load.parse(text).name()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "closed", "closed:", "closed:0", "closed:x", "open:1000v", "blocking:8v", "closed:1x2",
            "idle:1v", "closed:1@", "closed:1@7", "closed:1@1GiB", "closed:8 " })
    void parseRefusesWhatIsNoLoadAndSaysHowToWriteOne(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Load.parse(text))
            .withMessageContaining("Not a load: '" + text + "'")
            .withMessageContaining("open:RATE");
    }

    @Test
    void parseReadsEachPart() {
        assertThat(Load.parse("closed:8v@2KiB")).isEqualTo(new Load(Kind.CLOSED, 8, true, 0, 2048));
        assertThat(Load.parse("async:64")).isEqualTo(new Load(Kind.ASYNC, 64, false, 0, 32));
        assertThat(Load.parse("open:20000x2@1MiB")).isEqualTo(new Load(Kind.OPEN, 2, false, 20_000, 1 << 20));
    }

    @Test
    void openLoadHasOneCallerForEachFiveThousandCallsPerSecondAsLongAsTheyCanSleep() {
        assertThat(List.of("open:1000", "open:5000", "open:20000", "open:50000").stream().map(Load::parse))
            .extracting(Load::count)
            .containsExactly(1, 1, 4, 1);
    }

    @Test
    void obstacleNamesTheLimit() {
        PeerLimits limits = PeerLimits.onePair().withoutAsync();
        assertThat(Load.parse("closed:8").obstacle(limits, true)).hasValue("has at most 1 callers");
        assertThat(Load.parse("async:8").obstacle(limits, true)).hasValue("has no asynchronous calls");
        assertThat(Load.parse("blocking:1").obstacle(limits, true)).hasValue("has no handlers that block");
        assertThat(Load.parse("blocking:8").obstacle(limits.withBlockingHandlers(), true))
            .hasValue("has at most 1 callers");
        assertThat(Load.parse("idle:16").obstacle(limits, true)).hasValue("has at most 1 connections");
        assertThat(Load.parse("closed:1v").obstacle(limits, false)).hasValue("needs a JDK with virtual threads");
        assertThat(Load.parse("closed:1v").obstacle(limits, true)).isEmpty();
    }

    @Test
    void openLoadFitsPeerWithFewerCallers() {
        assertThat(Load.parse("open:20000").fittedTo(PeerLimits.onePair())).isEqualTo(Load.parse("open:20000x1"));
        assertThat(Load.parse("open:20000").fittedTo(PeerLimits.none())).isEqualTo(Load.parse("open:20000"));
    }

    @Test
    void closedLoadIsComparedToOneCallerOnTheFloor() {
        assertThat(Load.parse("closed:64v@1KiB").onFloor()).isEqualTo(Load.parse("closed:1@1KiB"));
        assertThat(Load.parse("async:64").onFloor()).isEqualTo(Load.parse("async:64"));
    }

}
