package io.github.shmrpc.client.link;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;

import org.jspecify.annotations.Nullable;

/**
 * What all connections of a channel have in common.
 *
 * @param endpoint for messages
 * @param maxCalls calls in flight on a connection
 * @param maxMessageLength longest message in bytes
 * @param compressAbove longest message that is not compressed, in bytes, where the
 * connection takes compressed ones
 * @param firstCallId id of the first call of a connection, positive
 * @param lateReplies counts the replies whose calls were given up
 * @param executor runs the application's publishers that can go on
 * @param polled joined by each connection if the application comes for replies itself
 */
public record LinkSettings(String endpoint, int maxCalls, int maxMessageLength, int compressAbove, long firstCallId,
        LongAdder lateReplies, Executor executor, @Nullable PolledLinks polled) {
}
