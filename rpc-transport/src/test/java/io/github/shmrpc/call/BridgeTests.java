package io.github.shmrpc.call;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.github.shmrpc.CallKind;
import io.github.shmrpc.Dispatch;
import io.github.shmrpc.Metadata;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.client.BridgedCall;
import io.github.shmrpc.client.BridgedMethod;
import io.github.shmrpc.client.ChannelOptions;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.protocol.FrameReader;
import io.github.shmrpc.protocol.FrameType;
import io.github.shmrpc.server.CallBridge;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.server.ServedCall;
import io.github.shmrpc.server.ServerOptions;
import io.github.shmrpc.stream.OutgoingMessage;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.OutboundFrame;
import io.github.shmrpc.transport.TransportOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/** Calls that are made and served by their frames. */
@Timeout(60)
class BridgeTests {

    private static final byte RAW = 1;

    private static final String ENDPOINT = "inproc:bridge-tests";

    private static final BridgedMethod.Begin BEGIN = new BridgedMethod.Begin(Metadata.EMPTY.with("a", "1"), RAW,
            Duration.ofSeconds(10).toNanos(), true, true);

    /** A connection within the JVM holds 1 MiB then. */
    private static final TransportOptions FEW_FRAMES = TransportOptions.defaults().withMaxFrameLength(128 * 1024);

    private static final BridgedMethod.Begin HOLDING_NOBODY_UP = new BridgedMethod.Begin(Metadata.EMPTY, RAW,
            BridgedMethod.NO_TIMEOUT, true, false);

    @Test
    void bridgeAnswersWithHeadersMessageAndTrailers() throws Exception {
        serve((call, request) -> {
            call.sendHeaders(Metadata.EMPTY.with("header", call.metadata().get("a").orElse("")));
            OutboundFrame reply = call.beginReply();
            append(reply, text(request) + " from " + call.method());
            call.answer(reply, Metadata.EMPTY.with("trailer", "t"));
        }, (channel) -> {
            Answer answer = new Answer("hello");
            channel.bridgedMethod("some.Service/any", CallKind.UNARY).call(answer, BEGIN);
            assertThat(answer.type).isEqualTo(FrameType.RESPONSE);
            assertThat(answer.text).isEqualTo("hello from some.Service/any");
            assertThat(answer.headers).isEqualTo(Metadata.EMPTY.with("header", "1"));
            assertThat(answer.trailers).isEqualTo(Metadata.EMPTY.with("trailer", "t"));
        });
    }

    @Test
    void errorOfBridgeKeepsItsLineBreaksAndMetadata() throws Exception {
        serve((call, request) -> call.fail(RpcStatus.NOT_FOUND, "one\ntwo", Metadata.EMPTY.with("why", "gone")),
                (channel) -> {
                    Answer answer = new Answer("x");
                    channel.bridgedMethod("some.Service/any", CallKind.UNARY).call(answer, BEGIN);
                    assertThat(answer.type).isEqualTo(FrameType.ERROR);
                    assertThat(answer.text).isEqualTo("one\ntwo");
                    assertThat(answer.trailers).isEqualTo(Metadata.EMPTY.with("why", "gone"));
                });
    }

    @Test
    void secondAnswerIsDropped() throws Exception {
        BlockingQueue<Boolean> sent = new LinkedBlockingQueue<>();
        serve((call, request) -> {
            sent.add(call.answer(null, Metadata.EMPTY));
            sent.add(call.fail(RpcStatus.INTERNAL, "late", Metadata.EMPTY));
        }, (channel) -> {
            channel.bridgedMethod("some.Service/any", CallKind.UNARY).call(new Answer("x"), BEGIN);
            assertThat(sent.poll(10, TimeUnit.SECONDS)).isTrue();
            assertThat(sent.poll(10, TimeUnit.SECONDS)).isFalse();
        });
    }

    @Test
    void cancellationIsToldOnceAndEndsTheCall() throws Exception {
        CountDownLatch serving = new CountDownLatch(1);
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        CompletableFuture<ServedCall> served = new CompletableFuture<>();
        serve((call, request) -> {
            call.whenCancelled(() -> told.add("cancelled"));
            served.complete(call);
            serving.countDown();
        }, (channel) -> {
            BridgedMethod method = channel.bridgedMethod("some.Service/any", CallKind.UNARY);
            BridgedCall call = method.newCall(new Silent(), BEGIN);
            method.start(call, (frame) -> append(frame, "x"));
            serving.await();
            assertThat(call.cancel()).isTrue();
            assertThat(call.cancel()).isFalse();
            assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("cancelled");
            assertThat(served.join().answer(null, Metadata.EMPTY)).isFalse();
            assertThat(told).isEmpty();
        });
    }

    @Test
    void bridgeThatThrowsAnswersUnknown() throws Exception {
        serve((call, request) -> {
            throw new IllegalStateException("secret");
        }, (channel) -> {
            Answer answer = new Answer("x");
            channel.bridgedMethod("some.Service/any", CallKind.UNARY).call(answer, BEGIN);
            assertThat(answer.text).isEqualTo("handler failed");
        });
    }

