package io.github.shmrpc.example;

import java.io.IOException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.github.shmrpc.BroadcastOptions;
import io.github.shmrpc.CallContext;
import io.github.shmrpc.RpcContract;
import io.github.shmrpc.RpcKey;
import io.github.shmrpc.RpcMethod;
import io.github.shmrpc.RpcPeer;
import io.github.shmrpc.RpcPeers;
import io.github.shmrpc.SlowPeer;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.server.RpcServices;

/** Calls in both directions, as they are printed in docs/both-directions.md. */
public final class StandaloneGate {

    private StandaloneGate() {
    }

    /** What the gateway serves for the world. */
    @RpcContract("example.Gateway")
    public interface Gateway {

        String nameOf(long player);

    }

    /** What the gateway hears from the world. */
    @RpcContract("example.Events")
    public interface Events {

        record Moved(@RpcKey long player, int x, int y) {
        }

        @RpcMethod(oneWay = true)
        void moved(Moved event);

    }

    /** What the world serves. */
    @RpcContract("example.World")
    public interface World {

        String enter(long player);

    }

    /** The gateway's side. */
    public static final class GatewaySide implements Gateway, Events {

        final Queue<Moved> moves = new ConcurrentLinkedQueue<>();

        @Override
        public String nameOf(long player) {
            return "player " + player;
        }

        @Override
        public void moved(Moved event) {
            moves.add(event);
        }

    }

    /** The world's side. */
    public static final class WorldSide implements World {

        @Override
        public String enter(long player) {
            Gateway gateway = CallContext.current().peer().proxy(Gateway.class);
            return "welcome, " + gateway.nameOf(player);
        }

    }

    static RpcServer serve(String endpoint) throws IOException {
        return RpcServer.builder(endpoint).register(new WorldSide()).build().start();
    }

    static RpcChannel connect(String endpoint, GatewaySide side) {
        RpcServices services = RpcServices.builder().register(side).build();
        RpcChannel world = RpcChannel.builder(endpoint).services(services).build();
        world.connect(Duration.ofSeconds(5));
        return world;
    }

    static Events toAll(RpcServer server) {
        return server.peers().broadcast(Events.class);
    }

    static Events latestToAll(RpcServer server) {
        BroadcastOptions latest = BroadcastOptions.defaults()
            .withSlowPeer(SlowPeer.CONFLATE)
            .withQueueLength(1000)
            .withRecipients((peer) -> peer.attributes().containsKey("region"));
        return server.peers().broadcast(Events.class, latest);
    }

    static void follow(RpcServer server) {
        server.peers().addListener(new RpcPeers.PeerListener() {

            @Override
            public void connected(RpcPeer peer) {
                peer.attributes().put("region", peer.proxy(Gateway.class).nameOf(0));
            }

        });
    }

}
