package io.github.shmrpc.client;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * What a channel does otherwise for one method. Immutable; a component that is
 * {@code null} means what the method's annotation says, else the channel.
 *
 * @param timeout of a call that names none, positive, or {@code null}
 * @param waitForReady whether a call waits for a connection until its deadline, instead
 * of failing at once, or {@code null}
 * @param idempotent whether executing it twice does no harm, or {@code null}
 * @param retry when a failed call is made again, or {@code null}; not together with
 * hedging
 * @param hedging when a call is made once more before it failed, or {@code null}; for
 * idempotent methods
 */
public record MethodOptions(@Nullable Duration timeout, @Nullable Boolean waitForReady, @Nullable Boolean idempotent,
        @Nullable RetryPolicy retry, @Nullable HedgingPolicy hedging) {

    private static final MethodOptions DEFAULTS = new MethodOptions(null, null, null, null, null);

    public MethodOptions {
        if (timeout != null && (timeout.isNegative() || timeout.isZero())) {
            throw new IllegalArgumentException("Time must be positive: timeout=" + timeout);
        }
        if (retry != null && hedging != null) {
            throw new IllegalArgumentException("A method has either a retry policy or hedging, not both");
        }
    }

    /**
     * Options that change nothing.
     * @return the annotation's and the channel's settings
     */
    public static MethodOptions defaults() {
        return DEFAULTS;
    }

    public MethodOptions withTimeout(Duration timeout) {
        return new MethodOptions(timeout, waitForReady, idempotent, retry, hedging);
    }

    public MethodOptions withWaitForReady(boolean waitForReady) {
        return new MethodOptions(timeout, waitForReady, idempotent, retry, hedging);
    }

    public MethodOptions withIdempotent(boolean idempotent) {
        return new MethodOptions(timeout, waitForReady, idempotent, retry, hedging);
    }

    public MethodOptions withRetry(RetryPolicy retry) {
        return new MethodOptions(timeout, waitForReady, idempotent, retry, hedging);
    }

    public MethodOptions withHedging(HedgingPolicy hedging) {
        return new MethodOptions(timeout, waitForReady, idempotent, retry, hedging);
    }

}
