package io.github.shmrpc.grpc.remote;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.shmrpc.grpc.relay.BytesMarshaller;
import io.github.shmrpc.grpc.relay.WireFailure;
import io.github.shmrpc.transport.ConnectionHandler;
import io.github.shmrpc.transport.Dialled;
import io.github.shmrpc.transport.TransportOptions;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes one connection. For one thread. */
final class RemoteDialler {

    private static final Logger LOGGER = LoggerFactory.getLogger(GrpcTransport.class);

    /** Causes lie deep where TLS has failed. */
    private static final int MAX_CAUSES = 8;

    private static final String NO_MESSAGE = "null: ";

    /** Never sent, as the channel that it is for has no connection. */
    private static final String WHY = "shmrpc.Peer/Why";

    private final Target target;

    private final TransportOptions options;

    RemoteDialler(Target target, TransportOptions options) {
        this.target = target;
        this.options = options;
    }

    /**
     * Waits until a server is there.
     * @throws IOException why none is
     */
    Dialled dial(ConnectionHandler handler) throws IOException {
        if (!options.services().isEmpty()) {
            Dialled duplex = dial(target.newChannelToOne(),
                    (channel) -> PeerStream.open(target, channel, options, handler));
            if (duplex != null) {
                return duplex;
            }
            LOGGER.warn("Server at {} cannot call what is exported to it, as it is none of ours: {}", target.endpoint(),
                    options.services());
        }
        return Objects.requireNonNull(
                dial(target.newChannel(), (channel) -> RemoteConnection.open(target, channel, options, handler)));
    }

    private @Nullable Dialled dial(ManagedChannelBuilder<?> builder, Opening opening) throws IOException {
        ManagedChannel channel = builder.maxInboundMessageSize(options.maxFrameLength())
            .maxInboundMetadataSize(WireFailure.MAX_METADATA_LENGTH)
            .build();
        Dialled dialled = null;
        try {
            awaitReady(channel);
            dialled = opening.open(channel);
            return dialled;
        }
        finally {
            if (dialled == null) {
                channel.shutdownNow();
            }
        }
    }

    private void awaitReady(ManagedChannel channel) throws IOException {
        long deadlineNs = System.nanoTime() + options.handshakeTimeout().toNanos();
        ConnectivityState state = channel.getState(true);
        while (state != ConnectivityState.READY) {
            if (state == ConnectivityState.TRANSIENT_FAILURE) {
                throw failure(why(channel));
            }
            CountDownLatch changed = new CountDownLatch(1);
            channel.notifyWhenStateChanged(state, changed::countDown);
            try {
                if (!changed.await(deadlineNs - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    throw new IOException("no answer within " + options.handshakeTimeout().toMillis()
                            + " ms: is the host up, and does a firewall let it through?");
                }
            }
            catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while connecting");
            }
            state = channel.getState(true);
        }
    }

    /** A channel tells the reason to its calls only. */
    private static Status why(ManagedChannel channel) {
        CompletableFuture<Status> status = new CompletableFuture<>();
        ClientCall<byte[], byte[]> call = channel.newCall(BytesMarshaller.method(WHY, MethodType.UNARY),
                CallOptions.DEFAULT.withExecutor(Runnable::run).withDeadlineAfter(1, TimeUnit.SECONDS));
        call.start(new ClientCall.Listener<>() {

            @Override
            public void onClose(Status given, Metadata trailers) {
                status.complete(given);
            }
        }, new Metadata());
        return status.join();
    }

    private IOException failure(Status status) {
        Set<String> reasons = new LinkedHashSet<>();
        reasons.add(firstLine(String.valueOf(status.getDescription())));
        Throwable cause = status.getCause();
        for (int i = 0; cause != null && i < MAX_CAUSES; i++) {
            reasons.add(reason(cause));
            cause = cause.getCause();
        }
        String all = String.join(": ", reasons);
        return new IOException(all + hint(all), status.getCause());
    }

    private String hint(String reason) {
        if (!target.isTls() && (reason.contains("not SETTINGS") || reason.contains("Network closed")
                || reason.contains("Connection reset"))) {
            return " (does the server want TLS? then use grpcs://)";
        }
        if (target.isTls() && reason.contains("not an SSL/TLS record")) {
            return " (does the server speak without TLS? then use grpc://)";
        }
        return "";
    }

    /** Netty puts the address behind what is not there. */
    private static String reason(Throwable cause) {
        String message = cause.getMessage();
        if (message == null) {
            return cause.getClass().getSimpleName();
        }
        return firstLine(message.startsWith(NO_MESSAGE) ? message.substring(NO_MESSAGE.length()) : message);
    }

    private static String firstLine(String text) {
        int end = text.indexOf('\n');
        return end < 0 ? text : text.substring(0, end);
    }

    /** Makes a connection of a channel that is ready. */
    private interface Opening {

        @Nullable Dialled open(ManagedChannel channel) throws IOException;

    }

}
