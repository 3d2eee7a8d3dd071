package io.github.shmrpc.client;

import io.github.shmrpc.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * When calls of a method are made more than once, where that is set.
 *
 * @param idempotent whether a call that may have been executed may be made again
 * @param retry what happens after a failure, or {@code null}
 * @param hedging what happens before one, or {@code null}
 * @param tokens the channel's
 */
record CallPolicy(boolean idempotent, @Nullable RetryPolicy retry, @Nullable HedgingPolicy hedging,
        RetryTokens tokens) {

    /** The attempts of one call, {@code null} if there is one only. */
    @Nullable Attempts newAttempts() {
        return retry == null ? null : new Attempts(this, retry);
    }

    boolean isSafeAfter(Outcome outcome) {
        return idempotent || outcome == Outcome.NOT_EXECUTED;
    }

}
