package io.github.shmrpc.client;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

import io.github.shmrpc.SlowPeer;
import io.github.shmrpc.client.link.ClientLink;
import io.github.shmrpc.client.link.ClientLink.Result;
import io.github.shmrpc.transport.OutboundFrame;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one broadcast that one peer has no room for yet, in their order. Any
 * thread adds; the holder of the server's poll role flushes. A flag that is read without
 * the lock keeps the usual case, an empty lane, free of it; it is cleared after the last
 * message was sent, so that none overtakes those before it.
 */
final class BroadcastLane {

    /** How it was added. */
    enum Added {

        KEPT,

        /** Another message was given up for it, or it was given up itself. */
        DROPPED,

        /** There is no room, and the peer is to be disconnected. */
        FULL

    }

    private final SlowPeer policy;

    private final int maxLength;

    // Under the lock; the flag is read by any thread.
    private final Map<Object, Waiting> waiting = new LinkedHashMap<>();

    private final OutboundFrame frame = new OutboundFrame();

    private long number;

    /** A part of it was sent, and the rest is in the frame. */
    private @Nullable Waiting current;

    private volatile boolean occupied;

    BroadcastLane(SlowPeer policy, int maxLength) {
        this.policy = policy;
        this.maxLength = maxLength;
    }

    boolean isOccupied() {
        return occupied;
    }

    /** Takes a message in, behind all others or in the place of one with its key. */
    synchronized Added add(BroadcastMessage message) {
        Object own = message.key();
        Object key = (policy == SlowPeer.CONFLATE && own != null) ? own : Long.valueOf(number++);
        Waiting added = new Waiting(message.bytes(), message.method());
        if (waiting.replace(new Place(message.method().id(), key), added) != null) {
            return Added.DROPPED;
        }
        boolean full = waiting.size() >= maxLength;
        if (full && policy == SlowPeer.DISCONNECT) {
            return Added.FULL;
        }
        if (full && policy == SlowPeer.DROP_NEWEST) {
            return Added.DROPPED;
        }
        if (full) {
            Iterator<Waiting> oldest = waiting.values().iterator();
            oldest.next();
            oldest.remove();
        }
        waiting.put(new Place(message.method().id(), key), added);
        occupied = true;
        return full ? Added.DROPPED : Added.KEPT;
    }

    /**
     * Sends what there is room for. Of a long message that may be a part; the rest goes
     * the next time, and it is no longer one that another can take the place of.
     */
    synchronized void flush(ClientLink link) {
        while (current != null || !waiting.isEmpty()) {
            Iterator<Waiting> next = waiting.values().iterator();
            Waiting message = current != null ? current : next.next();
            if (current == null) {
                frame.clear();
                frame.append(message.bytes, 0, message.bytes.length);
            }
            MethodKey method = message.method;
            boolean full = link.trySend(frame, method.id(), method.name(), method.timeoutNs()) == Result.NO_ROOM;
            if (current == null && (!full || frame.sent() > 0)) {
                next.remove();
            }
            current = full && frame.sent() > 0 ? message : null;
            if (full && current == null) {
                // The carrier may have begun with it nevertheless.
                link.abandon(frame);
            }
            if (full) {
                return;
            }
        }
        frame.trim();
        occupied = false;
    }

    private record Place(int method, @Nullable Object key) {
    }

    /** A message; its bytes are shared by all peers that are slow. */
    private static final class Waiting {

        private final byte[] bytes;

        private final MethodKey method;

        Waiting(byte[] bytes, MethodKey method) {
            this.bytes = bytes;
            this.method = method;
        }

    }

}
