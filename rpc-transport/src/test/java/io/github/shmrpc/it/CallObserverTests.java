package io.github.shmrpc.it;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

import io.github.shmrpc.CallObserver;
import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Dispatch;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcMethod;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.client.ChannelOptions;
import io.github.shmrpc.client.RawMethod;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.server.ServerOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Both sides tell their observers of each call, once at its begin and once at its end.
 */
@Timeout(60)
class CallObserverTests {

    private static final CallOptions PATIENT = CallOptions.timeout(Duration.ofSeconds(50));

    private static final byte[] MESSAGE = { 1, 2, 3 };

    private final String endpoint = "inproc:observers-" + UUID.randomUUID();

    private final Recorder served = new Recorder();

    private final Recorder made = new Recorder();

    private final Handler handler = new Handler();

    private final RpcServer server = RpcServer.builder(endpoint)
        .options(ServerOptions.defaults().withPolledQueueLength(1))
        .observers(served)
        .register(handler)
        .build();

    private final RpcChannel channel = RpcChannel.builder(endpoint).observers(made).build();

    @BeforeEach
    void start() throws IOException {
        server.start();
    }

    @AfterEach
    void allBegunCallsHaveEnded() {
        channel.close();
        server.stop(Duration.ZERO);
        assertThat(made.violations()).isEmpty();
        assertThat(served.violations()).isEmpty();
    }

    private void assertBothTold(String... ends) {
        // Who waits for a future may know of its end before the observer does.
        await().untilAsserted(() -> assertThat(made.ends()).containsExactly(ends));
        await().untilAsserted(() -> assertThat(served.ends()).containsExactly(ends));
    }

    @ParameterizedTest
    @ValueSource(strings = { "echo", "pooled", "staged" })
    void repliesAreOk(String method) {
        channel.call("Handler/" + method, MESSAGE, byte[].class, PATIENT);
        assertBothTold("Handler/" + method + " OK");
    }

    @ParameterizedTest
    @ValueSource(strings = { "refuse", "refusePooled", "refuseStaged" })
    void failuresAreToldWithTheirStatus(String method) {
        assertThatExceptionOfType(RpcException.class)
            .isThrownBy(() -> channel.call("Handler/" + method, MESSAGE, byte[].class, PATIENT));
        assertBothTold("Handler/" + method + " NOT_FOUND");
    }

    @Test
    void asynchronousCallsAreTold() {
        channel.callAsync("Handler/echo", MESSAGE, byte[].class, PATIENT).join();
        assertThat(channel.callAsync("Handler/refuse", MESSAGE, byte[].class, PATIENT))
            .failsWithin(Duration.ofSeconds(50));
        assertBothTold("Handler/echo OK", "Handler/refuse NOT_FOUND");
    }

    @Test
    void cancelledCallIsToldOnceOnEachSide() {
        CompletableFuture<byte[]> call = channel.callAsync("Handler/held", MESSAGE, byte[].class, PATIENT);
        await().until(() -> !handler.held.isEmpty());
        call.cancel(true);
        assertThat(made.ends()).containsExactly("Handler/held CANCELLED");
        handler.held.forEach((stage) -> stage.complete(MESSAGE));
        await().untilAsserted(() -> assertThat(served.ends()).containsExactly("Handler/held OK"));
    }

    @Test
    void callThatIsLateIsTold() {
        channel.connect(Duration.ofSeconds(50));
        assertThatExceptionOfType(RpcException.class).isThrownBy(
                () -> channel.call("Handler/held", MESSAGE, byte[].class, CallOptions.timeout(Duration.ofMillis(500))));
        assertThat(made.ends()).containsExactly("Handler/held DEADLINE_EXCEEDED");
        await().until(() -> !handler.held.isEmpty());
        handler.held.forEach((stage) -> stage.complete(MESSAGE));
    }

    @Test
    void callsWithBytesAreTold() {
        RawMethod echo = channel.rawMethod("Handler/echo");
        echo.call(ByteBuffer.wrap(MESSAGE), ByteBuffer.allocate(8), PATIENT);
        int length = echo.call(3, (buffer) -> buffer.put(MESSAGE), ByteBuffer::remaining, PATIENT);
        assertThat(length).isEqualTo(3);
        RawMethod refuse = channel.rawMethod("Handler/refuse");
        assertThatExceptionOfType(RpcException.class)
            .isThrownBy(() -> refuse.call(ByteBuffer.wrap(MESSAGE), ByteBuffer.allocate(8), PATIENT));
        assertThatExceptionOfType(RpcException.class)
            .isThrownBy(() -> refuse.call(1, (buffer) -> buffer.put((byte) 1), ByteBuffer::remaining, PATIENT));
        assertBothTold("Handler/echo OK", "Handler/echo OK", "Handler/refuse NOT_FOUND", "Handler/refuse NOT_FOUND");
    }

