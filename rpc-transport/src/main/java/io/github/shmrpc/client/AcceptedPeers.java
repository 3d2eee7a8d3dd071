package io.github.shmrpc.client;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

import io.github.shmrpc.BroadcastOptions;
import io.github.shmrpc.CallObserver;
import io.github.shmrpc.Endpoint;
import io.github.shmrpc.client.link.LinkSettings;
import io.github.shmrpc.contract.ContractMethods;
import io.github.shmrpc.duplex.AcceptedPeer;
import io.github.shmrpc.duplex.CallerHalf;
import io.github.shmrpc.duplex.PeerCallSettings;
import io.github.shmrpc.duplex.PeerCallers;
import io.github.shmrpc.duplex.TrafficCount;
import org.jspecify.annotations.Nullable;

/** What the channels to all peers of a server have in common. Thread-safe. */
public final class AcceptedPeers implements PeerCallers {

    private final PeerCallSettings settings;

    private final ChannelOptions options;

    private final ChannelMethods methods;

    private final List<ClientInterceptor> interceptors;

    private final LongAdder lateReplies = new LongAdder();

    /** The server counts what these connections carry. */
    private final TrafficCount notCounted = new TrafficCount();

    private AcceptedPeers(PeerCallSettings settings, Factory factory) {
        this.settings = settings;
        this.interceptors = List.copyOf(factory.interceptors);
        this.options = ChannelOptions.defaults()
            .withTimeout(settings.timeout())
            .withMaxMessageLength(settings.maxMessageLength())
            .withMaxMetadataLength(settings.maxMetadataLength())
            .withMaxCalls(settings.maxCalls());
        this.methods = new ChannelMethods("endpoint=" + settings.server(), options, settings.codecs(),
                factory.observers);
    }

    /**
     * How a server calls its peers: what sees these calls. Broadcasts are none, as nobody
     * waits for what becomes of them. For one thread.
     */
    public static final class Factory implements PeerCallers.Factory {

        private final List<ClientInterceptor> interceptors = new ArrayList<>();

        private CallObserver.@Nullable Factory observers;

        /**
         * Adds an interceptor.
         * @param interceptor within those that were added before; it sees calls of all
         * peers
         * @return this
         */
        public Factory interceptor(ClientInterceptor interceptor) {
            interceptors.add(interceptor);
            return this;
        }

        /**
         * Sets who is told of calls.
         * @param observers asked for each method, once for all peers
         * @return this
         */
        public Factory observers(CallObserver.Factory observers) {
            this.observers = observers;
            return this;
        }

        @Override
        public PeerCallers create(PeerCallSettings settings) {
            return new AcceptedPeers(settings, this);
        }

    }

    Endpoint endpoint() {
        return settings.server();
    }

    ChannelOptions options() {
        return options;
    }

    ChannelMethods methods() {
        return methods;
    }

    List<ClientInterceptor> interceptors() {
        return interceptors;
    }

    LinkSettings linkSettings(AcceptedPeer peer) {
        return new LinkSettings(peer.describe(), options.maxCalls(), options.maxMessageLength(),
                settings.compressAbove(), 1, lateReplies, notCounted, peer.executor(), null, null);
    }

    @Override
    public CallerHalf open(AcceptedPeer peer) {
        return new PeerChannel(peer, this);
    }

    @Override
    public <T> T broadcaster(Class<T> contract, BroadcastOptions broadcast, Supplier<Iterable<CallerHalf>> peers) {
        ContractMethods read = methods.contract(contract);
        return ServiceProxy.broadcast(contract, read, methods, new Broadcaster(read, broadcast, peers));
    }

}
