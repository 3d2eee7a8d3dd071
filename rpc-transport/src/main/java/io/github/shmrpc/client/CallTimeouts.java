package io.github.shmrpc.client;

import java.time.Duration;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.CallOptions;
import org.jspecify.annotations.Nullable;

/**
 * How long a call may take: what the call says, else its method; and never longer than
 * the call that the thread itself serves.
 */
final class CallTimeouts {

    /**
     * Longest time that is counted: two such times add up without overflow. Longer ones
     * are cut to it.
     */
    static final long MAX_NS = Long.MAX_VALUE / 4;

    private static final Duration MAX = Duration.ofNanos(MAX_NS);

    private CallTimeouts() {
    }

    /**
     * The time of one call.
     * @param methodNs of its method
     * @param options of the call
     * @param served the call that it is made for, or {@code null}
     * @return nanoseconds; zero or less if it is up
     */
    static long ofCall(long methodNs, CallOptions options, @Nullable CallContext served) {
        Duration timeout = options.timeout();
        long ownNs = timeout == null ? methodNs : nanos(timeout);
        return served == null ? ownNs : Math.min(ownNs, served.deadline().remainingNs());
    }

    /** A time in nanoseconds, at most {@link #MAX_NS}, at least 0. */
    static long nanos(Duration timeout) {
        if (timeout.compareTo(MAX) >= 0) {
            return MAX_NS;
        }
        return timeout.isNegative() ? 0 : timeout.toNanos();
    }

}
