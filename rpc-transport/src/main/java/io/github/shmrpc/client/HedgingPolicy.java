package io.github.shmrpc.client;

import java.time.Duration;
import java.util.Set;

import io.github.shmrpc.RpcStatus;

/**
 * Makes a call a second time, and further times, while no answer has come: for methods
 * that are idempotent and whose slowest answers matter. The first answer counts, the
 * other attempts are cancelled. With several connections each attempt takes another one.
 * Asynchronous requests longer than 64 KiB, and raw methods, are not hedged. Immutable.
 *
 * @param maxAttempts how often a call is made at most, the first time included, 2 to 5
 * @param delay from one attempt to the next, positive; not waited for after a failure
 * @param statuses failures that leave the others going; any other one ends the call
 */
public record HedgingPolicy(int maxAttempts, Duration delay, Set<RpcStatus> statuses) {

    public HedgingPolicy {
        if (maxAttempts < 2 || maxAttempts > 5) {
            throw new IllegalArgumentException("Hedged attempts must be 2 to 5: maxAttempts=" + maxAttempts);
        }
        if (delay.isNegative() || delay.isZero()) {
            throw new IllegalArgumentException("Delay of hedging must be positive: delay=" + delay);
        }
        statuses = RetryPolicy.checked(statuses);
    }

    /**
     * A second attempt.
     * @param delay after which it is made, positive
     * @return the policy, with UNAVAILABLE as the one failure that does not end the call
     */
    public static HedgingPolicy after(Duration delay) {
        return new HedgingPolicy(2, delay, Set.of(RpcStatus.UNAVAILABLE));
    }

}
