package io.github.shmrpc.spring.server;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.shmrpc.BroadcastOptions;
import io.github.shmrpc.CallContext;
import io.github.shmrpc.RpcPeer;
import io.github.shmrpc.RpcPeers;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ReflectionUtils;

/**
 * The peers of the context's server, for beans that are there before it: endpoints may be
 * given this, and the server is made of the endpoints. Until the server starts there are
 * no peers, and nobody to hear a broadcast.
 */
public final class LazyPeers implements RpcPeers {

    private static final Object[] NO_ARGUMENTS = {};

    private final List<PeerListener> early = new CopyOnWriteArrayList<>();

    // Set once, under the lock.
    private volatile @Nullable RpcPeers peers;

    /**
     * The server is about to start.
     * @param ofServer its own, the same each time
     */
    public synchronized void attach(RpcPeers ofServer) {
        if (peers == null) {
            early.forEach((listener) -> ofServer.addListener(new Early(listener)));
            peers = ofServer;
        }
    }

    @Override
    public List<RpcPeer> all() {
        RpcPeers known = peers;
        return (known != null) ? known.all() : List.of();
    }

    @Override
    public List<RpcPeer> named(String name) {
        RpcPeers known = peers;
        return (known != null) ? known.named(name) : List.of();
    }

    @Override
    public Optional<RpcPeer> find(long connectionId) {
        RpcPeers known = peers;
        return (known != null) ? known.find(connectionId) : Optional.empty();
    }

    @Override
    public <T> T broadcast(Class<T> contract, BroadcastOptions options) {
        RpcPeers known = peers;
        if (known != null) {
            return known.broadcast(contract, options);
        }
        LazyBroadcast<T> broadcast = new LazyBroadcast<>(contract, options);
        return contract.cast(Proxy.newProxyInstance(contract.getClassLoader(), new Class<?>[] { contract },
                (proxy, method, arguments) -> {
                    // The contract need not be public.
                    ReflectionUtils.makeAccessible(method);
                    Object target = (method.getDeclaringClass() == Object.class) ? broadcast : broadcast.target();
                    try {
                        return (target != null) ? method.invoke(target, (arguments != null) ? arguments : NO_ARGUMENTS)
                                : null;
                    }
                    catch (InvocationTargetException thrown) {
                        throw thrown.getTargetException();
                    }
                }));
    }

    @Override
    public synchronized CallContext.Registration addListener(PeerListener listener) {
        RpcPeers known = peers;
        if (known != null) {
            return known.addListener(listener);
        }
        early.add(listener);
        return () -> early.remove(listener);
    }

    /**
     * A listener that may be taken back by who has added it before there was a server.
     */
    private final class Early implements PeerListener {

        private final PeerListener listener;

        Early(PeerListener listener) {
            this.listener = listener;
        }

        @Override
        public void connected(RpcPeer peer) {
            if (early.contains(listener)) {
                listener.connected(peer);
            }
        }

        @Override
        public void disconnected(RpcPeer peer) {
            if (early.contains(listener)) {
                listener.disconnected(peer);
            }
        }

    }

    /** What a broadcast is, once there is a server. */
    private final class LazyBroadcast<T> {

        private final Class<T> contract;

        private final BroadcastOptions options;

        private volatile @Nullable T target;

        LazyBroadcast(Class<T> contract, BroadcastOptions options) {
            this.contract = contract;
            this.options = options;
        }

        @Nullable T target() {
            T known = target;
            RpcPeers ofServer = peers;
            if (known == null && ofServer != null) {
                known = ofServer.broadcast(contract, options);
                target = known;
            }
            return known;
        }

        @Override
        public String toString() {
            return "broadcast of " + contract.getSimpleName();
        }

    }

}