    @Test
    void handlersComeBeforeTheBridge() throws Exception {
        RpcServer.Builder builder = RpcServer.builder(ENDPOINT)
            .register(new Handler())
            .bridge((call, request) -> call.fail(RpcStatus.ABORTED, "bridged", Metadata.EMPTY), Dispatch.INHERIT);
        try (RpcServer server = builder.build().start(); RpcChannel channel = RpcChannel.open(ENDPOINT)) {
            assertThat(server.methods()).containsExactly("Handler/hello");
            assertThat(channel.call("Handler/hello", "you", String.class)).isEqualTo("hello you");
            assertThatExceptionOfType(RpcException.class)
                .isThrownBy(() -> channel.call("Handler/other", "you", String.class))
                .withMessageContaining("ABORTED: bridged");
        }
    }

    @Test
    void serverHasOneBridgeThatIsNotPolled() {
        CallBridge bridge = (call, request) -> {
        };
        RpcServer.Builder builder = RpcServer.builder(ENDPOINT).bridge(bridge, Dispatch.ADAPTIVE);
        assertThatIllegalStateException().isThrownBy(() -> builder.bridge(bridge, Dispatch.ADAPTIVE))
            .withMessageContaining("has a bridge already");
        assertThatIllegalArgumentException()
            .isThrownBy(() -> RpcServer.builder(ENDPOINT).bridge(bridge, Dispatch.POLLED))
            .withMessageContaining("cannot have dispatch POLLED");
    }

    /** A handler of ours. */
    public static final class Handler {

        public String hello(String name) {
            return "hello " + name;
        }

    }

    private interface Use {

        void of(RpcChannel channel) throws Exception;

    }

    @Test
    void callsThatHoldNobodyUpWaitInLineForRoomAndBeyondItAreRefused() throws Exception {
        whileHeldUp((bridge, method, channel) -> {
            Ended ended = new Ended();
            for (int i = 0; i < 400; i++) {
                method.start(method.newCall(ended.of(i), HOLDING_NOBODY_UP), numbered(i));
            }
            // 17 at least have room in the connection, and 250 wait.
            List<Integer> refused = List.copyOf(ended.refused);
            assertThat(refused).hasSizeBetween(1, 130).contains(399).doesNotContain(266);
            assertThat(ended.refusals).allSatisfy((refusal) -> assertThat(refusal)
                .hasMessageContaining("RESOURCE_EXHAUSTED: no room for the request of some.Service/any")
                .hasMessageContaining("wait for it already"));
            assertThat(ended.answered).isEmpty();
            bridge.goOn.countDown();
            await().until(() -> ended.answered.size() == 400 - refused.size());
            assertThat(ended.refused).containsExactlyElementsOf(refused);
            // As they have come.
            assertThat(bridge.served).isSorted().doesNotContainAnyElementsOf(refused);
        });
    }

    @Test
    void callThatWaitsInLineEndsByItsDeadlineOrIsCancelled() throws Exception {
        whileHeldUp((bridge, method, channel) -> {
            Ended ended = new Ended();
            for (int i = 0; i < 100; i++) {
                method.start(method.newCall(ended.of(i), HOLDING_NOBODY_UP), numbered(i));
            }
            BridgedCall cancelled = method.newCall(ended.of(100), HOLDING_NOBODY_UP);
            method.start(cancelled, numbered(100));
            method.start(
                    method.newCall(ended.of(101), new BridgedMethod.Begin(Metadata.EMPTY, RAW, 1_000_000, true, false)),
                    numbered(101));
            method.start(method.newCall(ended.of(102), HOLDING_NOBODY_UP), numbered(102));
            assertThat(cancelled.cancel()).isTrue();
            await().until(() -> !ended.refused.isEmpty());
            assertThat(ended.refused).containsExactly(101);
            assertThat(ended.refusals).singleElement()
                .satisfies((refusal) -> assertThat(refusal)
                    .hasMessageContaining("RESOURCE_EXHAUSTED: no room for the request of some.Service/any in 1 ms"));
            bridge.goOn.countDown();
            await().until(() -> ended.answered.contains(102));
            assertThat(ended.answered).hasSize(101).doesNotContain(100, 101);
            assertThat(bridge.served).doesNotContain(100, 101);
        });
    }

    /** As when a client on the network is gone whose calls stand in line. */
    @Test
    void lineEndsWithItsChannel() throws Exception {
        whileHeldUp((bridge, method, channel) -> {
            Ended ended = new Ended();
            for (int i = 0; i < 100; i++) {
                method.start(method.newCall(ended.of(i), HOLDING_NOBODY_UP), numbered(i));
            }
            assertThat(ended.refused).isEmpty();
            channel.close();
            await().until(() -> ended.refused.size() == 100);
            assertThat(ended.refused).doesNotHaveDuplicates();
            bridge.goOn.countDown();
            await().until(() -> !bridge.served.isEmpty());
            assertThat(ended.answered).isEmpty();
        });
    }

