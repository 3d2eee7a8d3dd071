package io.github.shmrpc.client;

import java.util.concurrent.ThreadLocalRandom;

import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.session.Backoff;

/** Counts the attempts of one call. One thread after the other. */
final class Attempts {

    /** Instead of a time: no further attempt. */
    static final long NONE = -1;

    private final CallPolicy policy;

    private final RetryPolicy retry;

    private final Backoff backoff;

    /** The first one is under way. */
    private int made = 1;

    Attempts(CallPolicy policy, RetryPolicy retry) {
        this.policy = policy;
        this.retry = retry;
        this.backoff = new Backoff(CallTimeouts.nanos(retry.initialBackoff()), CallTimeouts.nanos(retry.maxBackoff()),
                retry.multiplier(), () -> ThreadLocalRandom.current().nextDouble());
    }

    void succeeded() {
        policy.tokens().succeeded();
    }

    /**
     * An attempt has failed.
     * @param status of its error
     * @param outcome what is known of its execution
     * @param remainingNs what the call's deadline leaves
     * @return pause before the next attempt in nanoseconds, or {@link #NONE}
     */
    long nextNs(RpcStatus status, Outcome outcome, long remainingNs) {
        if (!retry.statuses().contains(status)) {
            return NONE;
        }
        boolean mayGoOn = policy.tokens().failed();
        if (!mayGoOn || !policy.isSafeAfter(outcome) || made == retry.maxAttempts()) {
            return NONE;
        }
        made++;
        long pauseNs = backoff.nextNs();
        return pauseNs < remainingNs ? pauseNs : NONE;
    }

}
