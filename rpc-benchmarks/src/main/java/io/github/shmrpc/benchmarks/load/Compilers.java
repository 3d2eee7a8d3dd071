package io.github.shmrpc.benchmarks.load;

import java.util.Map;
import java.util.stream.Stream;

import io.github.shmrpc.benchmarks.load.Load.Kind;

/**
 * Whether the JIT compilers had anything to do while a load was measured. If they had,
 * its figures are those of code that was about to be replaced, and of cores that had
 * other work.
 */
public final class Compilers {

    private static final double QUIET_PERCENT = 10;

    /** While nothing else happens, little is much. */
    private static final double QUIET_PERCENT_WHEN_IDLE = 1;

    private Compilers() {
    }

    /** Whether both processes ran what they will run from then on. */
    public static boolean areQuiet(Load load, Map<String, Double> metrics) {
        double limit = (load.kind() == Kind.IDLE) ? QUIET_PERCENT_WHEN_IDLE : QUIET_PERCENT;
        return Stream.of(Metric.CLIENT_COMPILER_CPU_PERCENT, Metric.SERVER_COMPILER_CPU_PERCENT)
            .allMatch((metric) -> metrics.getOrDefault(metric, 0.0) <= limit);
    }

}