    /** Ends with no call in flight. */
    private static void whileHeldUp(HeldUpUse use) throws Exception {
        HeldUp bridge = new HeldUp();
        try (RpcServer server = heldUpServer(bridge);
                RpcChannel channel = RpcChannel.builder(ENDPOINT).options(heldUpOptions()).build();
                bridge) {
            channel.connect(Duration.ofSeconds(10));
            use.of(bridge, channel.bridgedMethod("some.Service/any", CallKind.UNARY), channel);
            await().until(() -> server.callsInFlight() == 0);
        }
    }

    private interface HeldUpUse {

        void of(HeldUp bridge, BridgedMethod method, RpcChannel channel);

    }

    /** The polling thread is never rescued. */
    private static RpcServer heldUpServer(HeldUp bridge) throws Exception {
        ServerOptions options = ServerOptions.defaults()
            .withMaxMessageLength(64 * 1024)
            .withTransport(FEW_FRAMES)
            .withRescueAfter(Duration.ofHours(1));
        RpcServer server = RpcServer.builder(ENDPOINT).options(options).bridge(bridge, Dispatch.INLINE).build();
        return server.start();
    }

    private static ChannelOptions heldUpOptions() {
        return ChannelOptions.defaults().withMaxMessageLength(64 * 1024).withTransport(FEW_FRAMES).withMaxCalls(1000);
    }

    private static OutgoingMessage numbered(int number) {
        return (frame) -> frame.append(ByteBuffer.allocate(60_000).putInt(0, number).array(), 0, 60_000);
    }

    /** Holds the first call, and with it all others, until it may go on. */
    private static final class HeldUp implements CallBridge, AutoCloseable {

        private final CountDownLatch goOn = new CountDownLatch(1);

        private final List<Integer> served = new CopyOnWriteArrayList<>();

        @Override
        public void serve(ServedCall call, InboundFrame request) {
            try {
                goOn.await();
            }
            catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
            served.add(ByteBuffer.wrap(request.array()).getInt(FrameReader.payloadOffset(request)));
            call.answer(null, Metadata.EMPTY);
        }

        /** Before its server. */
        @Override
        public void close() {
            goOn.countDown();
        }

    }

    /** How numbered calls have ended. */
    private static final class Ended {

        private final List<Integer> answered = new CopyOnWriteArrayList<>();

        private final List<Integer> refused = new CopyOnWriteArrayList<>();

        private final List<RpcException> refusals = new CopyOnWriteArrayList<>();

        BridgedCall.Listener of(int number) {
            return new Silent() {

                @Override
                public void onReply(InboundFrame reply) {
                    answered.add(number);
                }

                @Override
                public void onFailure(RpcException failure) {
                    refusals.add(failure);
                    refused.add(number);
                }

            };
        }

    }

    private static void serve(CallBridge bridge, Use use) throws Exception {
        try (RpcServer server = RpcServer.builder(ENDPOINT).bridge(bridge, Dispatch.INHERIT).build().start();
                RpcChannel channel = RpcChannel.open(ENDPOINT)) {
            assertThat(server.methods()).isEmpty();
            use.of(channel);
            await().until(() -> server.callsInFlight() == 0);
        }
    }

    private static void append(OutboundFrame frame, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        frame.append(bytes, 0, bytes.length);
    }

    private static String text(InboundFrame frame) {
        return new String(frame.array(), FrameReader.payloadOffset(frame), FrameReader.payloadLength(frame),
                StandardCharsets.UTF_8);
    }

    /** What came back. */
    private static final class Answer implements BridgedMethod.Exchange {

        private final String request;

        private byte type;

        private String text = "";

        private @Nullable Metadata headers;

        private Metadata trailers = Metadata.EMPTY;

        Answer(String request) {
            this.request = request;
        }

        @Override
        public void write(OutboundFrame frame) {
            append(frame, request);
        }

        @Override
        public void read(@Nullable InboundFrame ahead, InboundFrame reply) {
            type = FrameReader.type(reply);
            text = FrameReader.rawText(reply);
            headers = ahead == null ? null : FrameReader.metadata(ahead, 8192);
            trailers = FrameReader.metadata(reply, 8192);
        }

    }

    /** Is told nothing in these tests. */
    private static class Silent implements BridgedCall.Listener {

        @Override
        public Flow.Publisher<OutgoingMessage> requests() {
            throw new AssertionError("The caller does not stream");
        }

        @Override
        public void onHeaders(InboundFrame headers) {
            throw new AssertionError("No headers were sent");
        }

        @Override
        public void onReply(InboundFrame reply) {
            throw new AssertionError("No reply was sent");
        }

        @Override
        public void onFailure(RpcException failure) {
            throw new AssertionError(failure);
        }

        @Override
        public void onUnsendable(Throwable failure) {
            throw new AssertionError(failure);
        }

        @Override
        public void deliver(Runnable messages) {
            messages.run();
        }

    }

}
