package io.github.shmrpc.grpc.gateway;

import java.io.IOException;
import java.util.List;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.PeerInfo;
import io.github.shmrpc.RemotePeer;
import io.github.shmrpc.client.ChannelOptions;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.grpc.client.CallSettings;
import io.github.shmrpc.grpc.client.ShmChannel;
import io.github.shmrpc.inproc.InprocEntrance;
import io.github.shmrpc.server.ServerOptions;
import io.github.shmrpc.transport.Acceptor;
import io.github.shmrpc.transport.Connection;
import io.github.shmrpc.transport.ConnectionHandler;
import io.github.shmrpc.transport.ConnectionIds;
import io.github.shmrpc.transport.Dialled;
import io.github.shmrpc.transport.Transport;
import io.github.shmrpc.transport.TransportOptions;
import io.grpc.Channel;
import io.grpc.CompressorRegistry;
import io.grpc.DecompressorRegistry;
import io.grpc.ServerCall;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * A remote peer's connection to the server, within the JVM, from its first call on.
 * Thread-safe.
 */
final class PeerConnection implements Transport {

    private static final String CARRIER = "grpc";

    private static final int MAX_METADATA = 32 * 1024;

    /** Why nobody makes a call. */
    static final Status TOO_MANY = Status.UNAVAILABLE
        .withDescription("too many clients are connected (maxConnections)");

    /** Calls are made by event loops of Netty, which serve others as well. */
    private static final CallSettings SETTINGS = new CallSettings("localhost", Runnable::run, Runnable::run,
            CompressorRegistry.getDefaultInstance(), DecompressorRegistry.getDefaultInstance(), Integer.MAX_VALUE,
            false);

    private final InprocEntrance entrance;

    private final String name;

    private final String user;

    private final RemotePeer remote;

    private final ShmChannel calls;

    PeerConnection(InprocEntrance entrance, String name, String user, RemotePeer remote, ServerOptions options) {
        this.entrance = entrance;
        this.name = name;
        this.user = user;
        this.remote = remote;
        // A call that cannot be served now is refused now: its caller knows better what
        // to do.
        RpcChannel channel = RpcChannel.builder(new Endpoint("inproc", "grpc-" + name))
            .transport(this)
            .executor(Runnable::run)
            .options(ChannelOptions.defaults()
                .withWaitForReady(false)
                .withMaxCalls(options.maxCalls())
                .withMaxMessageLength(options.maxMessageLength())
                .withMaxMetadataLength(MAX_METADATA))
            .build();
        this.calls = new ShmChannel(channel, true, SETTINGS, List.of(), null);
    }

    /**
     * Who makes a call.
     * @return {@code null} if there were {@linkplain #TOO_MANY too many} when it came
     */
    static @Nullable PeerConnection of(ServerCall<?, ?> call) {
        return call.getAttributes().get(RemotePeers.CONNECTION);
    }

    /** Makes its calls. */
    Channel calls() {
        return calls;
    }

    /**
     * Another connection to the server, the frames of which come from the peer.
     * @param ownName what the peer calls itself
     * @param limits of the peer, and what it exports
     * @param frames of both directions
     * @return the peer's end
     * @throws IOException if it is refused
     */
    Connection connect(String ownName, TransportOptions limits, PeerStreams.Stream frames) throws IOException {
        PeerInfo info = new PeerInfo(ownName, user, CARRIER, ConnectionIds.next(), limits.services(), remote);
        return entrance.connect(info, limits, frames, frames.poller());
    }

    /** Makes no more of them; ends when those that run have ended. */
    void shutdown() {
        calls.shutdown();
    }

    void close() {
        calls.shutdownNow();
    }

    // Transport

    @Override
    public String scheme() {
        return CARRIER;
    }

    @Override
    public Dialled connect(Endpoint endpoint, TransportOptions options, ConnectionHandler handler) throws IOException {
        return entrance.connect(name, user, CARRIER, remote, options, handler);
    }

    @Override
    public Acceptor listen(Endpoint endpoint, TransportOptions options, ConnectionHandler handler) {
        throw new UnsupportedOperationException("A peer does not listen: " + name);
    }

}
