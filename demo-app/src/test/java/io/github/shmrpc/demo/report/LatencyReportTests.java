package io.github.shmrpc.demo.report;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LatencyReportTests {

    private final LatencyReport report = new LatencyReport();

    @Test
    void percentilesLeaveOutFirstCallAndWarmUp() {
        report.first(Duration.ofMillis(50));
        report.answered(1_000_000, true);
        for (int i = 1; i <= 1000; i++) {
            report.answered(i * 1000L, false);
        }
        assertThat(report.values()).containsEntry("requests", 1002L)
            .containsEntry("ok", 1002L)
            .containsEntry("failed", 0L);
        assertThat((Double) report.values().get("p50_us")).isBetween(499.0, 501.0);
        assertThat((Double) report.values().get("p99_us")).isBetween(989.0, 991.0);
        assertThat((Double) report.values().get("p999_us")).isBetween(998.0, 1000.5);
        assertThat((Double) report.values().get("max_us")).isBetween(999.0, 1000.5);
    }

    @Test
    void rateIsOfAllCallsButTheFirst() {
        report.first(Duration.ofMillis(50));
        for (int i = 0; i < 100; i++) {
            report.answered(1000, false);
        }
        report.elapsed(Duration.ofSeconds(2));
        assertThat(report.values()).containsEntry("calls_per_s", 50.0);
    }

    @Test
    void onlyCallIsMeasured() {
        report.first(Duration.ofMillis(50));
        assertThat(report.values()).containsEntry("p50_us", 50_000.0)
            .containsEntry("max_us", 50_000.0)
            .containsEntry("calls_per_s", 20.0);
    }

    @Test
    void nothingMeasuredIsNull() {
        report.served(7);
        assertThat(report.values()).containsEntry("ok", 7L)
            .containsEntry("p50_us", null)
            .containsEntry("calls_per_s", 0.0);
    }

    @Test
    void addsUpCallers() {
        report.answered(1000, false);
        report.failed("UNAVAILABLE", "gone");
        LatencyReport other = new LatencyReport();
        other.answered(3000, false);
        other.failed("UNAVAILABLE", "gone, too");
        other.failed("WRONG_ANSWER", "what?");
        report.add(other);
        assertThat(report.ok()).isEqualTo(2);
        assertThat(report.failed()).isEqualTo(3);
        assertThat(report.requests()).isEqualTo(5);
        assertThat(report.firstFailure()).isEqualTo("gone");
        assertThat(report.lines().get(0)).contains("2 ok, 3 failed {UNAVAILABLE=2, WRONG_ANSWER=1}");
        assertThat((Double) report.values().get("max_us")).isBetween(2.99, 3.01);
    }

    @Test
    void linesTellFirstCallAndPercentiles() {
        report.first(Duration.ofMillis(50));
        report.answered(1000, false);
        report.elapsed(Duration.ofMillis(10));
        assertThat(report.lines()).hasSize(2);
        assertThat(report.lines().get(0)).startsWith("2 calls in 0.06 s: 2 ok, 0 failed, 100 calls/s");
        assertThat(report.firstLine()).isEqualTo("first call 50,000.0 us");
        assertThat(report.lines().get(1))
            .startsWith("latency p50 1.0 us, p99 1.0 us, p99.9 1.0 us, max 1.0 us (1 calls");
    }

}
