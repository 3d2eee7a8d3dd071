package io.github.shmrpc.it;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.SubmissionPublisher;

import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.RpcStream;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.server.RpcServer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/** Streams whose other side is killed, and many that nobody ends. */
@Timeout(120)
@ExtendWith(NothingLeft.class)
class StreamsIT {

    private static final int ABANDONED = 10_000;

    @TempDir
    private Path directory = Path.of("");

    private String endpoint(String scheme) {
        return scheme + ":" + directory.resolve("s.sock");
    }

    @ParameterizedTest
    @ValueSource(strings = { "shm", "unix" })
    @Tag("F12")
    void killedServerEndsStreamsOfEachKind(String scheme) {
        try (ChildJvm server = ChildJvm.server(directory, "endpoint=" + endpoint(scheme));
                RpcChannel channel = RpcChannel.open(endpoint(scheme));
                SubmissionPublisher<Integer> summed = new SubmissionPublisher<>();
                SubmissionPublisher<Integer> numbers = new SubmissionPublisher<>()) {
            Streams streams = channel.proxy(Streams.class);
            RpcStream<Integer> count = streams.count(Integer.MAX_VALUE);
            RpcStream<Integer> doubled = streams.doubled(numbers);
            CompletableFuture<Integer> sum = streams.sum(summed).toCompletableFuture();
            await().until(() -> summed.hasSubscribers() && numbers.hasSubscribers());
            numbers.submit(21);
            summed.submit(1);
            assertThat(count.read()).isEqualTo(1);
            assertThat(doubled.read()).isEqualTo(42);
            server.kill();
            assertThatExceptionOfType(RpcException.class).isThrownBy(() -> count.forEach((number) -> {
            })).satisfies(StreamsIT::isLost);
            assertThatExceptionOfType(RpcException.class).isThrownBy(doubled::read).satisfies(StreamsIT::isLost);
            assertThat(catchThrowable(sum::join)).hasCauseInstanceOf(RpcException.class);
            await().until(() -> !summed.hasSubscribers() && !numbers.hasSubscribers());
        }
    }

    private static void isLost(RpcException failure) {
        assertThat(failure.status()).isEqualTo(RpcStatus.UNAVAILABLE);
        assertThat(failure.outcome()).isEqualTo(Outcome.UNKNOWN);
    }

    @ParameterizedTest
    @ValueSource(strings = { "shm", "unix" })
    @Tag("F11")
    void killedClientCancelsItsStreamsAtTheServer(String scheme) throws IOException {
        StreamService service = new StreamService();
        try (RpcServer server = RpcServer.builder(endpoint(scheme)).register(service).build().start();
                ChildJvm client = ChildJvm.start(directory, StreamClientMain.class, "endpoint=" + endpoint(scheme))) {
            client.awaitLine("READY 1 42 false");
            assertThat(server.callsInFlight()).isGreaterThanOrEqualTo(3);
            client.kill();
            await().untilAsserted(() -> assertThat(service.cancelled()).isEqualTo(3));
            await().untilAsserted(() -> assertThat(server.callsInFlight()).isZero());
        }
    }

    @Test
    @Tag("F11")
    void abandonedStreamsLeaveNoMemory() throws IOException {
        try (RpcServer server = RpcServer.builder(endpoint("shm")).register(new StreamService()).build().start();
                RpcChannel channel = RpcChannel.open(endpoint("shm"))) {
            Streams streams = channel.proxy(Streams.class);
            abandon(streams, ABANDONED / 10);
            long before = usedAfterCollection(server);
            abandon(streams, ABANDONED);
            long grownBy = usedAfterCollection(server) - before;
            assertThat(grownBy).as("bytes of heap").isLessThan(2 * 1024 * 1024);
            await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(streams.cancelled()).isGreaterThanOrEqualTo(ABANDONED));
            int sum = 0;
            for (int number : streams.count(50_000)) {
                sum = Math.max(sum, number);
            }
            assertThat(sum).isEqualTo(50_000);
        }
    }

    private static void abandon(Streams streams, int count) {
        for (int i = 0; i < count; i++) {
            try (RpcStream<Integer> stream = streams.count(Integer.MAX_VALUE)) {
                if (i % 3 == 0) {
                    assertThat(stream.read()).isEqualTo(1);
                }
            }
        }
    }

    private static long usedAfterCollection(RpcServer server) {
        await().untilAsserted(() -> assertThat(server.callsInFlight()).isZero());
        long[] used = { Long.MAX_VALUE };
        await().pollInterval(Duration.ofMillis(50)).until(() -> {
            System.gc();
            long now = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
            boolean still = now >= used[0] - 64 * 1024;
            used[0] = Math.min(now, used[0]);
            return still;
        });
        return used[0];
    }

}
