package io.github.shmrpc.client;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import io.github.shmrpc.CallKind;
import io.github.shmrpc.CallObserver;
import io.github.shmrpc.contract.MethodName;
import org.jspecify.annotations.Nullable;

/**
 * What holds for each method: what the channel's settings say for it, else its
 * annotation, else the channel. Immutable but for the tokens.
 */
final class MethodSettings {

    /**
     * How often a call that may have been executed is sent, if its method is idempotent
     * and has no policy.
     */
    static final int MAX_EXECUTIONS = 3;

    private final ChannelOptions channel;

    private final Map<String, MethodOptions> byMethod = new HashMap<>();

    private final RetryTokens tokens;

    MethodSettings(ChannelOptions channel) {
        this.channel = channel;
        this.tokens = new RetryTokens(channel.retryThrottling());
        channel.methods().forEach((method, options) -> byMethod.put(MethodName.canonical(method), options));
    }

    /**
     * A method's key.
     * @param id its number
     * @param name {@code Service/Method}
     * @param kind how many messages go each way
     * @param annotatedTimeout the contract's, or {@code null}
     * @param annotatedIdempotent the contract's
     * @param observer is told of its calls, or {@code null}
     * @throws IllegalArgumentException if it shall be hedged but is not idempotent
     */
    MethodKey key(int id, String name, CallKind kind, @Nullable Duration annotatedTimeout, boolean annotatedIdempotent,
            @Nullable CallObserver observer) {
        MethodOptions own = of(name);
        boolean idempotent = own.idempotent() != null ? own.idempotent() : annotatedIdempotent;
        CallPolicy policy = kind == CallKind.UNARY ? policy(name, own, idempotent) : null;
        boolean ruled = policy != null && policy.retry() != null;
        return new MethodKey(id, name, timeoutNs(own, kind, annotatedTimeout), kind,
                own.waitForReady() != null ? own.waitForReady() : channel.waitForReady(),
                idempotent && !ruled ? MAX_EXECUTIONS : 1, policy, observer);
    }

    private MethodOptions of(String method) {
        MethodOptions exact = byMethod.get(method);
        return exact != null ? exact
                : byMethod.getOrDefault(MethodName.withSimpleService(method), MethodOptions.defaults());
    }

    /**
     * The channel's is meant for calls with one answer: a stream may take as long as it
     * likes.
     */
    private long timeoutNs(MethodOptions own, CallKind kind, @Nullable Duration annotated) {
        if (own.timeout() != null) {
            return CallTimeouts.nanos(own.timeout());
        }
        if (annotated != null) {
            return CallTimeouts.nanos(annotated);
        }
        return kind.hasStream() ? CallTimeouts.MAX_NS : CallTimeouts.nanos(channel.timeout());
    }

    private @Nullable CallPolicy policy(String name, MethodOptions own, boolean idempotent) {
        if (own.hedging() != null) {
            if (!idempotent) {
                throw new IllegalArgumentException("Method " + name + " has hedging but is not idempotent: if executing"
                        + " it twice does no harm, say so by @RpcMethod(idempotent = true) or its option idempotent");
            }
            return new CallPolicy(true, null, own.hedging(), tokens);
        }
        RetryPolicy retry = own.retry() != null ? own.retry() : channel.retry();
        return retry == null ? null : new CallPolicy(idempotent, retry, null, tokens);
    }

}