    @Test
    void callThatCannotEvenBeginIsTold() {
        assertThatIllegalArgumentException().isThrownBy(() -> channel.callAsync("Handler/echo",
                ByteBuffer.wrap(MESSAGE), byte[].class, PATIENT.withCodec("none")));
        assertThat(made.ends()).containsExactly("Handler/echo UNKNOWN");
    }

    @Test
    void callRefusedForAFullQueueIsToldAndCounted() {
        CompletableFuture<byte[]> waiting = channel.callAsync("Handler/polled", MESSAGE, byte[].class, PATIENT);
        await().until(() -> server.callsInFlight() == 1);
        assertThatExceptionOfType(RpcException.class)
            .isThrownBy(() -> channel.call("Handler/polled", MESSAGE, byte[].class, PATIENT));
        assertThat(server.statistics().rejected()).isOne();
        server.poll(1, Duration.ofSeconds(1));
        assertThat(waiting).succeedsWithin(Duration.ofSeconds(50));
        await().untilAsserted(() -> assertThat(served.ends()).containsExactlyInAnyOrder("Handler/polled OK",
                "Handler/polled RESOURCE_EXHAUSTED"));
    }

    @Test
    void pollingChannelTellsWhenTheCallEndsAndNotWhenItIsPolled() {
        try (RpcChannel polling = RpcChannel.builder(endpoint)
            .options(ChannelOptions.defaults().withPolledReplies(true))
            .observers(made)
            .build()) {
            CompletableFuture<byte[]> reply = polling.callAsync("Handler/echo", MESSAGE, byte[].class, PATIENT);
            await().until(() -> polling.poll(1, Duration.ofSeconds(1)) == 1);
            assertThat(reply).isCompleted();
            assertThat(made.ends()).containsExactly("Handler/echo OK");
        }
    }

    /** Notes each end, and whether it belongs to a begin. */
    private static final class Recorder implements CallObserver.Factory {

        private final AtomicLong next = new AtomicLong(1);

        private final Queue<Long> open = new ConcurrentLinkedQueue<>();

        private final Queue<String> ends = new ConcurrentLinkedQueue<>();

        private final Queue<String> violations = new ConcurrentLinkedQueue<>();

        @Override
        public CallObserver ofMethod(String method) {
            return new CallObserver() {

                @Override
                public long begin() {
                    long number = next.getAndIncrement();
                    open.add(number);
                    return number;
                }

                @Override
                public void end(long begun, RpcStatus status) {
                    if (!open.remove(begun)) {
                        violations.add("Ended twice or never begun: " + method + " " + begun);
                    }
                    ends.add(method + " " + status);
                }

            };
        }

        List<String> ends() {
            return List.copyOf(ends);
        }

        List<String> violations() {
            List<String> all = new ArrayList<>(violations);
            await().until(open::isEmpty);
            return all;
        }

    }

    static final class Handler {

        private final Queue<CompletableFuture<byte[]>> held = new ConcurrentLinkedQueue<>();

        @RpcMethod
        public byte[] echo(byte[] message) {
            return message;
        }

        @RpcMethod(dispatch = Dispatch.EXECUTOR)
        public byte[] pooled(byte[] message) {
            return message;
        }

        @RpcMethod(dispatch = Dispatch.POLLED)
        public byte[] polled(byte[] message) {
            return message;
        }

        @RpcMethod
        public CompletionStage<byte[]> staged(byte[] message) {
            return CompletableFuture.supplyAsync(() -> message);
        }

        @RpcMethod
        public CompletionStage<byte[]> held(byte[] message) {
            CompletableFuture<byte[]> stage = new CompletableFuture<>();
            held.add(stage);
            return stage;
        }

        @RpcMethod
        public byte[] refuse(byte[] message) {
            if (message.length > 0) {
                throw new RpcException(RpcStatus.NOT_FOUND, "none of " + message.length);
            }
            return message;
        }

        @RpcMethod(dispatch = Dispatch.EXECUTOR)
        public byte[] refusePooled(byte[] message) {
            return refuse(message);
        }

        @RpcMethod
        public CompletionStage<byte[]> refuseStaged(byte[] message) {
            return CompletableFuture.supplyAsync(() -> refuse(message));
        }

    }

}
