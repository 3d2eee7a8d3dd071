package io.github.shmrpc.call;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
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
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.protocol.FrameReader;
import io.github.shmrpc.protocol.FrameType;
import io.github.shmrpc.server.CallBridge;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.server.ServedCall;
import io.github.shmrpc.stream.OutgoingMessage;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.OutboundFrame;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/** Calls that are made and served by their frames. */
class BridgeTests {

    private static final byte RAW = 1;

    private static final String ENDPOINT = "inproc:bridge-tests";

    private static final BridgedMethod.Begin BEGIN = new BridgedMethod.Begin(Metadata.EMPTY.with("a", "1"), RAW,
            Duration.ofSeconds(10).toNanos(), true);

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
    private static final class Silent implements BridgedCall.Listener {

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
