package io.github.shmrpc.grpc.remote;

import java.util.List;

import io.github.shmrpc.CallKind;
import io.github.shmrpc.Endpoint;
import io.github.shmrpc.grpc.call.Headers;
import io.github.shmrpc.grpc.call.RelayedFailure;
import io.github.shmrpc.grpc.relay.BytesMarshaller;
import io.github.shmrpc.grpc.relay.CallRelay;
import io.github.shmrpc.grpc.relay.LongMessages;
import io.github.shmrpc.grpc.relay.WireCodec;
import io.github.shmrpc.grpc.server.GrpcBridge;
import io.github.shmrpc.grpc.server.ServiceSettings;
import io.github.shmrpc.protocol.FrameReader;
import io.github.shmrpc.server.CallBridge;
import io.github.shmrpc.server.ServedCall;
import io.github.shmrpc.transport.InboundFrame;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.CompressorRegistry;
import io.grpc.DecompressorRegistry;
import io.grpc.ForwardingServerCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;

/** Passes calls on to a channel of gRPC's. Thread-safe; never waits. */
final class RemoteCalls implements CallBridge {

    private final ManagedChannel channel;

    private final GrpcBridge bridge;

    private final int compressAbove;

    RemoteCalls(ManagedChannel channel, Endpoint endpoint, int maxMessageLength, int compressAbove) {
        this.channel = channel;
        this.compressAbove = compressAbove;
        this.bridge = new GrpcBridge(new ServiceSettings(endpoint, List.of(), null, List.of(), List.of(),
                CompressorRegistry.getDefaultInstance(), DecompressorRegistry.getDefaultInstance(), maxMessageLength,
                Runnable::run));
    }

    @Override
    public void serve(ServedCall call, InboundFrame request) {
        byte codec = FrameReader.codec(request);
        Metadata headers = Headers.toGrpc(call.metadata());
        if (codec != WireCodec.PROTOBUF) {
            WireCodec.put(headers, codec);
        }
        MethodDescriptor<byte[], byte[]> method = BytesMarshaller.method(call.method(), type(call.kind()));
        bridge.serve(call, request, headers, ServerMethodDefinition.create(method, (incoming, received) -> {
            CallProgress progress = new CallProgress();
            // While the last server has just asked to go, calls that are on their
            // way wait for the next one, as their own channel does.
            CallOptions options = CallOptions.DEFAULT.withWaitForReady()
                .withExecutor(Runnable::run)
                .withStreamTracerFactory(progress);
            ClientCall<byte[], byte[]> outgoing = channel.newCall(method, LongMessages.options(options, compressAbove));
            return CallRelay.join(new Answered(incoming, call, codec, progress), received,
                    LongMessages.compressed(outgoing, compressAbove));
        }));
    }

    private static MethodType type(CallKind kind) {
        if (kind.callerStreams()) {
            return kind.calleeStreams() ? MethodType.BIDI_STREAMING : MethodType.CLIENT_STREAMING;
        }
        return kind.calleeStreams() ? MethodType.SERVER_STREAMING : MethodType.UNARY;
    }

    /** Puts what only our frames say into the answer. */
    private static final class Answered extends ForwardingServerCall.SimpleForwardingServerCall<byte[], byte[]> {

        private final ServedCall call;

        private final byte requestCodec;

        private final CallProgress progress;

        Answered(ServerCall<byte[], byte[]> incoming, ServedCall call, byte requestCodec, CallProgress progress) {
            super(incoming);
            this.call = call;
            this.requestCodec = requestCodec;
            this.progress = progress;
        }

        @Override
        public void sendHeaders(Metadata headers) {
            Byte told = WireCodec.take(headers);
            if (told != null) {
                call.codec(told);
            }
            else if (requestCodec == WireCodec.NONE) {
                call.codec(WireCodec.PROTOBUF);
            }
            super.sendHeaders(headers);
        }

        @Override
        public void close(Status status, Metadata trailers) {
            super.close(
                    status.isOk() ? status : status.withCause(new RelayedFailure(progress.failure(status, trailers))),
                    trailers);
        }

    }

}
