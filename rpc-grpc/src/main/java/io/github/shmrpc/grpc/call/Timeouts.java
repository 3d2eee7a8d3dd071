package io.github.shmrpc.grpc.call;

/** The header that tells interceptors of servers how much time is left. */
public final class Timeouts {

    /** Of the header's number: at most eight digits. */
    private static final long LIMIT = 100_000_000L;

    private Timeouts() {
    }

    /**
     * As gRPC writes it: a number of at most eight digits and a unit, rounded down.
     * @param ns nanoseconds; a negative time is written as none left
     * @return the header's value
     */
    public static String header(long ns) {
        long left = Math.max(0, ns);
        if (left < LIMIT) {
            return left + "n";
        }
        if (left / 1_000 < LIMIT) {
            return left / 1_000 + "u";
        }
        if (left / 1_000_000 < LIMIT) {
            return left / 1_000_000 + "m";
        }
        long seconds = left / 1_000_000_000;
        if (seconds < LIMIT) {
            return seconds + "S";
        }
        return seconds / 60 < LIMIT ? seconds / 60 + "M" : seconds / 3600 + "H";
    }

}
