package io.github.shmrpc.benchmarks.load;

/** Names of measured values; the unit is in the name. */
public final class Metric {

    /** Beginning of a latency percentile's name, as in {@code p99.9_ns}. */
    public static final String PERCENTILE_PREFIX = "p";

    public static final String NS_SUFFIX = "_ns";

    public static final String P50_NS = "p50_ns";

    public static final String P99_NS = "p99_ns";

    public static final String P999_NS = "p99.9_ns";

    public static final String MEAN_NS = "mean_ns";

    public static final String MAX_NS = "max_ns";

    public static final String CALLS = "calls";

    public static final String CALLS_PER_SECOND = "calls_per_s";

    /**
     * Calls of an open load that were due and could not be started in time; their waiting
     * time counts as latency.
     */
    public static final String CALLS_MISSED = "calls_missed";

    public static final String CLIENT_CPU_US_PER_CALL = "client_cpu_us_per_call";

    public static final String SERVER_CPU_US_PER_CALL = "server_cpu_us_per_call";

    public static final String CLIENT_CPU_PERCENT = "client_cpu_percent";

    public static final String SERVER_CPU_PERCENT = "server_cpu_percent";

    /** Processor time that the JIT compilers took meanwhile. */
    public static final String CLIENT_COMPILER_CPU_PERCENT = "client_compiler_cpu_percent";

    public static final String SERVER_COMPILER_CPU_PERCENT = "server_compiler_cpu_percent";

    /**
     * Processor time that all other processes took meanwhile, or the hypervisor, in
     * percent of one core: what was measured was kept from running.
     */
    public static final String OTHERS_CPU_PERCENT = "others_cpu_percent";

    public static final String CLIENT_BYTES_PER_CALL = "client_allocated_bytes_per_call";

    public static final String SERVER_BYTES_PER_CALL = "server_allocated_bytes_per_call";

    public static final String CLIENT_KIB_PER_CONNECTION = "client_resident_kib_per_connection";

    public static final String SERVER_KIB_PER_CONNECTION = "server_resident_kib_per_connection";

    /** The part of the resident memory that is shared: both processes count it. */
    public static final String CLIENT_SHARED_KIB_PER_CONNECTION = "client_shared_kib_per_connection";

    public static final String SERVER_SHARED_KIB_PER_CONNECTION = "server_shared_kib_per_connection";

    /**
     * Of a blocking load: the calls whose handler blocks. The others have the usual
     * names.
     */
    public static final String BLOCKED_P50_NS = "blocked_p50_ns";

    /** Of a blocking load: the same callers just before, without calls that block. */
    public static final String UNDISTURBED_P50_NS = "undisturbed_p50_ns";

    public static final String UNDISTURBED_P99_NS = "undisturbed_p99_ns";

    public static final String UNDISTURBED_CALLS_PER_SECOND = "undisturbed_calls_per_s";

    /** CPU of the load generator alone, at the same rate with calls that do nothing. */
    public static final String GENERATOR_CPU_PERCENT = "generator_cpu_percent";

    /** How late the generator starts a call although the caller was free. */
    public static final String GENERATOR_LATE_P50_NS = "generator_late_p50_ns";

    public static final String GENERATOR_LATE_P99_NS = "generator_late_p99_ns";

    /** How many times a load ran before because a JIT compiler was still at work. */
    public static final String WINDOWS_DISCARDED = "windows_discarded";

    /** Of a start: until there was a client. Some of them connect only when called. */
    public static final String CONNECT_NS = "connect_ns";

    /** How many calls of a new client are measured one by one. */
    public static final int FIRST_CALLS = 10;

    private static final double[] PERCENTILES = { 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.99 };

    private Metric() {
    }

    /** The percentiles of latency that are kept, growing. */
    public static double[] percentiles() {
        return PERCENTILES.clone();
    }

    /** {@code p50_ns} for 50. */
    public static String percentile(double percentile) {
        String number = (percentile == Math.rint(percentile)) ? Long.toString((long) percentile)
                : Double.toString(percentile);
        return PERCENTILE_PREFIX + number + NS_SUFFIX;
    }

    /** Of a start: {@code call_1_ns} for the first call, up to {@link #FIRST_CALLS}. */
    public static String call(int number) {
        return "call_" + number + NS_SUFFIX;
    }

}
