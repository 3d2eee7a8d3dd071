package io.github.shmrpc;

import java.util.function.Predicate;

/**
 * How a message goes to many peers. Immutable.
 *
 * @param slowPeer what becomes of messages to a peer that has no room for them
 * @param queueLength messages that may wait for each such peer, 1 to 65,536, beside what
 * the carrier itself holds
 * @param recipients who gets them, asked for each message and peer; short
 */
public record BroadcastOptions(SlowPeer slowPeer, int queueLength, Predicate<? super RpcPeer> recipients) {

    private static final BroadcastOptions DEFAULTS = new BroadcastOptions(SlowPeer.DROP_OLDEST, 256, (peer) -> true);

    public BroadcastOptions {
        if (queueLength < 1 || queueLength > 65_536) {
            throw new IllegalArgumentException("Queue length must be 1 to 65536: queueLength=" + queueLength);
        }
    }

    /**
     * To all; a slow peer has 256 messages waiting, of which the oldest are dropped.
     * @return options
     */
    public static BroadcastOptions defaults() {
        return DEFAULTS;
    }

    public BroadcastOptions withSlowPeer(SlowPeer slowPeer) {
        return new BroadcastOptions(slowPeer, queueLength, recipients);
    }

    public BroadcastOptions withQueueLength(int queueLength) {
        return new BroadcastOptions(slowPeer, queueLength, recipients);
    }

    public BroadcastOptions withRecipients(Predicate<? super RpcPeer> recipients) {
        return new BroadcastOptions(slowPeer, queueLength, recipients);
    }

}
