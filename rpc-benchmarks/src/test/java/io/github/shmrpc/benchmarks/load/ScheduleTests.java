package io.github.shmrpc.benchmarks.load;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ScheduleTests {

    @Test
    void callersTakeEvenTurns() {
        List<Long> due = new ArrayList<>();
        for (int index = 0; index < 4; index++) {
            Schedule schedule = new Schedule(500, 1_000, 4, index);
            for (int count = 0; count < 3; count++) {
                due.add(schedule.nextNs());
            }
        }
        Collections.sort(due);
        assertThat(due).hasSize(12);
        for (int index = 0; index < due.size(); index++) {
            assertThat(due.get(index)).isEqualTo(500 + index * 1_000_000L);
        }
    }

    @Test
    void roundingDoesNotAddUp() {
        Schedule schedule = new Schedule(0, 3, 1, 0);
        long last = 0;
        for (int count = 0; count <= 3_000_000; count++) {
            last = schedule.nextNs();
        }
        assertThat(last).isEqualTo(1_000_000L * 1_000_000_000L);
    }

}
