package io.github.shmrpc.client;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

import io.github.shmrpc.BroadcastOptions;
import io.github.shmrpc.Endpoint;
import io.github.shmrpc.client.link.LinkSettings;
import io.github.shmrpc.contract.ContractMethods;
import io.github.shmrpc.duplex.AcceptedPeer;
import io.github.shmrpc.duplex.CallerHalf;
import io.github.shmrpc.duplex.PeerCallSettings;
import io.github.shmrpc.duplex.PeerCallers;

/** What the channels to all peers of a server have in common. Thread-safe. */
public final class AcceptedPeers implements PeerCallers {

    private final PeerCallSettings settings;

    private final ChannelOptions options;

    private final ChannelMethods methods;

    private final LongAdder lateReplies = new LongAdder();

    private AcceptedPeers(PeerCallSettings settings) {
        this.settings = settings;
        this.options = ChannelOptions.defaults()
            .withTimeout(settings.timeout())
            .withMaxMessageLength(settings.maxMessageLength())
            .withMaxMetadataLength(settings.maxMetadataLength())
            .withMaxCalls(settings.maxCalls());
        this.methods = new ChannelMethods("endpoint=" + settings.server(), options, settings.codecs(), null);
    }

    /** For the service loader. */
    public static final class Factory implements PeerCallers.Factory {

        @Override
        public PeerCallers create(PeerCallSettings settings) {
            return new AcceptedPeers(settings);
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

    LinkSettings linkSettings(AcceptedPeer peer) {
        return new LinkSettings(peer.describe(), options.maxCalls(), options.maxMessageLength(),
                settings.compressAbove(), 1, lateReplies, peer.executor(), null, null);
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
