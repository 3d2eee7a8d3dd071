package io.github.shmrpc.spring.observe;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class LiveCallsTests {

    private static final long SECONDS = 1_000_000_000;

    private final LiveCalls calls = new LiveCalls();

    @ParameterizedTest
    @ValueSource(longs = { 0, 1, 7, 8, 15, 16, 17, 1_000, 123_456, 1_000_000_007, (1L << 42) - 1 })
    void classesOfTimesAreAtMostAnEighthWide(long elapsedNs) {
        long bound = LiveMethod.boundOf(LiveMethod.indexOf(elapsedNs));
        assertThat(bound).isGreaterThan(elapsedNs).isLessThanOrEqualTo(elapsedNs + Math.max(1, elapsedNs / 8) + 1);
    }

    @Test
    void timesBeyondAllClassesCountAsTheLongest() {
        assertThat(LiveMethod.indexOf(Long.MAX_VALUE)).isEqualTo(LiveMethod.indexOf((1L << 42) - 1));
        assertThat(LiveMethod.indexOf(-1)).isZero();
    }

    @Test
    void callsAreCountedOnlyWhileSomebodyWatches() {
        LiveMethod method = calls.of("game.World/move", "world");
        method.record(System.nanoTime(), 100, false);
        assertThat(calls.watch().methods()).singleElement().extracting(LiveCalls.Method::calls).isEqualTo(0L);
        method.record(System.nanoTime(), 100, false);
        method.record(System.nanoTime(), 100, true);
        method.record(System.nanoTime() + 21 * SECONDS, 100, false);
        assertThat(calls.watch().methods()).singleElement().satisfies((counted) -> {
            assertThat(counted.calls()).isEqualTo(2);
            assertThat(counted.errors()).isEqualTo(1);
            assertThat(counted.times()).containsExactly(104L, 2L);
        });
    }

    @Test
    void sidesAreApart() {
        LiveMethod server = calls.of("game.World/move", null);
        assertThat(calls.of("game.World/move", null)).isSameAs(server);
        assertThat(calls.of("game.World/move", "world")).isNotSameAs(server);
        assertThat(calls.watch().methods()).extracting(LiveCalls.Method::channel).containsExactly(null, "world");
    }

}
