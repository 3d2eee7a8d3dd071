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

    /**
     * Calls that are due now and then take a tenth of a core, and what runs beside them
     * keeps them from theirs: little is much.
     */
    private static final double QUIET_PERCENT_AT_RATE = 1.5;

    /** While nothing else happens, less is much. */
    private static final double QUIET_PERCENT_WHEN_IDLE = 1;

    private Compilers() {
    }

    /** Whether both processes ran what they will run from then on. */
    public static boolean areQuiet(Load load, Map<String, Double> metrics) {
        double limit = switch (load.kind()) {
            case IDLE -> QUIET_PERCENT_WHEN_IDLE;
            case OPEN -> QUIET_PERCENT_AT_RATE;
            default -> QUIET_PERCENT;
        };
        return Stream.of(Metric.CLIENT_COMPILER_CPU_PERCENT, Metric.SERVER_COMPILER_CPU_PERCENT)
            .allMatch((metric) -> metrics.getOrDefault(metric, 0.0) <= limit);
    }

}
