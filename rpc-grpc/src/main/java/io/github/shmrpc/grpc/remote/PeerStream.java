package io.github.shmrpc.grpc.remote;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.grpc.call.CallThreads;
import io.github.shmrpc.grpc.call.Statuses;
import io.github.shmrpc.grpc.relay.FrameRelay;
import io.github.shmrpc.grpc.relay.PeerHello;
import io.github.shmrpc.protocol.FrameWriter;
import io.github.shmrpc.transport.Connection;
import io.github.shmrpc.transport.ConnectionClosedException;
import io.github.shmrpc.transport.ConnectionHandler;
import io.github.shmrpc.transport.Dialled;
import io.github.shmrpc.transport.OutboundFrame;
import io.github.shmrpc.transport.TransportOptions;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a server of ours that may call back: all its frames, those of calls in
 * either direction, go through one call of gRPC's.
 */
final class PeerStream extends FrameRelay {

    /** How long the server may take to end its side. */
    private static final long GOODBYE_MS = 5000;

    private static final long LEAVE_RETRY_MS = 5;

    private final ManagedChannel channel;

    private final ClientCall<byte[], byte[]> call;

    /** What the server says first; {@code null} from one that is none of ours. */
    private final CompletableFuture<@Nullable PeerHello> welcome = new CompletableFuture<>();

    // Set before the first frame.
    private volatile @Nullable Connection far;

    // Written before the end is told.
    private volatile @Nullable IOException cause;

    private PeerStream(ManagedChannel channel) {
        this.channel = channel;
        this.call = channel.newCall(PeerHello.CONNECT, CallOptions.DEFAULT.withExecutor(Runnable::run));
    }

    /**
     * Opens one over a channel that is ready.
     * @param channel shut down with the connection
     * @return {@code null} if the server does not know of such connections
     */
    static @Nullable Dialled open(Target target, ManagedChannel channel, TransportOptions options,
            ConnectionHandler handler) throws IOException {
        PeerStream stream = new PeerStream(channel);
        PeerHello server = stream.greet(options);
        if (server == null) {
            return null;
        }
        TransportOptions limits = options
            .withMaxFrameLength(Math.min(options.maxFrameLength(), server.maxFrameLength()));
        Dialled local = stream.poller()
            .accept(new Endpoint("inproc", target.endpoint().toString()), limits, stream, stream.telling(handler));
        RemoteConnection remote = new RemoteConnection(local.connection(), target, stream::leave, () -> {
        });
        channel.notifyWhenStateChanged(ConnectivityState.READY, stream::leave);
        return new Dialled(remote, local.poller());
    }

    private @Nullable PeerHello greet(TransportOptions options) throws IOException {
        call.start(new Answer(), new PeerHello(options.name(), options.services(), options.maxFrameLength()).headers());
        long timeoutMs = options.handshakeTimeout().toMillis();
        try {
            return welcome.get(timeoutMs, TimeUnit.MILLISECONDS);
        }
        catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while connecting");
        }
        catch (TimeoutException silent) {
            throw new IOException("no answer within " + timeoutMs + " ms to " + PeerHello.CONNECT.getFullMethodName(),
                    silent);
        }
        catch (ExecutionException refused) {
            throw refused.getCause() instanceof IOException known ? known : new IOException(refused.getCause());
        }
    }

    @Override
    public void opened(Connection connection) {
        far = connection;
        begin(connection);
        request();
    }

    private ConnectionHandler telling(ConnectionHandler handler) {
        return new ConnectionHandler() {

            @Override
            public void closed(Connection connection, @Nullable IOException known) {
                handler.closed(connection, known == null ? cause : known);
            }
        };
    }

    /** As if the server had said that it takes no more calls. */
    private void leave() {
        OutboundFrame goAway = new OutboundFrame();
        FrameWriter.goAway(goAway, Long.MAX_VALUE);
        tell(goAway);
    }

    private void tell(OutboundFrame goAway) {
        Connection connection = far;
        try {
            if (connection != null && !connection.offer(goAway)) {
                CallThreads.later(LEAVE_RETRY_MS, () -> tell(goAway));
            }
        }
        catch (ConnectionClosedException closed) {
            // It is left.
        }
    }

    // -- The call

    @Override
    protected boolean isReady() {
        return call.isReady();
    }

    @Override
    protected void send(byte[] frame) {
        call.sendMessage(frame);
    }

    @Override
    protected void request() {
        call.request(1);
    }

    @Override
    protected void finish() {
        call.halfClose();
        channel.shutdown();
        CallThreads.later(GOODBYE_MS, channel::shutdownNow);
    }

    @Override
    protected void abort(Status status) {
        call.cancel(status.getDescription(), null);
        channel.shutdownNow();
    }

    /** What the server says. */
    private final class Answer extends ClientCall.Listener<byte[]> {

        @Override
        public void onHeaders(Metadata headers) {
            try {
                welcome.complete(PeerHello.isIn(headers) ? PeerHello.of(headers) : null);
            }
            catch (StatusException wrong) {
                welcome.completeExceptionally(new IOException(wrong.getStatus().getDescription(), wrong));
            }
        }

        @Override
        public void onMessage(byte[] message) {
            received(message);
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            IOException why = new IOException(status.getCode() + ": " + Statuses.text(status), status.getCause());
            cause = status.isOk() ? null : why;
            if (status.getCode() == Status.Code.UNIMPLEMENTED) {
                welcome.complete(null);
            }
            else {
                welcome.completeExceptionally(why);
            }
            ended();
            channel.shutdownNow();
        }

        @Override
        public void onReady() {
            passOn();
        }

    }

}
