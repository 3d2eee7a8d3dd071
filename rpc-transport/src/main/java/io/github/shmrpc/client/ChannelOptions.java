package io.github.shmrpc.client;

import java.time.Duration;
import java.util.Map;

import io.github.shmrpc.transport.TransportOptions;

/**
 * Settings of a channel. Immutable.
 *
 * @param timeout of a call that names none, positive
 * @param methodTimeouts by method: {@code Service/Method}, {@code Service.Method} or the
 * same with the service's simple name
 * @param waitForReady whether a call waits for a connection until its deadline, instead
 * of failing at once
 * @param connections how many connections calls are spread over, 1 to 64
 * @param maxMessageLength longest request and answer in bytes, 1 KiB to 1 GiB
 * @param maxMetadataLength longest encoded metadata in bytes, 0 to 1 MiB
 * @param maxCalls calls in flight per connection, 1 to 65,536
 * @param initialBackoff wait before the second attempt to connect; grows by 1.6 with a
 * jitter of 0.2
 * @param maxBackoff longest wait between two attempts to connect
 * @param codec name of the codec that requests are sent with unless a call says
 * otherwise, empty for each type's default
 * @param transport limits and waiting of its connections
 */
public record ChannelOptions(Duration timeout, Map<String, Duration> methodTimeouts, boolean waitForReady,
        int connections, int maxMessageLength, int maxMetadataLength, int maxCalls, Duration initialBackoff,
        Duration maxBackoff, String codec, TransportOptions transport) {

    private static final ChannelOptions DEFAULTS = new ChannelOptions(Duration.ofSeconds(5), Map.of(), true, 1,
            4 * 1024 * 1024, 8 * 1024, 1000, Duration.ofMillis(50), Duration.ofSeconds(5), "",
            TransportOptions.defaults());

    public ChannelOptions {
        methodTimeouts = Map.copyOf(methodTimeouts);
    }

    /**
     * The defaults.
     * @return options
     */
    public static ChannelOptions defaults() {
        return DEFAULTS;
    }

}
