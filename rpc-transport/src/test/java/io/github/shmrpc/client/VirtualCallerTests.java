package io.github.shmrpc.client;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.protocol.FrameReader;
import io.github.shmrpc.protocol.FrameType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Callers on virtual threads, which JDK 17 does not have: hence by reflection. */
@Timeout(60)
@EnabledForJreRange(min = JRE.JAVA_21)
class VirtualCallerTests {

    private static List<Thread> start(int count, Runnable body) throws ReflectiveOperationException {
        Method start = Thread.class.getMethod("startVirtualThread", Runnable.class);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            threads.add((Thread) start.invoke(null, body));
        }
        return threads;
    }

    private static void join(List<Thread> threads) throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
    }

    @Test
    void manyCallersGetTheirReplies() throws Exception {
        try (FakeServer server = FakeServer.echo();
                RpcChannel channel = Channels.open(server, ChannelOptions.defaults())) {
            AtomicInteger replies = new AtomicInteger();
            join(start(200, () -> {
                for (int i = 0; i < 50; i++) {
                    String request = Thread.currentThread().hashCode() + "-" + i;
                    if (request.equals(channel.call("a/b", request, String.class))) {
                        replies.incrementAndGet();
                    }
                }
            }));
            assertThat(replies).hasValue(200 * 50);
            assertThat(server.violations).hasValue(0);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = { false, true })
    void callersOfBothKindsShareAConnection(boolean polled) throws Exception {
        try (FakeServer server = FakeServer.echo();
                RpcChannel channel = Channels.open(server, ChannelOptions.defaults().withPolledReplies(polled))) {
            AtomicInteger replies = new AtomicInteger();
            Runnable body = () -> {
                for (int i = 0; i < 200; i++) {
                    String request = Thread.currentThread().hashCode() + "-" + i;
                    String reply = i % 10 == 0
                            ? channel.callAsync("a/c", request, String.class, CallOptions.defaults()).join()
                            : channel.call("a/b", request, String.class);
                    if (request.equals(reply)) {
                        replies.incrementAndGet();
                    }
                }
            };
            List<Thread> threads = start(16, body);
            for (int i = 0; i < 4; i++) {
                Thread platform = new Thread(body);
                platform.start();
                threads.add(platform);
            }
            join(threads);
            assertThat(replies).hasValue(20 * 200);
            assertThat(server.violations).hasValue(0);
        }
    }

    /** The slow calls are answered after the fast ones, or would be late. */
    @Test
    void callersThatWaitLongDoNotHoldTheirCarriers() throws Exception {
        Queue<Runnable> slowReplies = new ConcurrentLinkedQueue<>();
        FakeServer server = new FakeServer((peer, frame) -> {
            String method = String.valueOf(peer.methods.get(FrameReader.methodId(frame)));
            if (FrameReader.type(frame) == FrameType.REQUEST) {
                long callId = FrameReader.callId(frame);
                byte[] payload = FakeServer.payload(frame);
                Runnable reply = () -> peer.reply(callId, payload);
                if (method.equals("a/fast")) {
                    reply.run();
                }
                else {
                    slowReplies.add(reply);
                }
            }
        });
        try (server; RpcChannel channel = Channels.open(server, ChannelOptions.defaults())) {
            AtomicInteger slowEnds = new AtomicInteger();
            AtomicInteger answered = new AtomicInteger();
            List<Thread> slow = start(4 * Runtime.getRuntime().availableProcessors(), () -> {
                try {
                    channel.call("a/slow", "x", String.class, CallOptions.timeout(Duration.ofSeconds(20)));
                    answered.incrementAndGet();
                }
                finally {
                    slowEnds.incrementAndGet();
                }
            });
            AtomicInteger replies = new AtomicInteger();
            join(start(1, () -> {
                for (int i = 0; i < 20; i++) {
                    channel.call("a/fast", "x", String.class, CallOptions.timeout(Duration.ofSeconds(20)));
                    replies.incrementAndGet();
                }
            }));
            assertThat(replies).hasValue(20);
            assertThat(slowEnds).hasValue(0);
            await().until(() -> slowReplies.size() == slow.size());
            slowReplies.forEach(Runnable::run);
            join(slow);
            assertThat(answered).hasValue(slow.size());
        }
    }

}
