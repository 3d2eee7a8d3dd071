package io.github.shmrpc.demo.server;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.RpcPeers;
import io.github.shmrpc.demo.game.GateService;
import io.github.shmrpc.spring.RpcEndpoint;

/**
 * Calls the players back over the connections that they have made. Any thread may call.
 */
@RpcEndpoint
class Gate implements GateService {

    private static final String HERALD = "game.Herald";

    private final RpcPeers peers;

    private final ServedCalls served;

    Gate(RpcPeers peers, ServedCalls served) {
        this.peers = peers;
        this.served = served;
    }

    @Override
    public Welcome enter(Knock knock) {
        served.increment();
        Companion companion = CallContext.current().peer().proxy(Companion.class);
        return new Welcome("welcome, " + companion.introduce(knock).name());
    }

    @Override
    public Audience announce(News news) {
        served.increment();
        peers.broadcast(Herald.class).hear(news);
        long hearing = peers.all().stream().filter((peer) -> peer.info().services().contains(HERALD)).count();
        return new Audience((int) hearing);
    }

}
