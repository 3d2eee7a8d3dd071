package io.github.shmrpc.benchmarks.shmrpc;

import java.util.List;

import io.github.shmrpc.benchmarks.peer.Peer;
import io.github.shmrpc.benchmarks.shmrpc.RawPeer.Messages;
import io.github.shmrpc.transport.WaitMode;

/** The ways to call through shmrpc that are measured. */
public final class ShmrpcPeers {

    private ShmrpcPeers() {
    }

    /** Cheap, as all peers are. */
    public static List<Peer> all() {
        return List.of(new RawPeer("shmrpc-shm", "shm", WaitMode.ADAPTIVE, Messages.ARRAYS),
                new RawPeer("shmrpc-view", "shm", WaitMode.ADAPTIVE, Messages.BUFFERS),
                new RawPeer("shmrpc-spin", "shm", WaitMode.SPIN, Messages.ARRAYS),
                new RawPeer("shmrpc-unix", "unix", WaitMode.ADAPTIVE, Messages.ARRAYS), new NetworkPeer(),
                new SpringPeer("shmrpc-proto", SpringPeer.Encoding.PROTOBUF),
                new SpringPeer("shmrpc-json", SpringPeer.Encoding.JSON));
    }

}
