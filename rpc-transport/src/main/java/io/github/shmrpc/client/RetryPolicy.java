package io.github.shmrpc.client;

import java.time.Duration;
import java.util.Set;

import io.github.shmrpc.RpcStatus;

/**
 * When a call that failed is made again. Immutable. Only where that does no harm: a call
 * that was not executed, or any of a method that is idempotent by
 * {@link io.github.shmrpc.RpcMethod#idempotent} or {@link MethodOptions#idempotent}; and
 * only while its deadline and the channel's {@link RetryThrottling} leave room.
 * <p>
 * Without a policy, calls that were not executed because their connection ended or the
 * server stops are sent again at once on the next connection, and idempotent ones whose
 * connection was lost up to three times in all; what a server has answered is final. A
 * policy leaves the former as it is and rules the rest: a lost connection counts as
 * {@link RpcStatus#UNAVAILABLE}. Requests that were written in place, and asynchronous
 * ones longer than 64 KiB, are not kept to be sent again.
 *
 * @param maxAttempts how often a call is made at most, the first time included, 1 to 10;
 * with 1 a call is never made again after it may have been executed
 * @param initialBackoff pause before the second attempt, spread by a fifth either way
 * @param maxBackoff longest pause before that spread
 * @param multiplier of the pause from attempt to attempt, 1 to 10
 * @param statuses failures that may pass
 */
public record RetryPolicy(int maxAttempts, Duration initialBackoff, Duration maxBackoff, double multiplier,
        Set<RpcStatus> statuses) {

    private static final RetryPolicy DEFAULTS = new RetryPolicy(3, Duration.ofMillis(10), Duration.ofSeconds(1), 2,
            Set.of(RpcStatus.UNAVAILABLE));

    public RetryPolicy {
        if (maxAttempts < 1 || maxAttempts > 10) {
            throw new IllegalArgumentException("Attempts must be 1 to 10: maxAttempts=" + maxAttempts);
        }
        if (initialBackoff.isNegative() || initialBackoff.isZero() || maxBackoff.compareTo(initialBackoff) < 0) {
            throw new IllegalArgumentException("Backoff must be positive, and the longest not shorter than the first:"
                    + " initialBackoff=" + initialBackoff + ", maxBackoff=" + maxBackoff);
        }
        if (!(multiplier >= 1 && multiplier <= 10)) {
            throw new IllegalArgumentException("Multiplier must be 1 to 10: multiplier=" + multiplier);
        }
        statuses = checked(statuses);
    }

    static Set<RpcStatus> checked(Set<RpcStatus> statuses) {
        if (statuses.contains(RpcStatus.OK)) {
            throw new IllegalArgumentException("OK is no failure: statuses=" + statuses);
        }
        return Set.copyOf(statuses);
    }

    /**
     * The defaults.
     * @return three attempts after UNAVAILABLE, with pauses of 10 ms and 20 ms
     */
    public static RetryPolicy defaults() {
        return DEFAULTS;
    }

    public RetryPolicy withMaxAttempts(int maxAttempts) {
        return new RetryPolicy(maxAttempts, initialBackoff, maxBackoff, multiplier, statuses);
    }

    public RetryPolicy withBackoff(Duration initialBackoff, Duration maxBackoff, double multiplier) {
        return new RetryPolicy(maxAttempts, initialBackoff, maxBackoff, multiplier, statuses);
    }

    public RetryPolicy withStatuses(Set<RpcStatus> statuses) {
        return new RetryPolicy(maxAttempts, initialBackoff, maxBackoff, multiplier, statuses);
    }

}
