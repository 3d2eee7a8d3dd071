package io.github.shmrpc.server;

import java.time.Duration;

import io.github.shmrpc.Dispatch;
import io.github.shmrpc.transport.TransportOptions;

/**
 * Settings of a server. Immutable.
 *
 * @param dispatch where handlers run unless their endpoint or method says otherwise; not
 * {@link Dispatch#INHERIT}
 * @param maxMessageLength longest request and answer in bytes, 1 KiB to 1 GiB
 * @param maxMetadataLength longest encoded metadata in bytes, 0 to 32 KiB
 * @param maxCalls calls in flight per connection, 1 to 65,536
 * @param drainTimeout how long a stop waits for running calls before it cancels them
 * @param rescueAfter how long a handler may hold up the polling thread before another
 * takes over, 10 µs to 1 h
 * @param rescueThreads polling and held-up threads at most, 2 to 1024. The last one only
 * polls: calls that need a thread of their own wait until a handler returns, and above
 * 1024 of them are refused with RESOURCE_EXHAUSTED
 * @param executorThreads threads of the executor for {@link Dispatch#EXECUTOR} if none is
 * given, 1 to 1024
 * @param virtualThreads whether that executor is no pool but starts a virtual thread for
 * each call, up to 65,536 at a time; needs Java 21
 * @param polledQueueLength calls that may wait for {@link RpcServer#poll}, 1 to 65,536;
 * further ones are refused with RESOURCE_EXHAUSTED
 * @param serialQueueLength calls with {@link Dispatch#SERIAL} that may wait for earlier
 * ones, 1 to 65,536; further ones are refused with RESOURCE_EXHAUSTED
 * @param serialQueueLengthPerKey so many of them may wait for the same key, 1 to 65,536
 * @param compressAbove answers with a longer message, in bytes, go as gzip where the
 * carrier gains by it, which is {@code unix}, and to other hosts, if the client
 * understands it; from 1 KiB on, {@link #NEVER} for none. Compressed requests are always
 * understood
 * @param transport limits and waiting of its connections
 */
