package io.github.shmrpc.session;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class BackoffTests {

    @Test
    @Tag("F61")
    @Tag("F62")
    void waitsGrowUpToTheLongest() {
        Backoff backoff = new Backoff(50, 200, Backoff.GROWTH, () -> 0.5);

        assertThat(backoff.nextNs()).isEqualTo(50);
        assertThat(backoff.nextNs()).isEqualTo(80);
        assertThat(backoff.nextNs()).isEqualTo(128);
        assertThat(backoff.nextNs()).isEqualTo(200);
        assertThat(backoff.nextNs()).isEqualTo(200);
        backoff.reset();
        assertThat(backoff.nextNs()).isEqualTo(50);
    }

    @Test
    @Tag("F61")
    void jitterIsAFifth() {
        assertThat(new Backoff(1000, 2000, Backoff.GROWTH, () -> 0).nextNs()).isEqualTo(800);
        assertThat(new Backoff(1000, 2000, Backoff.GROWTH, () -> 0.999999).nextNs()).isBetween(1199L, 1200L);
    }

}
