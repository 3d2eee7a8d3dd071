package io.github.shmrpc.client.link;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;

import io.github.shmrpc.duplex.CalleeHalf;
import io.github.shmrpc.duplex.Duplex;
import io.github.shmrpc.duplex.TrafficCount;
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
 * @param traffic counts what the connections that this side has dialled carry
 * @param executor runs the application's publishers that can go on
 * @param polled joined by each connection if the application comes for replies itself
 * @param callee serves what the peers of dialled connections call, or {@code null}
 */
public record LinkSettings(String endpoint, int maxCalls, int maxMessageLength, int compressAbove, long firstCallId,
        LongAdder lateReplies, TrafficCount traffic, Executor executor, @Nullable PolledLinks polled,
        @Nullable Callee callee) {

    /** Serves the calls that come on the connections of a channel. */
    @FunctionalInterface
    public interface Callee {

        /**
         * Serves those of one connection.
         * @param duplex the connection
         * @param whenIdle is run each time the last call that was being served has ended
         * @return takes in what comes
         */
        CalleeHalf open(Duplex duplex, Runnable whenIdle);

    }

}
