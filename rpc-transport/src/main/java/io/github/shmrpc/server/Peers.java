package io.github.shmrpc.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

import io.github.shmrpc.BroadcastOptions;
import io.github.shmrpc.CallContext;
import io.github.shmrpc.RpcPeer;
import io.github.shmrpc.RpcPeers;
import io.github.shmrpc.contract.ContractMethods;
import io.github.shmrpc.duplex.CallerHalf;
import io.github.shmrpc.duplex.PeerCallSettings;
import io.github.shmrpc.duplex.PeerCallers;
import io.github.shmrpc.logging.RateLimitedLog;
import org.jspecify.annotations.Nullable;

/**
 * The peers of a server, from start to start, and who is told of them. Any thread.
 */
final class Peers implements RpcPeers {

    private final PeerCallSettings settings;

    private final PeerCallers.@Nullable Factory factory;

    private final RateLimitedLog log;

    private final Map<Long, ConnectedPeer> connected = new ConcurrentSkipListMap<>();

    private final List<PeerListener> listeners = new CopyOnWriteArrayList<>();

    /** What is told of each peer, one after the other. */
    private final Map<Long, PeerEvents> events = new ConcurrentHashMap<>();

    // Set under the lock, once.
    private volatile @Nullable PeerCallers callers;

    /**
     * Nobody yet.
     * @param settings of calls to them
     * @param factory makes what calls them; {@code null} for the one on the class path
     * @param log for what listeners throw
     */
    Peers(PeerCallSettings settings, PeerCallers.@Nullable Factory factory, RateLimitedLog log) {
        this.settings = settings;
        this.factory = factory;
        this.log = log;
    }

    /** Loaded by the first who calls a peer. */
    PeerCallers callers() {
        PeerCallers known = callers;
        return known != null ? known : loadCallers();
    }

    private synchronized PeerCallers loadCallers() {
        PeerCallers loaded = callers;
        if (loaded == null) {
            loaded = (factory != null ? factory : loadFactory()).create(settings);
            callers = loaded;
        }
        return loaded;
    }

    private static PeerCallers.Factory loadFactory() {
        return ServiceLoader.load(PeerCallers.Factory.class, Peers.class.getClassLoader())
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("Nothing on the class path calls peers: META-INF/services/"
                    + PeerCallers.Factory.class.getName() + " is missing"));
    }

    void opened(ConnectedPeer peer) {
        connected.put(peer.connectionId(), peer);
        if (!listeners.isEmpty()) {
            PeerEvents told = new PeerEvents(peer.executor(), List.copyOf(listeners));
            events.put(peer.connectionId(), told);
            told.tell((listener) -> tell(listener, "connected", () -> listener.connected(peer)));
        }
    }

    void closed(ConnectedPeer peer) {
        connected.remove(peer.connectionId());
        PeerEvents told = events.remove(peer.connectionId());
        if (told != null) {
            told.tell((listener) -> tell(listener, "disconnected", () -> listener.disconnected(peer)));
        }
    }

    private void tell(PeerListener listener, String what, Runnable event) {
        if (!listeners.contains(listener)) {
            return;
        }
        try {
            event.run();
        }
        catch (RuntimeException | Error failure) {
            log.warn("listener", "Listener " + listener + " failed when a peer was " + what, failure);
        }
    }

    @Override
    public List<RpcPeer> all() {
        return List.copyOf(connected.values());
    }

    @Override
    public List<RpcPeer> named(String name) {
        return connected.values().stream().filter((peer) -> peer.name().equals(name)).map(RpcPeer.class::cast).toList();
    }

    @Override
    public Optional<RpcPeer> find(long connectionId) {
        return Optional.ofNullable(connected.get(connectionId));
    }

    @Override
    public <T> T broadcast(Class<T> contract, BroadcastOptions options) {
        String service = ContractMethods.serviceName(contract);
        return callers().broadcaster(contract, options, () -> callersOf(service, options.recipients()));
    }

    private Iterable<CallerHalf> callersOf(String service, Predicate<? super RpcPeer> recipients) {
        List<CallerHalf> found = new ArrayList<>(connected.size());
        for (ConnectedPeer peer : connected.values()) {
            if (peer.info().services().contains(service) && recipients.test(peer)) {
                found.add(peer.caller());
            }
        }
        return found;
    }

    @Override
    public CallContext.Registration addListener(PeerListener listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

}
