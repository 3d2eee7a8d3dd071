package io.github.shmrpc.grpc;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.github.shmrpc.Dispatch;
import io.github.shmrpc.grpc.gateway.GrpcGateway;
import io.github.shmrpc.grpc.relay.BytesMarshaller;
import io.github.shmrpc.server.RpcServer;
import io.grpc.CallOptions;
import io.grpc.Grpc;
import io.grpc.HandlerRegistry;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/** gRPC's services on the network. */
@Timeout(60)
class BridgedGatewayTests {

    private static final CallOptions OPTIONS = CallOptions.DEFAULT.withDeadlineAfter(50, TimeUnit.SECONDS);

    @TempDir
    static Path directory = Path.of("");

    private final String endpoint = Echo.endpoint(directory);

    private final GrpcGateway gateway = GrpcGateway.builder(0).build();

    private final List<Runnable> ends = new ArrayList<>();

    private ManagedChannel serve(ShmServerBuilder services) throws Exception {
        RpcServer server = RpcServer.builder(endpoint)
            .bridge(services.buildBridge(), Dispatch.INHERIT)
            .gateway(gateway)
            .build()
            .start();
        ends.add(server::close);
        ManagedChannel channel = Grpc
            .newChannelBuilderForAddress("127.0.0.1", gateway.port(), InsecureChannelCredentials.create())
            .build();
        ends.add(0, channel::shutdownNow);
        return channel;
    }

    @AfterEach
    void end() {
        ends.forEach(Runnable::run);
    }

    @Test
    void unknownMethodsLeaveRoomForThoseThatAreServed() throws Exception {
        ManagedChannel channel = serve(ShmServerBuilder.forEndpoint(endpoint).addService(Echo.service()));
        List<Future<byte[]>> calls = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            calls.add(ClientCalls.futureUnaryCall(
                    channel.newCall(BytesMarshaller.method("no.Such/method" + i, MethodType.UNARY), OPTIONS),
                    new byte[0]));
        }
        for (Future<byte[]> call : calls) {
            assertThat(Status.fromThrowable(catchThrowableOfType(ExecutionException.class, call::get)).getCode())
                .isEqualTo(Status.Code.UNIMPLEMENTED);
        }
        assertThat(Echo.say(channel, "still", OPTIONS)).isEqualTo("still");
    }

    @Test
    void methodsOfTheFallbackAreServedAsWhatTheyAre() throws Exception {
        HandlerRegistry fallback = new HandlerRegistry() {

            @Override
            public @Nullable ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
                return Echo.service().getMethod(name);
            }
        };
        ManagedChannel channel = serve(ShmServerBuilder.forEndpoint(endpoint).fallbackHandlerRegistry(fallback));
        assertThat(Echo.say(channel, "late", OPTIONS)).isEqualTo("late");
    }

}
