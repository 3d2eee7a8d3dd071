package io.github.shmrpc.grpc.server;

import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.shmrpc.grpc.call.CallThreads;
import io.github.shmrpc.grpc.call.Headers;
import io.github.shmrpc.grpc.call.PeerAddress;
import io.github.shmrpc.grpc.call.Timeouts;
import io.github.shmrpc.grpc.call.Tracers;
import io.github.shmrpc.protocol.FrameReader;
import io.github.shmrpc.server.CallBridge;
import io.github.shmrpc.server.ServedCall;
import io.github.shmrpc.transport.InboundFrame;
import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Decompressor;
import io.grpc.Grpc;
import io.grpc.InternalServer;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/** Serves gRPC's services on a server of ours. Thread-safe. */
public final class GrpcBridge implements CallBridge {

    static final String AUTHORITY = "localhost";

    /** Of our own codecs the one that gRPC's marshallers do not read. */
    private static final byte JSON = 3;

    private final ServiceSettings settings;

    private final Methods methods;

    // Set once, before the first call.
    private volatile Context root = Context.ROOT;

    /**
     * Serves what the settings say.
     * @param settings of services
     */
    public GrpcBridge(ServiceSettings settings) {
        this.settings = settings;
        this.methods = new Methods(settings);
    }

    /**
     * Sets what services see as their server, such as that which tells of all services.
     * @param server before it is started
     */
    public void server(Server server) {
        root = Context.ROOT.withValue(InternalServer.SERVER_CONTEXT_KEY, server);
    }

    public List<ServerServiceDefinition> services() {
        return methods.allServices();
    }

    public List<ServerServiceDefinition> immutableServices() {
        return methods.immutableServices();
    }

    public List<ServerServiceDefinition> mutableServices() {
        return methods.mutableServices();
    }

    /**
     * A method that is served, also one that only the fallback knows.
     * @param name its full name
     * @return {@code null} if there is none
     */
    public io.grpc.@Nullable MethodDescriptor<?, ?> method(String name) {
        ServerMethodDefinition<?, ?> found = methods.find(name, AUTHORITY);
        return found == null ? null : found.getMethodDescriptor();
    }

    ServiceSettings settings() {
        return settings;
    }

    @Override
    public void serve(ServedCall call, InboundFrame request) {
        Metadata headers = Headers.toGrpc(call.metadata());
        Deadline deadline = deadline(call, headers);
        Tracers tracers = newTracers(call.method(), headers);
        Context base = tracers.filter(root);
        ServerMethodDefinition<?, ?> method = methods.find(call.method(), AUTHORITY);
        Decompressor decompressor = null;
        Status refusal = method == null ? Status.UNIMPLEMENTED.withDescription("Method not found: " + call.method())
                : null;
        if (FrameReader.codec(request) == JSON) {
            refusal = Status.UNIMPLEMENTED.withDescription(call.method() + " takes no JSON: it is a gRPC service's");
        }
        String encoding = headers.get(Headers.ENCODING);
        if (encoding != null) {
            decompressor = settings.decompressors().lookupDecompressor(encoding);
            refusal = decompressor != null ? refusal
                    : Status.UNIMPLEMENTED.withDescription("Can't find decompressor for " + encoding);
        }
        if (method == null || refusal != null) {
            Status status = refusal == null ? Status.UNIMPLEMENTED : refusal;
            call.fail(io.github.shmrpc.RpcStatus.UNIMPLEMENTED, String.valueOf(status.getDescription()),
                    io.github.shmrpc.Metadata.EMPTY);
            tracers.closed(status);
            return;
        }
        serve(call, request, method, headers, decompressor, tracers, context(base, deadline));
    }

    /**
     * Serves a call of a method that is known, whatever the codec. Its messages are not
     * compressed.
     * @param <Q> type of the requests
     * @param <R> type of the responses
     * @param call to be served
     * @param request valid during this call
     * @param headers for the method's handler
     * @param method of the call's name and kind
     */
    public <Q, R> void serve(ServedCall call, InboundFrame request, Metadata headers,
            ServerMethodDefinition<Q, R> method) {
        serve(call, request, method, headers, null, Tracers.NONE, context(root, deadline(call, headers)));
    }

    private static Context.CancellableContext context(Context base, @Nullable Deadline deadline) {
        return deadline == null ? base.withCancellation() : base.withDeadline(deadline, CallThreads.deadlines());
    }

    private <Q, R> void serve(ServedCall served, InboundFrame request, ServerMethodDefinition<Q, R> method,
            Metadata headers, @Nullable Decompressor decompressor, Tracers tracers,
            Context.CancellableContext context) {
        ShmServerCall<Q, R> call = new ShmServerCall<>(this, served, method.getMethodDescriptor(), context, tracers);
        if (decompressor != null) {
            call.decompressor(decompressor);
        }
        if (tracers != Tracers.NONE) {
            tracers.serverCallStarted(new StartedCall<>(call));
        }
        call.serve(method.getServerCallHandler(), headers, request);
    }

    private static @Nullable Deadline deadline(ServedCall call, Metadata headers) {
        io.github.shmrpc.Deadline known = call.deadline();
        long leftNs = known.remainingNs();
        headers.discardAll(Headers.TIMEOUT);
        if (leftNs == Long.MAX_VALUE) {
            return null;
        }
        headers.put(Headers.TIMEOUT, Timeouts.header(leftNs));
        return Deadline.after(leftNs, TimeUnit.NANOSECONDS);
    }

    private Tracers newTracers(String method, Metadata headers) {
        List<ServerStreamTracer.Factory> factories = settings.tracers();
        if (factories.isEmpty()) {
            return Tracers.NONE;
        }
        ServerStreamTracer[] all = new ServerStreamTracer[factories.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = factories.get(i).newServerStreamTracer(method, headers);
        }
        return new Tracers(all);
    }

    Attributes attributes(ServedCall call) {
        return Attributes.newBuilder()
            .set(Grpc.TRANSPORT_ATTR_LOCAL_ADDR, PeerAddress.of(settings.endpoint()))
            .set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, PeerAddress.of(settings.endpoint(), call.peer().connectionId()))
            .build();
    }

    /** As tracers see a call. */
    private static final class StartedCall<Q, R> extends ServerStreamTracer.ServerCallInfo<Q, R> {

        private final ShmServerCall<Q, R> call;

        StartedCall(ShmServerCall<Q, R> call) {
            this.call = call;
        }

        @Override
        public io.grpc.MethodDescriptor<Q, R> getMethodDescriptor() {
            return call.getMethodDescriptor();
        }

        @Override
        public Attributes getAttributes() {
            return call.getAttributes();
        }

        @Override
        public String getAuthority() {
            return AUTHORITY;
        }

    }

}
