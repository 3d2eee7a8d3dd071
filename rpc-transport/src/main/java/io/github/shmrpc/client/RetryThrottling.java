package io.github.shmrpc.client;

/**
 * Keeps retries and hedges from making an overload worse, as gRPC does: a channel has
 * tokens, each failure that a policy would retry takes one, each success gives a part of
 * one back, and no attempt beyond the first is made while no more than half of them are
 * left. Counted only for methods with a policy. Immutable.
 *
 * @param maxTokens tokens in the beginning and at most, 1 to 1000
 * @param tokenRatio what a success gives back, more than 0, at most 1; counted in
 * thousandths
 */
public record RetryThrottling(int maxTokens, double tokenRatio) {

    private static final RetryThrottling DEFAULTS = new RetryThrottling(100, 0.1);

    public RetryThrottling {
        if (maxTokens < 1 || maxTokens > 1000) {
            throw new IllegalArgumentException("Tokens must be 1 to 1000: maxTokens=" + maxTokens);
        }
        if (!(tokenRatio >= 0.001 && tokenRatio <= 1)) {
            throw new IllegalArgumentException("Token ratio must be 0.001 to 1: tokenRatio=" + tokenRatio);
        }
    }

    /**
     * The defaults.
     * @return 100 tokens, of which ten successes give one back
     */
    public static RetryThrottling defaults() {
        return DEFAULTS;
    }

}
