package io.github.shmrpc.grpc.gateway;

import java.io.IOException;

import io.github.shmrpc.grpc.relay.FrameRelay;
import io.github.shmrpc.grpc.relay.PeerHello;
import io.github.shmrpc.transport.Connection;
import io.github.shmrpc.transport.TransportOptions;
import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.StatusException;
import org.jspecify.annotations.Nullable;

/**
 * Takes clients of ours that export services: each of their streams of frames is a
 * connection to the server. Found beside other methods, as no tool is to list it.
 * Thread-safe.
 */
final class PeerStreams extends HandlerRegistry implements ServerCallHandler<byte[], byte[]> {

    private final ServerMethodDefinition<byte[], byte[]> connect = ServerMethodDefinition.create(PeerHello.CONNECT,
            this);

    private final TransportOptions options;

    private final HandlerRegistry others;

    /**
     * The method and others.
     * @param options of connections
     * @param others asked for any other method
     */
    PeerStreams(TransportOptions options, HandlerRegistry others) {
        this.options = options;
        this.others = others;
    }

    @Override
    public @Nullable ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
        return name.equals(PeerHello.CONNECT.getFullMethodName()) ? connect : others.lookupMethod(name, authority);
    }

    @Override
    public ServerCall.Listener<byte[]> startCall(ServerCall<byte[], byte[]> call, Metadata headers) {
        try {
            return connect(call, PeerHello.of(headers));
        }
        catch (StatusException wrong) {
            return refuse(call, wrong.getStatus());
        }
        catch (IllegalArgumentException wrong) {
            return refuse(call, Status.INVALID_ARGUMENT.withDescription(wrong.getMessage()));
        }
        catch (IOException refused) {
            return refuse(call, Status.UNAVAILABLE.withDescription(refused.getMessage()));
        }
    }

    private ServerCall.Listener<byte[]> connect(ServerCall<byte[], byte[]> call, PeerHello hello) throws IOException {
        PeerConnection client = PeerConnection.of(call);
        if (client == null) {
            return refuse(call, PeerConnection.TOO_MANY);
        }
        TransportOptions limits = TransportOptions.defaults()
            .withMaxFrameLength(hello.maxFrameLength())
            .withServices(hello.services());
        Stream stream = new Stream(call);
        Connection connection = client.connect(hello.name(), limits, stream);
        call.sendHeaders(new PeerHello(options.name(), options.services(), connection.maxFrameLength()).headers());
        stream.begin(connection);
        call.request(1);
        return stream.listener;
    }

    private static ServerCall.Listener<byte[]> refuse(ServerCall<byte[], byte[]> call, Status status) {
        call.close(status, new Metadata());
        return new ServerCall.Listener<>() {
        };
    }

    /** One client's. */
    static final class Stream extends FrameRelay {

        private static final Status CLOSED = Status.UNAVAILABLE.withDescription("the server closed the connection");

        private final ServerCall<byte[], byte[]> call;

        // Written by gRPC's thread before the end that it brings about.
        private volatile boolean left;

        private final ServerCall.Listener<byte[]> listener = new ServerCall.Listener<>() {

            @Override
            public void onMessage(byte[] message) {
                received(message);
            }

            @Override
            public void onHalfClose() {
                left = true;
                completed();
            }

            @Override
            public void onCancel() {
                ended();
            }

            @Override
            public void onReady() {
                passOn();
            }

        };

        Stream(ServerCall<byte[], byte[]> call) {
            this.call = call;
        }

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
            call.close(left ? Status.OK : CLOSED, new Metadata());
        }

        @Override
        protected void abort(Status status) {
            call.close(status, new Metadata());
        }

    }

}
