package io.github.shmrpc.benchmarks.peers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;

import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import io.github.shmrpc.benchmarks.peer.AsyncCaller;
import io.github.shmrpc.benchmarks.peer.Caller;
import io.github.shmrpc.benchmarks.peer.Peer;
import io.github.shmrpc.benchmarks.peer.PeerClient;
import io.github.shmrpc.benchmarks.peer.PeerLimits;
import io.github.shmrpc.benchmarks.peer.PeerServer;
import io.github.shmrpc.benchmarks.peer.ResponseHandler;
import io.github.shmrpc.benchmarks.peer.Workspace;
import io.github.shmrpc.grpc.ShmChannelBuilder;
import io.github.shmrpc.grpc.ShmServerBuilder;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;

/**
 * grpc-java with Netty, and the same stubs and service over our own channel and server:
 * one channel for all callers, protobuf messages that hold the bytes.
 */
final class GrpcPeer implements Peer {

    /** What lies below. */
    enum Carrier {

        SHARED_MEMORY("grpc-shm"), UNIX_SOCKET("grpc-uds"), LOOPBACK("grpc-tcp");

        private final String name;

        Carrier(String name) {
            this.name = name;
        }

    }

    private static final MethodDescriptor<BytesValue, BytesValue> ECHO = MethodDescriptor
        .<BytesValue, BytesValue>newBuilder()
        .setType(MethodType.UNARY)
        .setFullMethodName("benchmark.Echo/echo")
        .setRequestMarshaller(ProtoUtils.marshaller(BytesValue.getDefaultInstance()))
        .setResponseMarshaller(ProtoUtils.marshaller(BytesValue.getDefaultInstance()))
        .build();

    private final Carrier carrier;

    private final boolean isDirect;

    /**
     * @param isDirect whether handlers and callbacks run on the event loop
     * (directExecutor) instead of the default executor
     */
    GrpcPeer(Carrier carrier, boolean isDirect) {
        this.carrier = carrier;
        this.isDirect = isDirect;
    }

    @Override
    public String name() {
        return isDirect ? carrier.name + "-direct" : carrier.name;
    }

    @Override
    public String description() {
        if (carrier == Carrier.SHARED_MEMORY) {
            return "grpc-java's stubs and service on rpc-grpc through shared memory, "
                    + (isDirect ? "directExecutor() on both sides" : "default executor")
                    + ", one channel, protobuf BytesValue";
        }
        String path = (carrier == Carrier.UNIX_SOCKET) ? "a Unix socket (epoll)" : "loopback TCP";
        String executor = isDirect ? "directExecutor() on both sides" : "default executor";
        return "grpc-java on Netty over " + path + ", " + executor + ", one channel, protobuf BytesValue";
    }

    @Override
    public Duration warmup() {
        return Duration.ofSeconds(8);
    }

    @Override
    public PeerLimits limits() {
        return PeerLimits.none();
    }

    @Override
    public PeerServer serve(Workspace workspace) throws IOException {
        return switch (carrier) {
            case SHARED_MEMORY -> serveSharedMemory(workspace.sockets().resolve("grpc-shm.sock"));
            case UNIX_SOCKET -> serveUnixSocket(workspace.sockets().resolve("grpc.sock"));
            case LOOPBACK -> serveLoopback();
        };
    }

    private PeerServer serveSharedMemory(Path path) throws IOException {
        return new EchoServer(start(ShmServerBuilder.forEndpoint("shm:" + path)), path.toString());
    }

    private PeerServer serveUnixSocket(Path path) throws IOException {
        NettyServerBuilder builder = NettyServerBuilder.forAddress(new DomainSocketAddress(path.toString()))
            .channelType(EpollServerDomainSocketChannel.class)
            .bossEventLoopGroup(EpollGroup.SHARED)
            .workerEventLoopGroup(EpollGroup.SHARED);
        return new EchoServer(start(builder), path.toString());
    }

    private PeerServer serveLoopback() throws IOException {
        Server server = start(
                NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
        return new EchoServer(server, String.valueOf(server.getPort()));
    }

    private Server start(ServerBuilder<?> builder) throws IOException {
        builder.addService(ServerServiceDefinition.builder("benchmark.Echo")
            .addMethod(ECHO, ServerCalls.asyncUnaryCall(GrpcPeer::echo))
            .build());
        if (isDirect) {
            builder.directExecutor();
        }
        return builder.build().start();
    }

    private static void echo(BytesValue request, StreamObserver<BytesValue> responses) {
        responses.onNext(request);
        responses.onCompleted();
    }

    @Override
    public PeerClient connect(String address) {
        ManagedChannelBuilder<?> builder = switch (carrier) {
            case SHARED_MEMORY -> ShmChannelBuilder.forEndpoint("shm:" + address);
            case UNIX_SOCKET -> NettyChannelBuilder.forAddress(new DomainSocketAddress(address))
                .channelType(EpollDomainSocketChannel.class)
                .eventLoopGroup(EpollGroup.SHARED);
            case LOOPBACK -> NettyChannelBuilder.forAddress(InetAddress.getLoopbackAddress().getHostAddress(),
                    Integer.parseInt(address));
        };
        if (isDirect) {
            builder.directExecutor();
        }
        return new EchoClient(builder.usePlaintext().build());
    }

    /**
     * For all channels of the process, as grpc-java does by itself on TCP. Made at first
     * use.
     */
    private static final class EpollGroup {

        private static final EventLoopGroup SHARED = new MultiThreadIoEventLoopGroup(0,
                new DefaultThreadFactory("grpc-epoll", true), EpollIoHandler.newFactory());

    }

    private record EchoServer(Server server, String address) implements PeerServer {

        @Override
        public void close() {
            server.shutdownNow();
        }

    }

    private record EchoClient(ManagedChannel channel) implements PeerClient {

        @Override
        public Caller openCaller() {
            return new BlockingCaller(channel);
        }

        @Override
        public AsyncCaller openAsyncCaller() {
            return new ObservedCaller(channel);
        }

        @Override
        public void close() {
            channel.shutdownNow();
        }

    }

    private record BlockingCaller(ManagedChannel channel) implements Caller {

        @Override
        public byte[] call(byte[] request) {
            BytesValue response = ClientCalls.blockingUnaryCall(channel, ECHO, CallOptions.DEFAULT,
                    BytesValue.of(ByteString.copyFrom(request)));
            return response.getValue().toByteArray();
        }

        @Override
        public void close() {
            // The channel belongs to the client.
        }

    }

    private record ObservedCaller(ManagedChannel channel) implements AsyncCaller {

        @Override
        public boolean offer(long token, byte[] request, ResponseHandler handler) {
            ClientCalls.asyncUnaryCall(channel.newCall(ECHO, CallOptions.DEFAULT),
                    BytesValue.of(ByteString.copyFrom(request)), new ResponseObserver(token, handler));
            return true;
        }

        @Override
        public boolean isPolled() {
            return false;
        }

        @Override
        public void close() {
            // The channel belongs to the client.
        }

    }

    private record ResponseObserver(long token, ResponseHandler handler) implements StreamObserver<BytesValue> {

        @Override
        public void onNext(BytesValue response) {
            handler.onResponse(token, response.getValue().toByteArray());
        }

        @Override
        public void onError(Throwable cause) {
            handler.onFailure(cause);
        }

        @Override
        public void onCompleted() {
            // The response came with onNext.
        }

    }

}
