package io.github.shmrpc.grpc.remote;

import java.io.IOException;
import java.time.Duration;
import java.util.UUID;

import io.github.shmrpc.Dispatch;
import io.github.shmrpc.Endpoint;
import io.github.shmrpc.PeerInfo;
import io.github.shmrpc.grpc.call.CallThreads;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.server.ServerOptions;
import io.github.shmrpc.transport.Connection;
import io.github.shmrpc.transport.ConnectionHandler;
import io.github.shmrpc.transport.ConnectionUsage;
import io.github.shmrpc.transport.Dialled;
import io.github.shmrpc.transport.OutboundFrame;
import io.github.shmrpc.transport.TransportOptions;
import io.github.shmrpc.transport.Transports;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import org.jspecify.annotations.Nullable;

/**
 * A connection to another host: one within the JVM, what is sent on which goes into a
 * channel of gRPC's. When that has lost all its servers, or they ask it to go, no more
 * calls are taken here; so those that run end on their own, and who dialled dials anew.
 */
final class RemoteConnection implements Connection {

    private static final Duration PATIENCE = Duration.ofDays(1);

    private static final int MAX_CALLS = 65_536;

    private static final int MAX_METADATA_LENGTH = 32 * 1024;

    private final Connection local;

    private final PeerInfo peer;

    private final Runnable leave;

    private final Runnable end;

    /**
     * A connection within the JVM that leads elsewhere.
     * @param local its end here
     * @param target where it leads
     * @param leave takes no more calls
     * @param end run after its end
     */
    RemoteConnection(Connection local, Target target, Runnable leave, Runnable end) {
        this.local = local;
        this.peer = new PeerInfo(String.join(",", target.hosts()), "?", "grpc", local.peer().connectionId());
        this.leave = leave;
        this.end = end;
    }

    /**
     * Opens one to a server here that passes each call on, over a channel that is ready.
     * @param channel shut down with the connection
     */
    static Dialled open(Target target, ManagedChannel channel, TransportOptions options, ConnectionHandler handler)
            throws IOException {
        Endpoint within = Endpoint.parse("inproc:" + target.endpoint() + "#" + UUID.randomUUID());
        RpcServer relay = RpcServer.builder(within)
            .options(ServerOptions.defaults()
                .withMaxMessageLength(options.maxFrameLength())
                .withMaxMetadataLength(MAX_METADATA_LENGTH)
                .withMaxCalls(MAX_CALLS)
                .withTransport(options))
            .bridge(new RemoteCalls(channel, within, options.maxFrameLength(), target.settings().compressAbove()),
                    Dispatch.INLINE)
            .build()
            .start();
        Dialled dialled = Transports.forEndpoint(within).connect(within, options, handler);
        RemoteConnection remote = new RemoteConnection(dialled.connection(), target, () -> stop(relay, PATIENCE),
                () -> {
                    channel.shutdownNow();
                    stop(relay, Duration.ZERO);
                });
        channel.notifyWhenStateChanged(ConnectivityState.READY, remote::leave);
        return new Dialled(remote, dialled.poller());
    }

    private static void stop(RpcServer relay, Duration patience) {
        // It waits for the calls, and the threads that tell of states must not.
        CallThreads.callbacks().execute(() -> relay.stop(patience));
    }

    @Override
    public void leave() {
        leave.run();
    }

    @Override
    public void close() {
        local.close();
        end.run();
    }

    @Override
    public PeerInfo peer() {
        return peer;
    }

    // -- As within the JVM

    @Override
    public boolean offer(OutboundFrame frame) {
        return local.offer(frame);
    }

    @Override
    public boolean claimBody(OutboundFrame frame, int length) {
        return local.claimBody(frame, length);
    }

    @Override
    public void abandon(OutboundFrame frame) {
        local.abandon(frame);
    }

    @Override
    public boolean wasTaken(long position) {
        return local.wasTaken(position);
    }

    @Override
    public int maxFrameLength() {
        return local.maxFrameLength();
    }

    @Override
    public boolean takesCompressed() {
        return local.takesCompressed();
    }

    @Override
    public boolean isOpen() {
        return local.isOpen();
    }

    @Override
    public @Nullable ConnectionUsage usage() {
        return local.usage();
    }

    @Override
    public @Nullable Object attachment() {
        return local.attachment();
    }

    @Override
    public void attachment(Object attachment) {
        local.attachment(attachment);
    }

}
