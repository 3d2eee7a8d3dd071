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
 * @param maxMetadataLength longest encoded metadata in bytes, 0 to 1 MiB
 * @param maxCalls calls in flight per connection, 1 to 65,536
 * @param drainTimeout how long a stop waits for running calls before it cancels them
 * @param rescueAfter how long a handler may hold up the polling thread before another
 * takes over
 * @param rescueThreads polling and held-up threads at most, 2 to 1024
 * @param executorThreads threads of the executor for {@link Dispatch#EXECUTOR} if none is
 * given, 1 to 1024
 * @param transport limits and waiting of its connections
 */
public record ServerOptions(Dispatch dispatch, int maxMessageLength, int maxMetadataLength, int maxCalls,
        Duration drainTimeout, Duration rescueAfter, int rescueThreads, int executorThreads,
        TransportOptions transport) {

    private static final ServerOptions DEFAULTS = new ServerOptions(Dispatch.ADAPTIVE, 4 * 1024 * 1024, 8 * 1024, 1000,
            Duration.ofSeconds(30), Duration.ofNanos(200_000), 64, 64, TransportOptions.defaults());

    /**
     * The defaults.
     * @return options
     */
    public static ServerOptions defaults() {
        return DEFAULTS;
    }

}
