package io.github.shmrpc.benchmarks.load;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PacerTests {

    private static final long MILLISECOND = 1_000_000;

    private final List<Long> sleeps = new ArrayList<>();

    private long now = 1_000;

    private long oversleep;

    private final Pacer pacer = new Pacer(this::tick, this::sleep, MILLISECOND);

    private long tick() {
        now += 10;
        return now;
    }

    private void sleep(long durationNs) {
        sleeps.add(durationNs);
        now += durationNs + oversleep;
    }

    @Test
    void returnsAtTheDeadline() {
        long deadline = now + MILLISECOND;
        pacer.awaitUntil(deadline);
        assertThat(now).isBetween(deadline, deadline + 10);
    }

    @Test
    void sleepsThroughMostOfALongWait() {
        pacer.awaitUntil(now + MILLISECOND);
        assertThat(sleeps).hasSize(1).allSatisfy((sleep) -> assertThat(sleep).isGreaterThan(900_000));
    }

    @Test
    void spinsThroughAShortWait() {
        pacer.awaitUntil(now + 5_000);
        assertThat(sleeps).isEmpty();
    }

    @Test
    void doesNotWaitForADeadlineThatIsOver() {
        long before = now;
        pacer.awaitUntil(before - 1);
        assertThat(now - before).isEqualTo(10);
        assertThat(pacer.lateness().getTotalCount()).isZero();
    }

    @Test
    void learnsToWakeEarlierWhenSleepsEndLate() {
        oversleep = 60_000;
        for (int count = 0; count < 200; count++) {
            pacer.awaitUntil(now + MILLISECOND);
        }
        assertThat(pacer.marginNs()).isBetween(59_000L, 62_000L);
        pacer.lateness().reset();
        pacer.awaitUntil(now + MILLISECOND);
        assertThat(pacer.lateness().getMaxValue()).isLessThan(2_000);
    }

    @Test
    void spinsLessWhenSleepsEndInTime() {
        for (int count = 0; count < 500; count++) {
            pacer.awaitUntil(now + MILLISECOND);
        }
        assertThat(pacer.marginNs()).isEqualTo(2_000);
    }

    @Test
    void spinsNoLongerThanItMay() {
        Pacer limited = new Pacer(this::tick, this::sleep, 30_000);
        oversleep = 60_000;
        for (int count = 0; count < 200; count++) {
            limited.awaitUntil(now + MILLISECOND);
        }
        assertThat(limited.marginNs()).isEqualTo(30_000);
    }

    @Test
    void recordsHowLateItReturned() {
        oversleep = 300_000;
        pacer.awaitUntil(now + MILLISECOND);
        assertThat(pacer.lateness().getMaxValue()).isGreaterThan(270_000);
    }

}
