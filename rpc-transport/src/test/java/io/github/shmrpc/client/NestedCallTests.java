package io.github.shmrpc.client;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.CurrentCall;
import io.github.shmrpc.Deadline;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** Calls made while a call is being served that lives long. */
@Timeout(60)
class NestedCallTests {

    private static final CallOptions SHORT = CallOptions.timeout(Duration.ofMillis(20));

    private final FakeServer server = FakeServer.echo();

    private final RpcChannel channel = Channels.open(server, ChannelOptions.defaults());

    private final LongCall served = new LongCall();

    @BeforeEach
    void serve() {
        CurrentCall.set(served);
    }

    @AfterEach
    void close() {
        CurrentCall.set(null);
        channel.close();
        server.close();
    }

    @Test
    void endedCallsLeaveNothingBehind() {
        for (int i = 0; i < 100; i++) {
            assertThat(channel.call("a/b", "x", String.class)).isEqualTo("x");
            assertThat(channel.callAsync("a/b", "x", String.class, CallOptions.defaults()).join()).isEqualTo("x");
            channel.rawMethod("a/b").call(ByteBuffer.allocate(1), ByteBuffer.allocate(1));
        }
        await().untilAsserted(() -> assertThat(served.actions).isEmpty());
        channel.connect(Duration.ofSeconds(20));
        server.behaviour = (peer, frame) -> {
        };
        assertThatExceptionOfType(RpcException.class).isThrownBy(() -> channel.call("a/b", "x", String.class, SHORT));
        assertThat(channel.callAsync("a/b", "x", String.class, SHORT)).failsWithin(Duration.ofSeconds(20));
        await().untilAsserted(() -> assertThat(served.actions).isEmpty());
    }

    @Test
    void cancellationEndsCallsThatWaitForAConnection() {
        try (RpcChannel nowhere = RpcChannel.open("inproc:nobody-is-here")) {
            CompletableFuture<String> later = nowhere.callAsync("a/b", "x", String.class,
                    CallOptions.timeout(Duration.ofMinutes(1)));
            CompletableFuture<Void> cancel = CompletableFuture.runAsync(() -> {
                await().until(() -> served.actions.size() == 2);
                served.cancel();
            });
            assertThatExceptionOfType(RpcException.class)
                .isThrownBy(() -> nowhere.call("a/b", "x", String.class, CallOptions.timeout(Duration.ofMinutes(1))))
                .satisfies((failure) -> assertThat(failure.status()).isEqualTo(RpcStatus.CANCELLED));
            assertThat(cancel).succeedsWithin(Duration.ofSeconds(20));
            assertThat(later).failsWithin(Duration.ofSeconds(20));
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            await().untilAsserted(() -> assertThat(served.actions).isEmpty());
        }
    }

    /** Counts who waits for its cancellation. */
    private static final class LongCall extends ServedCall {

        final Set<Object> actions = ConcurrentHashMap.newKeySet();

        LongCall() {
            super(Deadline.NEVER);
        }

        void cancel() {
            actions.forEach((action) -> ((Runnable) action).run());
        }

        @Override
        public Registration onCancel(Runnable action) {
            actions.add(action);
            return () -> actions.remove(action);
        }

    }

}
