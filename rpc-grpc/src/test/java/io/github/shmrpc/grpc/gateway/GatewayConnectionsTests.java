package io.github.shmrpc.grpc.gateway;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import com.google.protobuf.StringValue;
import io.github.shmrpc.CallContext;
import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Dispatch;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.server.ServerOptions;
import io.github.shmrpc.transport.TransportOptions;
import io.grpc.stub.ClientCalls;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** When connections of a gateway end, and what that means for calls. */
@Timeout(60)
class GatewayConnectionsTests {

    private static final CallOptions PATIENT = CallOptions.timeout(Duration.ofSeconds(30));

    private static final AtomicInteger ENDPOINTS = new AtomicInteger();

    @TempDir
    private Path directory = Path.of("");

    private static RpcServer.Builder server(String endpoint, Object handler, GrpcGateway gateway) {
        return RpcServer.builder(endpoint)
            .register(handler, handler.getClass(), World.SERVICE, Dispatch.INHERIT)
            .gateway(gateway);
    }

    private static String inproc() {
        return "inproc:connections-" + ENDPOINTS.incrementAndGet();
    }

    /** One second is the least that gRPC allows. */
    @Test
    void clientsOfAnAgedConnectionComeAgainAndNoCallFails() throws Exception {
        Who who = new Who("old");
        GrpcGateway gateway = GrpcGateway.builder(0)
            .maxConnectionAge(Duration.ofSeconds(1), Duration.ofSeconds(20))
            .build();
        try (RpcServer server = server(inproc(), who, gateway).build().start();
                RpcChannel channel = RpcChannel.open("grpc://localhost:" + gateway.port());
                Load load = new Load(channel)) {
            await().atMost(Duration.ofSeconds(30)).until(() -> who.connections.size() >= 3);
            load.assertAllAnswered();
            // A connection that was asked to go has gone.
            await().until(() -> server.connectionCount() == 1);
        }
    }

    /** Ten seconds are the least that gRPC allows. */
    @Test
    void clientThatIsCutOffIsNoticed() throws Exception {
        World world = new World();
        GrpcGateway gateway = GrpcGateway.builder(0).keepAlive(Duration.ofSeconds(10), Duration.ofMillis(500)).build();
        try (RpcServer server = server(inproc(), world, gateway).build().start();
                Cable cable = new Cable(gateway.port())) {
            ManagedChannel channel = Grpc
                .newChannelBuilderForAddress("127.0.0.1", cable.port(), InsecureChannelCredentials.create())
                .build();
            MethodDescriptor<StringValue, StringValue> wait = GrpcGatewayTests.method("wait", MethodType.UNARY,
                    StringValue.getDefaultInstance(), StringValue.getDefaultInstance());
            var call = ClientCalls.futureUnaryCall(channel.newCall(wait, io.grpc.CallOptions.DEFAULT),
                    StringValue.of(""));
            assertThat(world.entered.get(20, TimeUnit.SECONDS)).isFalse();
            cable.cut();
            assertThat(world.cancelled.get(30, TimeUnit.SECONDS)).isTrue();
            await().until(() -> server.connectionCount() == 0);
            assertThat(call).isNotDone();
            world.later.complete(StringValue.of("late"));
            channel.shutdownNow();
            assertThat(channel.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void portGoesOverWithTheEndpointAndNoCallIsLost() throws Exception {
        String endpoint = "shm:" + directory.resolve("world.sock");
        Who before = new Who("before");
        Who after = new Who("after");
        GrpcGateway gateway = GrpcGateway.builder(0).build();
        CompletableFuture<Boolean> replaced = new CompletableFuture<>();
        try (RpcServer first = server(endpoint, before, gateway).options(takingOver())
            .whenReplaced(() -> replaced.complete(true))
            .build()
            .start()) {
            int port = gateway.port();
            try (RpcChannel channel = RpcChannel.open("grpc://localhost:" + port); Load load = new Load(channel)) {
                await().until(() -> !before.connections.isEmpty());
                try (RpcServer second = server(endpoint, after, GrpcGateway.builder(port).build()).options(takingOver())
                    .build()
                    .start()) {
                    assertThat(replaced.get(20, TimeUnit.SECONDS)).isTrue();
                    assertThat(first.isRunning()).isFalse();
                    await().until(() -> !after.connections.isEmpty());
                    load.assertAllAnswered();
                    assertThat(channel.call(World.SERVICE + "/who", StringValue.of(""), StringValue.class, PATIENT))
                        .isEqualTo(StringValue.of("after"));
                    assertThat(second.connectionCount()).isEqualTo(1);
                }
            }
        }
    }

    private static ServerOptions takingOver() {
        return ServerOptions.defaults().withTransport(TransportOptions.defaults().withTakeOver(true));
    }

    /** Says its name. */
    public static final class Who {

        private final String name;

        private final Set<Integer> connections = ConcurrentHashMap.newKeySet();

        Who(String name) {
            this.name = name;
        }

        public StringValue who(CallContext call, StringValue nothing) {
            connections.add(System.identityHashCode(call.peer()));
            return StringValue.of(name);
        }

    }

    /** Two threads that call without a pause until it is closed. */
    private static final class Load implements AutoCloseable {

        private final AtomicBoolean stop = new AtomicBoolean();

        private final AtomicInteger answered = new AtomicInteger();

        private final CompletableFuture<Void> callers;

        Load(RpcChannel channel) {
            this.callers = CompletableFuture.allOf(caller(channel), caller(channel));
        }

        private CompletableFuture<Void> caller(RpcChannel channel) {
            return CompletableFuture.runAsync(() -> {
                while (!stop.get()) {
                    channel.call(World.SERVICE + "/who", StringValue.of(""), StringValue.class, PATIENT);
                    answered.incrementAndGet();
                }
            }, (task) -> new Thread(task, "load").start());
        }

        /** Goes on for some calls more. */
        void assertAllAnswered() {
            int now = answered.get();
            await().until(() -> callers.isDone() || answered.get() > now + 10);
            assertThat(callers).isNotDone();
            stop.set(true);
            assertThat(callers).succeedsWithin(Duration.ofSeconds(30));
        }

        @Override
        public void close() {
            stop.set(true);
        }

    }

}
