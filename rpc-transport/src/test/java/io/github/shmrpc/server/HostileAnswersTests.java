package io.github.shmrpc.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Metadata;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcPeer;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.RpcStream;
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
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

/**
 * Clients that answer a server's calls, or end their streams, as no client of ours does.
 */
@Timeout(60)
class HostileAnswersTests {

    private static final CallOptions PATIENT = CallOptions.timeout(Duration.ofSeconds(20));

    private final LoopbackTransport transport = new LoopbackTransport(true);

    private final RpcServer server = RpcServer.builder("loop:test")
        .codecs(TextCodec.codecs())
        .transport(transport)
        .register(new Service())
        .build();

    @AfterEach
    void close() {
        server.close();
        assertThat(transport.pollViolations).hasValue(0);
    }

    private TestPeer connect() throws IOException {
        return server.start().isRunning() ? transport.connect() : fail();
    }

    private static TestPeer fail() {
        throw new AssertionError("not running");
    }

    private RpcPeer onlyPeer() {
        return server.peers().all().get(0);
    }

    private static CompletableFuture<String> greet(RpcPeer peer) {
        return peer.callAsync("test.Gateway/greet", "x", String.class, PATIENT);
    }

    /** What comes before it binds the method's name. */
    private static long awaitRequest(TestPeer peer) {
        Answer frame = peer.receive();
        while (frame.type() != FrameType.REQUEST) {
            frame = peer.receive();
        }
        return frame.callId();
    }

    @Test
    @Tag("F29")
    void firstOfTwoAnswersCounts() throws IOException {
        TestPeer peer = connect();
        for (int i = 0; i < 100; i++) {
            CompletableFuture<String> call = greet(onlyPeer());
            long callId = awaitRequest(peer);
            peer.reply(callId, "first " + i);
            peer.reply(callId, "second");
            OutboundFrame error = new OutboundFrame();
            FrameWriter.error(error, callId, RpcStatus.INTERNAL, Outcome.ANSWERED, "third");
            peer.raw(error);
            assertThat(call.join()).isEqualTo("first " + i);
        }
        assertThat(peer.call("Service/echo", "still served").text()).isEqualTo("still served");
    }

    @Test
    @Tag("F29")
    void answersOfCallsThatNobodyMadeAreIgnored() throws IOException {
        TestPeer peer = connect();
        CompletableFuture<String> call = greet(onlyPeer());
        long callId = awaitRequest(peer);
        for (long other : new long[] { 0, -1, callId + 1, callId + 1024, Long.MIN_VALUE, Long.MAX_VALUE }) {
            peer.reply(other, "of another call");
        }
        assertThat(peer.call("Service/echo", "x").text()).isEqualTo("x");
        assertThat(call).isNotDone();
        peer.reply(callId, "its own");
        assertThat(call.join()).isEqualTo("its own");
    }

    @Test
    @Tag("F17")
    void peerThatDoesNotAnswerIsAskedWhetherItLives() throws IOException {
        TestPeer peer = connect();
        CompletableFuture<String> call = onlyPeer().callAsync("test.Gateway/greet", "x", String.class,
                CallOptions.timeout(Duration.ofMillis(500)));
        assertThat(call).failsWithin(Duration.ofSeconds(20));
        Answer frame = peer.receive();
        while (frame.type() != FrameType.PING) {
            frame = peer.receive();
        }
        OutboundFrame pong = new OutboundFrame();
        FrameWriter.pong(pong, frame.callId());
        peer.raw(pong);
        assertThat(peer.call("Service/echo", "x").text()).isEqualTo("x");
    }

    /** Whatever it names as its last call, and however often. */
    @Test
    @Tag("F29")
    void goAwayEndsNoCallAndHarmsNobodyElse() throws IOException {
        TestPeer peer = connect();
        RpcPeer leaving = onlyPeer();
        TestPeer bystander = transport.connect();
        CompletableFuture<String> running = greet(leaving);
        long callId = awaitRequest(peer);
        for (long last : new long[] { Long.MAX_VALUE, callId - 1, 0, -1, Long.MIN_VALUE }) {
            OutboundFrame goAway = new OutboundFrame();
            FrameWriter.goAway(goAway, last);
            peer.raw(goAway);
        }
        assertThat(peer.call("Service/echo", "x").text()).isEqualTo("x");
        CompletionException refused = catchThrowableOfType(CompletionException.class, () -> greet(leaving).join());
        assertThat(refused.getCause()).isInstanceOfSatisfying(RpcException.class,
                (cause) -> assertThat(cause.outcome()).isEqualTo(Outcome.NOT_EXECUTED));
        peer.reply(callId, "late, but there");
        assertThat(running.join()).isEqualTo("late, but there");
        assertThat(bystander.call("Service/echo", "y").text()).isEqualTo("y");
        assertThat(server.isRunning()).isTrue();
    }

    @Test
    @Tag("F29")
    void messageBehindTheEndOfAStreamIsIgnored() throws IOException {
        TestPeer peer = connect();
        for (int i = 0; i < 100; i++) {
            long callId = peer.send("Service/join", "", TextCodec.ID, 0, FrameDescriptor.FLAG_CALLER_STREAMS,
                    Metadata.EMPTY);
            message(peer, callId, "a");
            message(peer, callId, "b");
            OutboundFrame end = new OutboundFrame();
            FrameWriter.halfClose(end, callId);
            peer.raw(end);
            message(peer, callId, "c");
            peer.raw(end);
            Answer answer = peer.receive();
            assertThat(answer.callId()).isEqualTo(callId);
            assertThat(answer.text()).isEqualTo("[a, b]");
        }
        await().until(() -> server.callsInFlight() == 0);
    }

    private static void message(TestPeer peer, long callId, String text) {
        OutboundFrame frame = new OutboundFrame();
        FrameWriter.beginMessage(frame, callId, TextCodec.ID, false);
        frame.append(text.getBytes(StandardCharsets.UTF_8), 0, text.length());
        peer.raw(frame);
    }

    static final class Service {

        public String echo(String text) {
            return text;
        }

        public String join(RpcStream<String> texts) {
            List<String> all = new ArrayList<>();
            texts.forEach(all::add);
            return all.toString();
        }

    }

}
