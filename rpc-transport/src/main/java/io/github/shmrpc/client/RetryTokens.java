package io.github.shmrpc.client;

import java.util.concurrent.atomic.AtomicInteger;

/** The tokens of a channel, see {@link RetryThrottling}. Thread-safe. */
final class RetryTokens {

    private static final int TOKEN = 1000;

    private final int most;

    private final int ofSuccess;

    private final AtomicInteger left;

    RetryTokens(RetryThrottling settings) {
        this.most = settings.maxTokens() * TOKEN;
        this.ofSuccess = (int) (settings.tokenRatio() * TOKEN);
        this.left = new AtomicInteger(most);
    }

    void succeeded() {
        if (left.get() < most) {
            left.updateAndGet((now) -> Math.min(most, now + ofSuccess));
        }
    }

    /**
     * A call has failed in a way that may pass.
     * @return whether another attempt may be made
     */
    boolean failed() {
        return left.updateAndGet((now) -> Math.max(0, now - TOKEN)) > most / 2;
    }

    boolean suffice() {
        return left.get() > most / 2;
    }

}
