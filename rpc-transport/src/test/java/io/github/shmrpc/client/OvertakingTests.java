package io.github.shmrpc.client;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.protocol.FrameReader;
import io.github.shmrpc.protocol.FrameType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A caller whose reply takes long is not in the way of others on its connection. */
@Timeout(60)
class OvertakingTests {

    private final AtomicLong slowCall = new AtomicLong();

    private static final CallOptions PATIENT = CallOptions.timeout(Duration.ofSeconds(40));

    private final FakeServer server = new FakeServer((peer, frame) -> {
        if (FrameReader.type(frame) == FrameType.REQUEST) {
            byte[] payload = FakeServer.payload(frame);
            if (new String(payload, StandardCharsets.UTF_8).equals("slow")) {
                slowCall.set(FrameReader.callId(frame));
            }
            else {
                peer.reply(FrameReader.callId(frame), payload);
            }
        }
    });

    @Test
    void callerOfSlowCallLetsOthersPoll() throws Exception {
        try (server; RpcChannel channel = Channels.open(server, ChannelOptions.defaults())) {
            CompletableFuture<String> slowReply = new CompletableFuture<>();
            Thread slowCaller = new Thread(
                    () -> slowReply.complete(channel.call("a/b", "slow", String.class, PATIENT)));
            slowCaller.start();
            await().until(() -> slowCall.get() != 0);
            await().untilAsserted(() -> {
                server.peer(0).pollers.clear();
                assertThat(channel.call("a/b", "fast", String.class)).isEqualTo("fast");
                // By the caller itself, or by the reader.
                assertThat(server.peer(0).pollers).isNotEmpty().doesNotContain(slowCaller);
            });
            assertThat(slowReply).isNotDone();
            server.peer(0).reply(slowCall.get(), "at last".getBytes(StandardCharsets.UTF_8));
            await().untilAsserted(() -> assertThat(slowReply).isCompletedWithValue("at last"));
            slowCaller.join();
            assertThat(server.violations).hasValue(0);
        }
    }

}
