package io.github.shmrpc.transport;

import org.jspecify.annotations.Nullable;

/**
 * What the connections of a server or a channel have carried so far, also those that have
 * ended.
 *
 * @param sentBytes bytes sent, headers and padding included
 * @param receivedBytes bytes received, headers and padding included
 * @param wakeUps how often the kernel was asked to wake a peer that slept
 * @param fallbacks connections whose frames go through the socket, as memory could not be
 * shared
 */
public record Traffic(long sentBytes, long receivedBytes, long wakeUps, long fallbacks) {

    /** Nothing so far. */
    public static final Traffic NONE = new Traffic(0, 0, 0, 0);

    /**
     * This and what one more connection has carried.
     * @param usage of that connection, {@code null} if its carrier does not know
     * @return the sum
     */
    public Traffic plus(@Nullable ConnectionUsage usage) {
        return usage == null ? this : new Traffic(sentBytes + usage.sentBytes(), receivedBytes + usage.receivedBytes(),
                wakeUps + usage.wakeUps(), fallbacks);
    }

}
