package io.github.shmrpc.grpc.remote;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.shmrpc.call.Place;
import io.github.shmrpc.client.ChannelOptions;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.grpc.gateway.GrpcGateway;
import io.github.shmrpc.server.RpcServer;
import org.jspecify.annotations.Nullable;

/** Servers on a port of this host, for the suites of all carriers. */
public final class RemotePlaces implements Place.Provider {

    /** Of calls that name none: the first one may come before HTTP/2 is loaded. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final AtomicInteger ENDPOINTS = new AtomicInteger();

    @Override
    public String scheme() {
        return GrpcTransport.PLAIN;
    }

    @Override
    public Place place(String name) {
        return new Place() {

            private @Nullable GrpcGateway gateway;

            @Override
            public RpcServer.Builder server() {
                GrpcGateway made = GrpcGateway.builder(0).build();
                gateway = made;
                return RpcServer.builder("inproc:" + name + "-" + ENDPOINTS.incrementAndGet()).gateway(made);
            }

            @Override
            public RpcChannel.Builder channel() {
                return RpcChannel.builder("grpc://localhost:" + Objects.requireNonNull(gateway).port())
                    .options(ChannelOptions.defaults().withTimeout(PATIENCE));
            }

        };
    }

}
