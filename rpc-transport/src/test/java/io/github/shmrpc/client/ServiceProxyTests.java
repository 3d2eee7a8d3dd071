package io.github.shmrpc.client;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcContract;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcMethod;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.protocol.FrameReader;
import io.github.shmrpc.protocol.FrameType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class ServiceProxyTests {

    /** Answers with the method's name and the request's text; a number as it is. */
    private final FakeServer server = new FakeServer((peer, frame) -> {
        if (FrameReader.type(frame) == FrameType.REQUEST) {
            String text = new String(FakeServer.payload(frame), StandardCharsets.UTF_8);
            String name = String.valueOf(peer.methods.get(FrameReader.methodId(frame)));
            String reply = text.matches("\\d+") ? text : name + ":" + text;
            peer.reply(FrameReader.callId(frame), reply.getBytes(StandardCharsets.UTF_8));
        }
    });

    private final RpcChannel channel = Channels.open(server, ChannelOptions.defaults());

    private final World world = channel.proxy(World.class);

    @AfterEach
    void closeAll() {
        channel.close();
        server.close();
    }

    @Test
    void methodsBecomeCalls() {
        assertThat(world.move("x")).isEqualTo("game.World/move:x");
        assertThat(world.where()).isEqualTo("game.World/where:");
        assertThat(world.size(42)).isEqualTo(42);
        assertThat(world.walkLater("y").toCompletableFuture().join()).isEqualTo("game.World/walk:y");
        assertThat(world.walkSoon("z", CallOptions.timeout(Duration.ofSeconds(3))).join())
            .isEqualTo("game.World/walk2:z");
        world.forget("it");
        assertThat(world.inherited("i")).isEqualTo("game.World/inherited:i");
    }

    @Test
    void defaultMethodsRunHere() {
        assertThat(world.moveTwice("x")).isEqualTo("game.World/move:game.World/move:x");
        assertThat(channel.proxy(Hidden.class).doubled()).isEqualTo("Hidden/once:Hidden/once:");
    }

    @Test
    void objectMethodsRunHere() {
        Object same = world;
        assertThat(world.equals(same)).isTrue();
        assertThat(world).isNotEqualTo(channel.proxy(World.class)).hasToString("World over fake:x");
        assertThat(world.hashCode()).isEqualTo(System.identityHashCode(world));
    }

    @Test
    void timeoutOfAnnotationCounts() {
        channel.connect(Duration.ofSeconds(20));
        server.behaviour = (peer, frame) -> {
        };
        assertThatExceptionOfType(RpcException.class).isThrownBy(() -> world.hurried("x"))
            .withMessageContaining("no reply to game.World/hurried in 500 ms");
    }

    @Test
    void idempotentCallIsSentAgainWhenItsFateIsUnknown() {
        AtomicInteger executions = new AtomicInteger();
        FakeServer.Behaviour answers = server.behaviour;
        server.behaviour = (peer, frame) -> {
            if (FrameReader.type(frame) == FrameType.REQUEST && executions.incrementAndGet() < 2) {
                peer.die(null);
            }
            else {
                answers.received(peer, frame);
            }
        };
        assertThat(world.look("x")).isEqualTo("game.World/look:x");
        assertThat(executions).hasValueGreaterThanOrEqualTo(2);
    }

    @Test
    void idempotentCallIsNotSentAgainForEver() {
        AtomicInteger executions = new AtomicInteger();
        server.behaviour = (peer, frame) -> {
            if (FrameReader.type(frame) == FrameType.REQUEST) {
                executions.incrementAndGet();
                peer.die(null);
            }
        };
        assertThatExceptionOfType(RpcException.class).isThrownBy(() -> world.look("x")).satisfies((failure) -> {
            assertThat(failure.status()).isEqualTo(RpcStatus.UNAVAILABLE);
            assertThat(failure.outcome()).isEqualTo(Outcome.UNKNOWN);
        });
        assertThat(executions).hasValue(MethodSettings.MAX_EXECUTIONS);
    }

    @Test
    void cancelledStageCancelsTheCall() {
        server.behaviour = (peer, frame) -> {
        };
        CompletableFuture<String> call = world.walkSoon("x", CallOptions.defaults());
        await().until(() -> server.peers.size() == 1 && !server.peer(0).requests.isEmpty());
        assertThat(call.cancel(true)).isTrue();
        await().until(() -> server.peer(0).cancels.contains(1L));
    }

    @Test
    void contextIsForHandlers() {
        assertThatIllegalArgumentException().isThrownBy(() -> channel.proxy(ForHandlers.class))
            .withMessageContaining("ForHandlers.go(CallContext, String)");
    }

    public interface Moving {

        String inherited(String request);

    }

    @RpcContract("game.World")
    public interface World extends Moving {

        String move(String request);

        String where();

        int size(Integer request);

        @RpcMethod("walk")
        CompletionStage<String> walkLater(String request);

        @RpcMethod("walk2")
        CompletableFuture<String> walkSoon(String request, CallOptions options);

        void forget(String request);

        @RpcMethod(timeout = "500ms")
        String hurried(String request);

        @RpcMethod(idempotent = true)
        String look(String request);

        default String moveTwice(String request) {
            return move(move(request));
        }

    }

    interface Hidden {

        String once(String request);

        default String doubled() {
            return once(once(""));
        }

    }

    interface ForHandlers {

        String go(CallContext context, String request);

    }

}
