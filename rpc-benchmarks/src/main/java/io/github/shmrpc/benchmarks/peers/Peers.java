package io.github.shmrpc.benchmarks.peers;

import java.util.ArrayList;
import java.util.List;

import io.github.shmrpc.benchmarks.peer.Peer;
import io.github.shmrpc.benchmarks.peers.GrpcPeer.Carrier;
import io.github.shmrpc.benchmarks.shmrpc.ShmrpcPeers;

/**
 * All peers in the order of the report, the floor first. A new peer is one class and one
 * line here.
 */
public final class Peers {

    /** The name of the peer to which all others are compared. */
    public static final String FLOOR = FloorRingPeer.NAME;

    private Peers() {
    }

    /** Cheap: a peer loads its libraries when it serves or connects. */
    public static List<Peer> all() {
        List<Peer> peers = new ArrayList<>();
        peers.add(new FloorRingPeer());
        peers.addAll(ShmrpcPeers.all());
        peers.add(new AeronPeer());
        peers.add(new UnixSocketPeer());
        for (Carrier carrier : Carrier.values()) {
            peers.add(new GrpcPeer(carrier, true));
            peers.add(new GrpcPeer(carrier, false));
        }
        peers.add(new SpringRestPeer());
        return peers;
    }

    /**
     * The peer of this name.
     * @throws IllegalArgumentException with the known names if there is none of this name
     */
    public static Peer named(String name) {
        return all().stream()
            .filter((peer) -> peer.name().equals(name))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException(
                    "Unknown peer '" + name + "'; known: " + all().stream().map(Peer::name).toList()));
    }

}
