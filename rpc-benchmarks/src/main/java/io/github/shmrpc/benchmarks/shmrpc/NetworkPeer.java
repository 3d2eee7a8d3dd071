package io.github.shmrpc.benchmarks.shmrpc;

import java.io.IOException;
import java.time.Duration;

import io.github.shmrpc.benchmarks.peer.AsyncCaller;
import io.github.shmrpc.benchmarks.peer.Caller;
import io.github.shmrpc.benchmarks.peer.Peer;
import io.github.shmrpc.benchmarks.peer.PeerClient;
import io.github.shmrpc.benchmarks.peer.PeerLimits;
import io.github.shmrpc.benchmarks.peer.PeerServer;
import io.github.shmrpc.benchmarks.peer.Workspace;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.grpc.gateway.GrpcGateway;
import io.github.shmrpc.server.RpcServer;

/**
 * What goes to other hosts, here through loopback: bytes, one channel for all callers.
 */
final class NetworkPeer implements Peer {

    @Override
    public String name() {
        return "shmrpc-grpc-tcp";
    }

    @Override
    public String description() {
        return "shmrpc between hosts (gRPC on Netty, without TLS) over loopback, plain bytes, one channel;"
                + " settings are the defaults";
    }

    @Override
    public Duration warmup() {
        return Duration.ofSeconds(8);
    }

    @Override
    public PeerLimits limits() {
        return PeerLimits.none().withBlockingHandlers();
    }

    @Override
    public PeerServer serve(Workspace workspace) throws IOException {
        GrpcGateway gateway = GrpcGateway.builder(0).build();
        RpcServer server = RpcServer.builder("inproc:network-peer")
            .register(new RawEcho())
            .gateway(gateway)
            .build()
            .start();
        return new EchoServer(server, gateway);
    }

    @Override
    public PeerClient connect(String address) {
        return new EchoClient(RpcChannel.open(address));
    }

    private record EchoServer(RpcServer server, GrpcGateway gateway) implements PeerServer {

        @Override
        public String address() {
            return "grpc://localhost:" + gateway.port();
        }

        @Override
        public void close() {
            server.close();
        }

    }

    private record EchoClient(RpcChannel channel) implements PeerClient {

        @Override
        public Caller openCaller() {
            return new RawCaller(channel);
        }

        @Override
        public AsyncCaller openAsyncCaller() {
            return new JoiningCaller(channel);
        }

        @Override
        public void close() {
            channel.close();
        }

    }

}
