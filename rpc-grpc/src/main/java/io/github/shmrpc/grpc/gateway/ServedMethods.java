package io.github.shmrpc.grpc.gateway;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.github.shmrpc.CallKind;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.grpc.client.ShmChannel;
import io.github.shmrpc.grpc.relay.BytesMarshaller;
import io.github.shmrpc.grpc.relay.CallRelay;
import io.github.shmrpc.grpc.relay.LongMessages;
import io.github.shmrpc.grpc.relay.WireCodec;
import io.github.shmrpc.grpc.relay.WireFailure;
import io.github.shmrpc.grpc.server.GrpcBridge;
import io.github.shmrpc.server.CallBridge;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.server.ServedMethod;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ForwardingServerCall;
import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * What a server serves, as methods of gRPC that pass calls on to it. The registry is for
 * methods that only its bridge knows. Thread-safe.
 */
final class ServedMethods extends HandlerRegistry {

    private static final Metadata.Key<String> CONTENT_TYPE = Metadata.Key.of("content-type",
            Metadata.ASCII_STRING_MARSHALLER);

    private final Map<String, ServerServiceDefinition> services = new TreeMap<>();

    private final @Nullable CallBridge bridge;

    private final int compressAbove;

    ServedMethods(RpcServer server) {
        this.bridge = server.bridge();
        this.compressAbove = server.options().compressAbove();
        if (bridge instanceof GrpcBridge known) {
            known.services().forEach(this::addBridged);
        }
        Map<String, List<ServedMethod>> own = new LinkedHashMap<>();
        for (ServedMethod method : server.servedMethods()) {
            own.computeIfAbsent(MethodDescriptor.extractFullServiceName(method.name()), (name) -> new ArrayList<>())
                .add(method);
        }
        own.forEach(this::add);
    }

    private void add(String name, List<ServedMethod> methods) {
        ServiceDescriptor.Builder descriptor = ServiceDescriptor.newBuilder(name);
        List<ServerMethodDefinition<?, ?>> definitions = new ArrayList<>();
        for (ServedMethod method : methods) {
            definitions.add(definition(BytesMarshaller.method(method.name(), type(method.kind())), method.codec()));
        }
        // A service of the bridge may have other methods by the same name.
        ServerServiceDefinition before = services.get(name);
        if (before != null) {
            before.getMethods()
                .stream()
                .filter((other) -> methods.stream()
                    .noneMatch((own) -> own.name().equals(other.getMethodDescriptor().getFullMethodName())))
                .forEach(definitions::add);
            descriptor.setSchemaDescriptor(before.getServiceDescriptor().getSchemaDescriptor());
        }
        else if (ServerReflection.isPresent()) {
            descriptor.setSchemaDescriptor(ServerReflection.describe(name, methods));
        }
        put(descriptor, definitions);
    }

    private void addBridged(ServerServiceDefinition service) {
        ServiceDescriptor known = service.getServiceDescriptor();
        List<ServerMethodDefinition<?, ?>> definitions = new ArrayList<>();
        for (MethodDescriptor<?, ?> method : known.getMethods()) {
            definitions.add(definition(BytesMarshaller.method(method.getFullMethodName(), method.getType()),
                    WireCodec.PROTOBUF));
        }
        put(ServiceDescriptor.newBuilder(known.getName()).setSchemaDescriptor(known.getSchemaDescriptor()),
                definitions);
    }

    private void put(ServiceDescriptor.Builder descriptor, List<ServerMethodDefinition<?, ?>> definitions) {
        definitions.forEach((definition) -> descriptor.addMethod(definition.getMethodDescriptor()));
        ServerServiceDefinition.Builder service = ServerServiceDefinition.builder(descriptor.build());
        definitions.forEach(service::addMethod);
        ServerServiceDefinition made = service.build();
        services.put(made.getServiceDescriptor().getName(), made);
    }

    List<ServerServiceDefinition> services() {
        return List.copyOf(services.values());
    }

    List<String> serviceNames() {
        return List.copyOf(services.keySet());
    }

    boolean serves(String service) {
        return services.containsKey(service);
    }

    @Override
    public @Nullable ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
        MethodType type = bridgedType(name);
        return type == null ? null : definition(BytesMarshaller.method(name, type), WireCodec.PROTOBUF);
    }

    /** Of those that nobody serves none goes further, as there are any number of them. */
    private @Nullable MethodType bridgedType(String name) {
        if (bridge instanceof GrpcBridge known) {
            MethodDescriptor<?, ?> method = known.method(name);
            return method == null ? null : method.getType();
        }
        return bridge == null ? null : MethodType.BIDI_STREAMING;
    }

    private static MethodType type(CallKind kind) {
        if (kind.callerStreams()) {
            return kind.calleeStreams() ? MethodType.BIDI_STREAMING : MethodType.CLIENT_STREAMING;
        }
        return kind.calleeStreams() ? MethodType.SERVER_STREAMING : MethodType.UNARY;
    }

    private ServerMethodDefinition<byte[], byte[]> definition(MethodDescriptor<byte[], byte[]> method, byte codec) {
        return ServerMethodDefinition.create(method, (call, headers) -> passOn(call, headers, codec));
    }

    private ServerCall.Listener<byte[]> passOn(ServerCall<byte[], byte[]> call, Metadata headers, byte methodsCodec) {
        PeerConnection peer = PeerConnection.of(call);
        if (peer == null) {
            call.close(PeerConnection.TOO_MANY, WireFailure.trailers(Outcome.NOT_EXECUTED));
            return new ServerCall.Listener<>() {
            };
        }
        byte codec = codec(headers, methodsCodec);
        ClientCall<byte[], byte[]> outgoing = peer.calls()
            .newCall(call.getMethodDescriptor(), CallOptions.DEFAULT.withOption(ShmChannel.CODEC, codec));
        ServerCall<byte[], byte[]> bounded = new BoundedCall(call, WireFailure.maxLength(headers));
        return CallRelay.join(LongMessages.compressed(bounded, compressAbove), headers, outgoing);
    }

    /** As our own clients say it, as gRPC does, or what the method has by default. */
    private static byte codec(Metadata headers, byte methodsCodec) {
        Byte own = WireCodec.take(headers);
        if (own != null) {
            return own;
        }
        String type = String.valueOf(headers.get(CONTENT_TYPE));
        if (type.startsWith("application/grpc+json")) {
            return WireCodec.JSON;
        }
        return type.startsWith("application/grpc+proto") ? WireCodec.PROTOBUF : methodsCodec;
    }

    /** Says no more of its failure than its caller takes. */
    private static final class BoundedCall extends ForwardingServerCall.SimpleForwardingServerCall<byte[], byte[]> {

        private final int maxLength;

        BoundedCall(ServerCall<byte[], byte[]> call, int maxLength) {
            super(call);
            this.maxLength = maxLength;
        }

        @Override
        public void close(Status status, Metadata trailers) {
            if (status.isOk()) {
                super.close(status, trailers);
            }
            else {
                WireFailure.close(delegate(), status, trailers, maxLength);
            }
        }

    }

}
