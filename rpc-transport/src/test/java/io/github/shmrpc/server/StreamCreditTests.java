package io.github.shmrpc.server;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;

import io.github.shmrpc.Metadata;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.protocol.FrameDescriptor;
import io.github.shmrpc.protocol.FrameType;
import io.github.shmrpc.protocol.FrameWriter;
import io.github.shmrpc.server.TestPeer.Answer;
import io.github.shmrpc.transport.OutboundFrame;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Peers that send more than they were allowed, or allow more than was sent. */
@Timeout(60)
class StreamCreditTests {

    private static final int MESSAGE_LENGTH = 4000;

    private static final int COST = FrameDescriptor.HEADER_LENGTH + MESSAGE_LENGTH + FrameDescriptor.MESSAGE_OVERHEAD;

    /** The last one may exceed the credit. */
    private static final int ALLOWED_MESSAGES = (FrameDescriptor.INITIAL_STREAM_CREDIT + COST - 1) / COST;

    private final LoopbackTransport transport = new LoopbackTransport(true);

    private final Service service = new Service();

    private final RpcServer server = RpcServer.builder("loop:test")
        .codecs(TextCodec.codecs())
        .transport(transport)
        .register(service)
        .build();

    @AfterEach
    void close() {
        service.replies.forEach((reply) -> reply.complete("late"));
        server.close();
        assertThat(transport.pollViolations).hasValue(0);
    }

    private TestPeer connect() throws IOException {
        server.start();
        return transport.connect();
    }

    private static long open(TestPeer peer) {
        return peer.send("Service/ignore", "", TextCodec.ID, 0, FrameDescriptor.FLAG_CALLER_STREAMS, Metadata.EMPTY);
    }

    private static void sendMessages(TestPeer peer, long callId, int count) {
        byte[] message = new byte[MESSAGE_LENGTH];
        for (int i = 0; i < count; i++) {
            OutboundFrame frame = new OutboundFrame();
            FrameWriter.beginMessage(frame, callId, TextCodec.ID, false);
            frame.append(message, 0, message.length);
            peer.raw(frame);
        }
    }

    @Test
    @Tag("F21")
    @Tag("T7")
    void messageWithoutCreditEndsItsCallAlone() throws IOException {
        TestPeer peer = connect();
        long other = open(peer);
        long flooding = open(peer);
        sendMessages(peer, flooding, ALLOWED_MESSAGES);
        assertThat(peer.call("Service/echo", "still here").text()).isEqualTo("still here");
        sendMessages(peer, flooding, 1);
        Answer refused = peer.receive();
        assertThat(refused.type()).isEqualTo(FrameType.ERROR);
        assertThat(refused.callId()).isEqualTo(flooding);
        assertThat(refused.status()).isEqualTo(RpcStatus.RESOURCE_EXHAUSTED);
        assertThat(refused.text()).contains("without credit");
        sendMessages(peer, other, 1);
        assertThat(peer.call("Service/echo", "and here").text()).isEqualTo("and here");
    }

    @Test
    @Tag("F21")
    @Tag("T7")
    void messagesBeyondTheConnectionsCreditEndIt() throws IOException {
        TestPeer peer = connect();
        TestPeer bystander = transport.connect();
        int streams = FrameDescriptor.INITIAL_CONNECTION_CREDIT / (ALLOWED_MESSAGES * COST) + 1;
        for (int i = 0; i < streams && peer.isOpen(); i++) {
            sendMessages(peer, open(peer), ALLOWED_MESSAGES);
        }
        await().until(() -> !peer.isOpen());
        assertThat(bystander.call("Service/echo", "x").text()).isEqualTo("x");
    }

    @Test
    void creditThatNothingTookEndsTheConnection() throws IOException {
        TestPeer peer = connect();
        OutboundFrame credit = new OutboundFrame();
        FrameWriter.credit(credit, 0, 1, false);
        peer.raw(credit);
        await().until(() -> !peer.isOpen());
        assertThat(transport.connect().call("Service/echo", "x").text()).isEqualTo("x");
    }

    /** Takes no message of its callers. */
    static final class Service {

        private final List<CompletableFuture<String>> replies = new CopyOnWriteArrayList<>();

        public CompletionStage<String> ignore(Flow.Publisher<String> texts) {
            CompletableFuture<String> reply = new CompletableFuture<>();
            replies.add(reply);
            return reply;
        }

        public String echo(String text) {
            return text;
        }

    }

}
