package io.github.shmrpc.client;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.CallKind;
import io.github.shmrpc.CallOptions;
import io.github.shmrpc.contract.MethodName;
import org.jspecify.annotations.Nullable;

/**
 * How long a call may take: what the call says, else what the channel's settings say for
 * its method, else what its annotation says, else the channel's; and never longer than
 * the call that the thread itself serves. Immutable.
 */
final class CallTimeouts {

    /**
     * Longest time that is counted: two such times add up without overflow. Longer ones
     * are cut to it.
     */
    static final long MAX_NS = Long.MAX_VALUE / 4;

    private static final Duration MAX = Duration.ofNanos(MAX_NS);

    private final Map<String, Duration> byMethod = new HashMap<>();

    private final Duration ofChannel;

    CallTimeouts(ChannelOptions options) {
        ofChannel = options.timeout();
        options.methodTimeouts().forEach((method, timeout) -> byMethod.put(MethodName.canonical(method), timeout));
    }

    /**
     * The time for calls of a method that name none themselves. The channel's is meant
     * for calls with one answer: a stream may take as long as it likes.
     * @param method {@code Service/Method}
     * @param kind of its calls
     * @param annotated the contract's, or {@code null}
     * @return nanoseconds, positive
     */
    long ofMethod(String method, CallKind kind, @Nullable Duration annotated) {
        Duration timeout = byMethod.get(method);
        if (timeout == null) {
            timeout = byMethod.get(MethodName.withSimpleService(method));
        }
        if (timeout == null) {
            timeout = annotated != null ? annotated : kind.hasStream() ? MAX : ofChannel;
        }
        return nanos(timeout);
    }

    /**
     * The time of one call.
     * @param methodNs of its method
     * @param options of the call
     * @return nanoseconds; zero or less if it is up
     */
    static long ofCall(long methodNs, CallOptions options) {
        Duration timeout = options.timeout();
        long ownNs = timeout == null ? methodNs : nanos(timeout);
        CallContext served = CallContext.currentOrNull();
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
