package io.github.shmrpc.benchmarks.child;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class UsageTests {

    @Test
    void otherProcessReadsWhatThisOneWrote() {
        Usage usage = new Usage(1, 2, 3, 4, 5, 6, 7);
        assertThat(Usage.decode(usage.encode())).isEqualTo(usage);
    }

    @Test
    void usageGrowsWithWorkOfThisProcess() {
        Usage before = Usage.now();
        long end = System.nanoTime() + 20_000_000;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        Usage after = Usage.now();
        assertThat(after.timeNs() - before.timeNs()).isGreaterThanOrEqualTo(20_000_000);
        assertThat(after.livingCpuNs()).isGreaterThan(before.livingCpuNs());
        assertThat(after.compilerCpuNs()).isBetween(before.compilerCpuNs(), after.livingCpuNs());
        assertThat(after.residentBytes()).isGreaterThan(after.sharedBytes());
    }

}
