package io.github.shmrpc.grpc.gateway;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import com.google.protobuf.BytesValue;
import com.google.protobuf.ByteString;
import io.github.shmrpc.Dispatch;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.server.ServerOptions;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ClientCalls;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What clients on the network see of a server all of which waits for one handler. */
@Timeout(60)
class HeldUpServerTests {

    private static final BytesValue NOTHING = BytesValue.getDefaultInstance();

    private static final MethodDescriptor<BytesValue, BytesValue> SERVED = method("serve");

    private static final MethodDescriptor<BytesValue, BytesValue> UNKNOWN = method("unknown");

    /** Some 600 of them are more than the server and the gateway keep for a client. */
    private static final BytesValue LONG = BytesValue.of(ByteString.copyFrom(new byte[60_000]));

    private static final int CALLS = 800;

    private static final int LEAST_KEPT = 500;

    private static final int MOST_KEPT = 640;

    private static final long LIMIT_SECONDS = 30;

    private static final AtomicInteger ENDPOINTS = new AtomicInteger();

    private final Handler handler = new Handler();

    private final GrpcGateway gateway = GrpcGateway.builder(0).build();

    /** Nobody polls in the stead of who is held up. */
    private final RpcServer server = RpcServer.builder("inproc:held-up-" + ENDPOINTS.incrementAndGet())
        .options(ServerOptions.defaults().withMaxMessageLength(64 * 1024).withRescueAfter(Duration.ofHours(1)))
        .register(handler, Handler.class, World.SERVICE, Dispatch.INLINE)
        .gateway(gateway)
        .build();

    private final List<ManagedChannel> channels = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        server.start();
    }

    @AfterEach
    void stop() throws InterruptedException {
        handler.goOn.countDown();
        for (ManagedChannel channel : channels) {
            assertThat(channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        }
        server.close();
    }

    @Test
    void connectionsGoOnAndCallsBeyondItsMemoryAreRefused() throws Exception {
        Future<BytesValue> first = call(channel(), SERVED, NOTHING, CallOptions.DEFAULT);
        handler.entered.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        Channel flooding = channel();
        List<Future<BytesValue>> calls = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
            calls.add(call(flooding, SERVED, LONG, CallOptions.DEFAULT));
        }
        // Which ones is up to the order in which Netty sends them; the others wait.
        await().atMost(Duration.ofSeconds(LIMIT_SECONDS))
            .until(() -> calls.stream().filter(Future::isDone).count() >= CALLS - MOST_KEPT);
        for (Future<BytesValue> refused : calls.stream().filter(Future::isDone).toList()) {
            Status status = statusOf(refused);
            assertThat(status.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            assertThat(status.getDescription()).contains("no room for the request of test.World/serve");
        }
        for (Channel any : List.of(flooding, channel(), channel(), channel())) {
            assertThat(HealthGrpc.newFutureStub(any)
                .check(HealthCheckRequest.getDefaultInstance())
                .get(LIMIT_SECONDS, TimeUnit.SECONDS)
                .getStatus()).isEqualTo(ServingStatus.SERVING);
            assertThat(statusOf(call(any, UNKNOWN, NOTHING, CallOptions.DEFAULT)).getCode())
                .isEqualTo(Status.Code.UNIMPLEMENTED);
            // The server says so, or the client itself.
            CallOptions soon = CallOptions.DEFAULT.withDeadlineAfter(100, TimeUnit.MILLISECONDS);
            assertThat(statusOf(call(any, SERVED, NOTHING, soon)).getCode()).isIn(Status.Code.DEADLINE_EXCEEDED,
                    Status.Code.RESOURCE_EXHAUSTED);
        }
        assertThat(handler.count).hasValue(1);
        assertThat(first).isNotDone();
        handler.goOn.countDown();
        assertThat(statusOf(first)).isEqualTo(Status.OK);
        int answered = 0;
        for (Future<BytesValue> call : calls) {
            Status status = statusOf(call);
            assertThat(status.getCode()).isIn(Status.Code.OK, Status.Code.RESOURCE_EXHAUSTED);
            answered += status.isOk() ? 1 : 0;
        }
        // Those that have room in the connection to the server (four of the longest
        // frames) and 16 MiB that wait.
        assertThat(answered).isBetween(LEAST_KEPT, MOST_KEPT);
    }

    private ManagedChannel channel() {
        ManagedChannel channel = Grpc
            .newChannelBuilderForAddress("127.0.0.1", gateway.port(), InsecureChannelCredentials.create())
            .build();
        channels.add(channel);
        return channel;
    }

    private static MethodDescriptor<BytesValue, BytesValue> method(String name) {
        return GrpcGatewayTests.method(name, MethodType.UNARY, NOTHING, NOTHING);
    }

    private static Future<BytesValue> call(Channel channel, MethodDescriptor<BytesValue, BytesValue> method,
            BytesValue request, CallOptions options) {
        return ClientCalls.futureUnaryCall(channel.newCall(method, options), request);
    }

    private static Status statusOf(Future<BytesValue> call) throws Exception {
        try {
            call.get(LIMIT_SECONDS, TimeUnit.SECONDS);
            return Status.OK;
        }
        catch (ExecutionException failed) {
            return Status.fromThrowable(failed);
        }
    }

    /** Holds the first call until it may go on. */
    public static final class Handler {

        private final CompletableFuture<Void> entered = new CompletableFuture<>();

        private final CountDownLatch goOn = new CountDownLatch(1);

        private final AtomicInteger count = new AtomicInteger();

        public BytesValue serve(BytesValue request) throws InterruptedException {
            count.incrementAndGet();
            entered.complete(null);
            goOn.await();
            return NOTHING;
        }

    }

}
