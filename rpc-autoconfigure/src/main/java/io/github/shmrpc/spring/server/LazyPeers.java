package io.github.shmrpc.spring.server;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

import io.github.shmrpc.BroadcastOptions;
import io.github.shmrpc.CallContext;
import io.github.shmrpc.RpcPeer;
import io.github.shmrpc.RpcPeers;
import io.github.shmrpc.server.RpcServer;

/**
 * The peers of the context's server, which is asked for when it is needed: endpoints may
 * be given this, and the server is made of the endpoints.
 */
public final class LazyPeers implements RpcPeers {

    private final Supplier<RpcServer> server;

    public LazyPeers(Supplier<RpcServer> server) {
        this.server = server;
    }

    private RpcPeers peers() {
        return server.get().peers();
    }

    @Override
    public List<RpcPeer> all() {
        return peers().all();
    }

    @Override
    public List<RpcPeer> named(String name) {
        return peers().named(name);
    }

    @Override
    public Optional<RpcPeer> find(long connectionId) {
        return peers().find(connectionId);
    }

    @Override
    public <T> T broadcast(Class<T> contract, BroadcastOptions options) {
        return peers().broadcast(contract, options);
    }

    @Override
    public CallContext.Registration addListener(PeerListener listener) {
        return peers().addListener(listener);
    }

}