public record ServerOptions(Dispatch dispatch, int maxMessageLength, int maxMetadataLength, int maxCalls,
        Duration drainTimeout, Duration rescueAfter, int rescueThreads, int executorThreads, boolean virtualThreads,
        int polledQueueLength, int serialQueueLength, int serialQueueLengthPerKey, int compressAbove,
        TransportOptions transport) {

    /** As {@link #compressAbove}: nothing is compressed. */
    public static final int NEVER = Integer.MAX_VALUE;

    private static final Duration LONGEST_DRAIN = Duration.ofDays(1);

    private static final Duration SHORTEST_RESCUE = Duration.ofNanos(10_000);

    private static final Duration LONGEST_RESCUE = Duration.ofHours(1);

    private static final ServerOptions DEFAULTS = new ServerOptions(Dispatch.ADAPTIVE, 4 * 1024 * 1024, 8 * 1024, 1000,
            Duration.ofSeconds(30), Duration.ofNanos(200_000), 64, 64, false, 1024, 1024, 128, NEVER,
            TransportOptions.defaults());

    public ServerOptions {
        if (dispatch == Dispatch.INHERIT) {
            throw new IllegalArgumentException("A server has nothing to inherit its dispatch from: dispatch=INHERIT,"
                    + " use ADAPTIVE, INLINE, EXECUTOR, POLLED or SERIAL");
        }
        requireRange("maxMessageLength", maxMessageLength, 1024, 1 << 30);
        requireRange("maxMetadataLength", maxMetadataLength, 0, 32 * 1024);
        requireRange("maxCalls", maxCalls, 1, 65_536);
        requireRange("rescueThreads", rescueThreads, 2, 1024);
        requireRange("executorThreads", executorThreads, 1, 1024);
        requireRange("polledQueueLength", polledQueueLength, 1, 65_536);
        requireRange("serialQueueLength", serialQueueLength, 1, 65_536);
        requireRange("serialQueueLengthPerKey", serialQueueLengthPerKey, 1, 65_536);
        requireRange("compressAbove", compressAbove, 1024, NEVER);
        requireRange("drainTimeout", drainTimeout, Duration.ZERO, LONGEST_DRAIN);
        requireRange("rescueAfter", rescueAfter, SHORTEST_RESCUE, LONGEST_RESCUE);
    }

    /**
     * The defaults.
     * @return options
     */
    public static ServerOptions defaults() {
        return DEFAULTS;
    }

    public ServerOptions withDispatch(Dispatch dispatch) {
        return new ServerOptions(dispatch, maxMessageLength, maxMetadataLength, maxCalls, drainTimeout, rescueAfter,
                rescueThreads, executorThreads, virtualThreads, polledQueueLength, serialQueueLength,
                serialQueueLengthPerKey, compressAbove, transport);
    }

    public ServerOptions withMaxMessageLength(int maxMessageLength) {
        return new ServerOptions(dispatch, maxMessageLength, maxMetadataLength, maxCalls, drainTimeout, rescueAfter,
                rescueThreads, executorThreads, virtualThreads, polledQueueLength, serialQueueLength,
                serialQueueLengthPerKey, compressAbove, transport);
    }

    public ServerOptions withMaxMetadataLength(int maxMetadataLength) {
        return new ServerOptions(dispatch, maxMessageLength, maxMetadataLength, maxCalls, drainTimeout, rescueAfter,
                rescueThreads, executorThreads, virtualThreads, polledQueueLength, serialQueueLength,
                serialQueueLengthPerKey, compressAbove, transport);
    }

    public ServerOptions withMaxCalls(int maxCalls) {
        return new ServerOptions(dispatch, maxMessageLength, maxMetadataLength, maxCalls, drainTimeout, rescueAfter,
                rescueThreads, executorThreads, virtualThreads, polledQueueLength, serialQueueLength,
                serialQueueLengthPerKey, compressAbove, transport);
    }

    public ServerOptions withDrainTimeout(Duration drainTimeout) {
        return new ServerOptions(dispatch, maxMessageLength, maxMetadataLength, maxCalls, drainTimeout, rescueAfter,
                rescueThreads, executorThreads, virtualThreads, polledQueueLength, serialQueueLength,
                serialQueueLengthPerKey, compressAbove, transport);
    }

    public ServerOptions withRescueAfter(Duration rescueAfter) {
        return new ServerOptions(dispatch, maxMessageLength, maxMetadataLength, maxCalls, drainTimeout, rescueAfter,
                rescueThreads, executorThreads, virtualThreads, polledQueueLength, serialQueueLength,
                serialQueueLengthPerKey, compressAbove, transport);
    }

    public ServerOptions withRescueThreads(int rescueThreads) {
        return new ServerOptions(dispatch, maxMessageLength, maxMetadataLength, maxCalls, drainTimeout, rescueAfter,
                rescueThreads, executorThreads, virtualThreads, polledQueueLength, serialQueueLength,
                serialQueueLengthPerKey, compressAbove, transport);
    }

    public ServerOptions withExecutorThreads(int executorThreads) {
        return new ServerOptions(dispatch, maxMessageLength, maxMetadataLength, maxCalls, drainTimeout, rescueAfter,
                rescueThreads, executorThreads, virtualThreads, polledQueueLength, serialQueueLength,
                serialQueueLengthPerKey, compressAbove, transport);
    }

    public ServerOptions withVirtualThreads(boolean virtualThreads) {
        return new ServerOptions(dispatch, maxMessageLength, maxMetadataLength, maxCalls, drainTimeout, rescueAfter,
                rescueThreads, executorThreads, virtualThreads, polledQueueLength, serialQueueLength,
                serialQueueLengthPerKey, compressAbove, transport);
    }

    public ServerOptions withPolledQueueLength(int polledQueueLength) {
        return new ServerOptions(dispatch, maxMessageLength, maxMetadataLength, maxCalls, drainTimeout, rescueAfter,
                rescueThreads, executorThreads, virtualThreads, polledQueueLength, serialQueueLength,
                serialQueueLengthPerKey, compressAbove, transport);
    }

    public ServerOptions withSerialQueueLength(int serialQueueLength, int serialQueueLengthPerKey) {
        return new ServerOptions(dispatch, maxMessageLength, maxMetadataLength, maxCalls, drainTimeout, rescueAfter,
                rescueThreads, executorThreads, virtualThreads, polledQueueLength, serialQueueLength,
                serialQueueLengthPerKey, compressAbove, transport);
    }

    public ServerOptions withCompressAbove(int compressAbove) {
        return new ServerOptions(dispatch, maxMessageLength, maxMetadataLength, maxCalls, drainTimeout, rescueAfter,
                rescueThreads, executorThreads, virtualThreads, polledQueueLength, serialQueueLength,
                serialQueueLengthPerKey, compressAbove, transport);
    }

    public ServerOptions withTransport(TransportOptions transport) {
        return new ServerOptions(dispatch, maxMessageLength, maxMetadataLength, maxCalls, drainTimeout, rescueAfter,
                rescueThreads, executorThreads, virtualThreads, polledQueueLength, serialQueueLength,
                serialQueueLengthPerKey, compressAbove, transport);
    }

    private static <T extends Comparable<T>> void requireRange(String name, T value, T least, T most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    "Server option is out of range: " + name + "=" + value + ", use " + least + " to " + most);
        }
    }

}
