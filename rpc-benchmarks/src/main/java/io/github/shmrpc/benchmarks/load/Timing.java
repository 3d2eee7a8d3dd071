package io.github.shmrpc.benchmarks.load;

import java.time.Duration;

/**
 * How long a load runs.
 *
 * @param warmup before the figures count
 * @param measured while they count
 */
public record Timing(Duration warmup, Duration measured) {

    public static Timing ofMillis(long warmup, long measured) {
        return new Timing(Duration.ofMillis(warmup), Duration.ofMillis(measured));
    }

}
