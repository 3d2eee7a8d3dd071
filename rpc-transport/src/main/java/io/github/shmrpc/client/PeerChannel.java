package io.github.shmrpc.client;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

import io.github.shmrpc.PeerInfo;
import io.github.shmrpc.client.link.ClientLink;
import io.github.shmrpc.client.link.ClientLink.Result;
import io.github.shmrpc.duplex.AcceptedPeer;
import io.github.shmrpc.duplex.CallerHalf;
import io.github.shmrpc.duplex.PeerCalls;
import io.github.shmrpc.session.AcceptedSession;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.OutboundFrame;
import io.github.shmrpc.transport.ProtocolException;

/** Calls one peer of a server. Any thread, where {@link CallerHalf} says nothing else. */
final class PeerChannel implements CallerHalf {

    private final AcceptedPeer peer;

    private final ClientLink link;

    private final RpcChannel channel;

    private final Map<Broadcaster.Lanes, BroadcastLane> lanes = new ConcurrentHashMap<>();

    /** Whether the server knows of messages that wait. Set by who adds the first one. */
    private final AtomicBoolean occupied = new AtomicBoolean();

    private final LongAdder dropped = new LongAdder();

    private volatile boolean ended;

    PeerChannel(AcceptedPeer peer, AcceptedPeers all) {
        this.peer = peer;
        PeerInfo info = peer.duplex().connection().peer();
        String place = "peer=" + peer.describe();
        AcceptedSession<ClientLink> session = new AcceptedSession<>(place, !info.services().isEmpty());
        this.link = new ClientLink(session, peer, all.linkSettings(peer));
        session.open(link);
        this.channel = new RpcChannel(place, all, session, peer.executor());
    }

    @Override
    public PeerCalls calls() {
        return channel;
    }

    @Override
    public void received(byte type, InboundFrame frame) throws ProtocolException {
        link.received(type, frame);
    }

    @Override
    public void replied(InboundFrame frame) {
        link.replied(frame);
    }

    @Override
    public void ended() {
        ended = true;
        lanes.clear();
        vacate();
        link.ended(null);
    }

    // -- Broadcasts

    /** Sends a message now, or later if the broadcast's options want that. */
    void send(Broadcaster.Lanes broadcast, BroadcastMessage message) {
        BroadcastLane lane = lanes.get(broadcast);
        if (lane == null || !lane.isOccupied()) {
            MethodKey method = message.method();
            OutboundFrame frame = message.newFrame();
            Result result = link.trySend(frame, method.id(), method.name(), method.timeoutNs());
            if (result == Result.TOO_LONG) {
                dropped.increment();
            }
            if (result != Result.NO_ROOM) {
                return;
            }
            link.abandon(frame);
        }
        add(broadcast, message);
    }

    private void add(Broadcaster.Lanes broadcast, BroadcastMessage message) {
        BroadcastLane lane = lanes.computeIfAbsent(broadcast,
                (unknown) -> new BroadcastLane(unknown.slowPeer(), unknown.queueLength()));
        switch (lane.add(message)) {
            case KEPT -> {
            }
            case DROPPED -> dropped.increment();
            case FULL -> {
                dropped.increment();
                link.disconnect(broadcast.queueLength() + " messages to it wait already");
            }
        }
        occupy();
    }

    private void occupy() {
        if (occupied.compareAndSet(false, true)) {
            peer.occupied();
        }
        // After it was set. Pairs with ended().
        if (ended) {
            vacate();
        }
    }

    @Override
    public boolean isOccupied() {
        return occupied.get();
    }

    @Override
    public void flush() {
        // First: who adds a message after this says so again.
        vacate();
        boolean left = false;
        for (BroadcastLane lane : lanes.values()) {
            if (lane.isOccupied()) {
                lane.flush(link);
                left |= lane.isOccupied();
            }
        }
        if (left) {
            occupy();
        }
    }

    private void vacate() {
        if (occupied.compareAndSet(true, false)) {
            peer.vacant();
        }
    }

    @Override
    public long droppedMessages() {
        return dropped.sum();
    }

}
