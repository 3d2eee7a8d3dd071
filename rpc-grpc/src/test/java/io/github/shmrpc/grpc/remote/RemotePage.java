package io.github.shmrpc.grpc.remote;

import java.io.File;
import java.io.IOException;

import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.grpc.gateway.GrpcGateway;
import io.github.shmrpc.server.RpcServer;
import io.grpc.ServerCredentials;
import io.grpc.TlsChannelCredentials;

/** What the page on other hosts prints; compiled, as nobody is at those addresses. */
final class RemotePage {

    private RemotePage() {
    }

    static RpcChannel client(File ca, File certificate, File key) throws IOException {
        RpcChannel channel = RpcChannel.builder("grpcs://world.example:8443")
            .transport(GrpcTransport.builder()
                .credentials(TlsChannelCredentials.newBuilder().trustManager(ca).keyManager(certificate, key).build())
                .build())
            .build();
        return channel;
    }

    static RpcServer server(ServerCredentials tls) throws IOException {
        GrpcGateway gateway = GrpcGateway.builder(9090).address("0.0.0.0").credentials(tls).build();
        RpcServer server = RpcServer.builder("shm:/run/game/world.sock")
            .register(new World())
            .gateway(gateway)
            .build()
            .start();
        return server;
    }

    /** Served for its public method. */
    static final class World {

        public byte[] move(byte[] step) {
            return step;
        }

    }

}
