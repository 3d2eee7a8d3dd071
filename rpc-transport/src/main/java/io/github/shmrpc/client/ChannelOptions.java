package io.github.shmrpc.client;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import io.github.shmrpc.contract.MethodName;
import io.github.shmrpc.transport.TransportOptions;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a channel. Immutable.
 *
 * @param timeout of a call that names none, positive
 * @param methods what is otherwise for some methods, by {@code Service/Method},
 * {@code Service.Method} or the same with the service's simple name
 * @param retry when a failed call is made again, for methods that say nothing, or
 * {@code null} for as little as {@link RetryPolicy} says
 * @param retryThrottling keeps that from making an overload worse
 * @param waitForReady whether a call waits for a connection until its deadline, instead
 * of failing at once
 * @param connections how many connections calls are spread over, 1 to 64; a thread stays
 * with one, so that its calls keep their order
 * @param maxMessageLength longest request and answer in bytes, 1 KiB to 1 GiB
 * @param maxMetadataLength longest encoded metadata in bytes, 0 to 32 KiB
 * @param maxCalls calls in flight per connection, 1 to 65,536; rounded up to a power of
 * two
 * @param initialBackoff wait before the second attempt to connect; grows by 1.6 with a
 * jitter of 0.2
 * @param maxBackoff longest wait between two attempts to connect
 * @param codec name of the codec that requests are sent with, where it supports their
 * type, unless a call says otherwise; empty for each type's default
 * @param compressAbove requests with a longer message, in bytes, go as gzip where the
 * carrier gains by it, which is {@code unix}; from 1 KiB on, {@link #NEVER} for none.
 * What the server has compressed is always understood
 * @param polledReplies whether asynchronous calls are completed by the application's own
 * thread, in {@link RpcChannel#poll}, instead of by the channel
 * @param transport limits and waiting of its connections
 */
public record ChannelOptions(Duration timeout, Map<String, MethodOptions> methods, @Nullable RetryPolicy retry,
        RetryThrottling retryThrottling, boolean waitForReady, int connections, int maxMessageLength,
        int maxMetadataLength, int maxCalls, Duration initialBackoff, Duration maxBackoff, String codec,
        int compressAbove, boolean polledReplies, TransportOptions transport) {

    /** As {@link #compressAbove}: nothing is compressed. */
    public static final int NEVER = Integer.MAX_VALUE;

    private static final ChannelOptions DEFAULTS = new ChannelOptions(Duration.ofSeconds(5), Map.of(), null,
            RetryThrottling.defaults(), true, 1, 4 * 1024 * 1024, 8 * 1024, 1000, Duration.ofMillis(50),
            Duration.ofSeconds(5), "", NEVER, false, TransportOptions.defaults());

    public ChannelOptions {
        requirePositive("timeout", timeout);
        methods = Map.copyOf(methods);
        methods.keySet().forEach(MethodName::canonical);
        requireRange("connections", connections, 1, 64);
        requireRange("maxMessageLength", maxMessageLength, 1024, 1 << 30);
        requireRange("maxMetadataLength", maxMetadataLength, 0, 32 * 1024);
        requireRange("maxCalls", maxCalls, 1, 65_536);
        requireRange("compressAbove", compressAbove, 1024, NEVER);
        requirePositive("initialBackoff", initialBackoff);
        requirePositive("maxBackoff", maxBackoff);
        if (maxBackoff.compareTo(initialBackoff) < 0) {
            throw new IllegalArgumentException("The longest backoff must not be shorter than the first: maxBackoff="
                    + maxBackoff + ", initialBackoff=" + initialBackoff);
        }
    }

    /**
     * The defaults.
     * @return options
     */
    public static ChannelOptions defaults() {
        return DEFAULTS;
    }

    public ChannelOptions withTimeout(Duration timeout) {
        return new ChannelOptions(timeout, methods, retry, retryThrottling, waitForReady, connections, maxMessageLength,
                maxMetadataLength, maxCalls, initialBackoff, maxBackoff, codec, compressAbove, polledReplies,
                transport);
    }

    public ChannelOptions withMethods(Map<String, MethodOptions> methods) {
        return new ChannelOptions(timeout, methods, retry, retryThrottling, waitForReady, connections, maxMessageLength,
                maxMetadataLength, maxCalls, initialBackoff, maxBackoff, codec, compressAbove, polledReplies,
                transport);
    }

    /**
     * Changes one method.
     * @param method {@code Service/Method}, {@code Service.Method} or the same with the
     * service's simple name
     * @param options instead of those that it has
     * @return the options
     */
    public ChannelOptions withMethod(String method, MethodOptions options) {
        Map<String, MethodOptions> changed = new HashMap<>(methods);
        changed.put(method, options);
        return withMethods(changed);
    }

    public ChannelOptions withRetry(@Nullable RetryPolicy retry) {
        return new ChannelOptions(timeout, methods, retry, retryThrottling, waitForReady, connections, maxMessageLength,
                maxMetadataLength, maxCalls, initialBackoff, maxBackoff, codec, compressAbove, polledReplies,
                transport);
    }

    public ChannelOptions withRetryThrottling(RetryThrottling retryThrottling) {
        return new ChannelOptions(timeout, methods, retry, retryThrottling, waitForReady, connections, maxMessageLength,
                maxMetadataLength, maxCalls, initialBackoff, maxBackoff, codec, compressAbove, polledReplies,
                transport);
    }

    public ChannelOptions withWaitForReady(boolean waitForReady) {
        return new ChannelOptions(timeout, methods, retry, retryThrottling, waitForReady, connections, maxMessageLength,
                maxMetadataLength, maxCalls, initialBackoff, maxBackoff, codec, compressAbove, polledReplies,
                transport);
    }

    public ChannelOptions withConnections(int connections) {
        return new ChannelOptions(timeout, methods, retry, retryThrottling, waitForReady, connections, maxMessageLength,
                maxMetadataLength, maxCalls, initialBackoff, maxBackoff, codec, compressAbove, polledReplies,
                transport);
    }

    public ChannelOptions withMaxMessageLength(int maxMessageLength) {
        return new ChannelOptions(timeout, methods, retry, retryThrottling, waitForReady, connections, maxMessageLength,
                maxMetadataLength, maxCalls, initialBackoff, maxBackoff, codec, compressAbove, polledReplies,
                transport);
    }

    public ChannelOptions withMaxMetadataLength(int maxMetadataLength) {
        return new ChannelOptions(timeout, methods, retry, retryThrottling, waitForReady, connections, maxMessageLength,
                maxMetadataLength, maxCalls, initialBackoff, maxBackoff, codec, compressAbove, polledReplies,
                transport);
    }

    public ChannelOptions withMaxCalls(int maxCalls) {
        return new ChannelOptions(timeout, methods, retry, retryThrottling, waitForReady, connections, maxMessageLength,
                maxMetadataLength, maxCalls, initialBackoff, maxBackoff, codec, compressAbove, polledReplies,
                transport);
    }

    public ChannelOptions withBackoff(Duration initialBackoff, Duration maxBackoff) {
        return new ChannelOptions(timeout, methods, retry, retryThrottling, waitForReady, connections, maxMessageLength,
                maxMetadataLength, maxCalls, initialBackoff, maxBackoff, codec, compressAbove, polledReplies,
                transport);
    }

    public ChannelOptions withCodec(String codec) {
        return new ChannelOptions(timeout, methods, retry, retryThrottling, waitForReady, connections, maxMessageLength,
                maxMetadataLength, maxCalls, initialBackoff, maxBackoff, codec, compressAbove, polledReplies,
                transport);
    }

    public ChannelOptions withCompressAbove(int compressAbove) {
        return new ChannelOptions(timeout, methods, retry, retryThrottling, waitForReady, connections, maxMessageLength,
                maxMetadataLength, maxCalls, initialBackoff, maxBackoff, codec, compressAbove, polledReplies,
                transport);
    }

    public ChannelOptions withPolledReplies(boolean polledReplies) {
        return new ChannelOptions(timeout, methods, retry, retryThrottling, waitForReady, connections, maxMessageLength,
                maxMetadataLength, maxCalls, initialBackoff, maxBackoff, codec, compressAbove, polledReplies,
                transport);
    }

    public ChannelOptions withTransport(TransportOptions transport) {
        return new ChannelOptions(timeout, methods, retry, retryThrottling, waitForReady, connections, maxMessageLength,
                maxMetadataLength, maxCalls, initialBackoff, maxBackoff, codec, compressAbove, polledReplies,
                transport);
    }

    private static void requirePositive(String what, Duration duration) {
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException("Time must be positive: " + what + "=" + duration);
        }
    }

    private static void requireRange(String what, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException("Value must be " + min + " to " + max + ": " + what + "=" + value);
        }
    }

}
