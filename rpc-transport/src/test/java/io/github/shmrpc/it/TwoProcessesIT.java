package io.github.shmrpc.it;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Metadata;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.client.ChannelOptions;
import io.github.shmrpc.client.RawMethod;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.codec.proto.Everything;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** A server in another JVM, called from this one. */
@Timeout(180)
@ExtendWith(NothingLeft.class)
class TwoProcessesIT {

    private static final int MESSAGE_LENGTH = 32;

    /** Long enough for any hiccup of a busy machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path directory = Path.of("");

    private String endpoint(String scheme) {
        return scheme + ":" + directory.resolve("s.sock");
    }

    private ChildJvm server(String scheme) {
        return ChildJvm.server(directory, "endpoint=" + endpoint(scheme));
    }

    private RpcChannel channel(String scheme) {
        return RpcChannel.builder(endpoint(scheme)).options(ChannelOptions.defaults().withTimeout(PATIENCE)).build();
    }

    @ParameterizedTest
    @CsvSource({ "shm, 1000000", "unix, 100000" })
    void sequentialCallsAreAllAnswered(String scheme, int calls) {
        try (ChildJvm server = server(scheme); RpcChannel channel = channel(scheme)) {
            long startNs = System.nanoTime();
            assertThat(callAndCount(channel.rawMethod("PlainService/add"), 0, calls)).isEqualTo(calls);
            report(calls + " sequential calls over " + scheme, startNs, calls);
            assertThat(server.isAlive()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({ "shm, 64, 20000", "unix, 64, 2000" })
    void concurrentCallsAreAllAnswered(String scheme, int threads, int calls) throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(threads);
        try (ChildJvm server = server(scheme); RpcChannel channel = channel(scheme)) {
            RawMethod method = channel.rawMethod("PlainService/add");
            long startNs = System.nanoTime();
            List<Future<Integer>> counts = IntStream.range(0, threads)
                .mapToObj((thread) -> callers.submit(() -> callAndCount(method, (long) thread << 32, calls)))
                .toList();
            for (Future<Integer> count : counts) {
                assertThat(count.get(160, TimeUnit.SECONDS)).isEqualTo(calls);
            }
            report(threads + " x " + calls + " calls over " + scheme, startNs, (long) threads * calls);
            assertThat(server.isAlive()).isTrue();
        }
        finally {
            callers.shutdownNow();
        }
    }

    /** Calls with messages that differ, and counts the answers that are right. */
    private static int callAndCount(RawMethod method, long firstValue, int calls) {
        ByteBuffer request = ByteBuffer.allocate(MESSAGE_LENGTH);
        ByteBuffer answer = ByteBuffer.allocate(MESSAGE_LENGTH);
        int right = 0;
        for (int i = 0; i < calls; i++) {
            long value = firstValue + i;
            request.clear().putLong(0, value).putLong(24, ~value);
            int length = method.call(request, answer.clear());
            boolean same = length == MESSAGE_LENGTH && answer.getLong(0) == value + 1 && answer.getLong(24) == ~value;
            right += same ? 1 : 0;
        }
        return right;
    }

    private static void report(String what, long startNs, long calls) {
        long tookNs = System.nanoTime() - startNs;
        System.out.printf("%s: %d ms, %.1f us a call%n", what, TimeUnit.NANOSECONDS.toMillis(tookNs),
                tookNs / 1000.0 / calls);
    }

    @ParameterizedTest
    @ValueSource(strings = { "shm", "unix" })
    void oneThreadFindsRepliesAndTheEndOfTheServerByPolling(String scheme) {
        ChannelOptions options = ChannelOptions.defaults().withTimeout(PATIENCE).withPolledReplies(true);
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        try (ChildJvm server = server(scheme);
                RpcChannel channel = RpcChannel.builder(endpoint(scheme)).options(options).build()) {
            long sent = 0;
            long[] right = { 0 };
            while (right[0] < 10_000) {
                for (; sent < 10_000 && sent - right[0] < 100; sent++) {
                    long value = sent;
                    CompletableFuture<Void> counted = channel
                        .callAsync("PlainService/add", Bytes.ofLong(value), byte[].class, CallOptions.defaults())
                        .thenAccept((reply) -> {
                            threads.add(Thread.currentThread());
                            right[0] += Bytes.toLong(reply) == value + 1 ? 1 : 0;
                        });
                    assertThat(counted).isNotCompletedExceptionally();
                }
                channel.poll(100, Duration.ofMillis(10));
                LockSupport.parkNanos(500_000);
            }
            CompletableFuture<byte[]> lost = channel.callAsync("ProbeService/slow", Bytes.ofLong(100_000), byte[].class,
                    CallOptions.defaults());
            CompletableFuture<byte[]> last = channel.callAsync("PlainService/add", Bytes.ofLong(1), byte[].class,
                    CallOptions.defaults());
            await().pollInSameThread().until(() -> channel.poll(1, PATIENCE) == 1);
            assertThat(last).isCompleted();
            server.kill();
            long startNs = System.nanoTime();
            await().pollInSameThread().until(() -> channel.poll(1, PATIENCE) == 1);
            report("end of the server found by polling over " + scheme, startNs, 1);
            assertThat(lost).failsWithin(Duration.ZERO)
                .withThrowableOfType(ExecutionException.class)
                .withMessageContaining("UNAVAILABLE");
            assertThat(threads).containsExactly(Thread.currentThread());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "shm", "unix" })
    @Tag("F24")
    @Tag("F25")
    void messagesOfAllSizesAreAnswered(String scheme) {
        Random random = new Random(1);
        int limit = ChannelOptions.defaults().maxMessageLength();
        try (ChildJvm server = server(scheme); RpcChannel channel = channel(scheme)) {
            for (int length : new int[] { 0, 1, 7, 8, 9, 4095, 4096, 32_000, 32_768, 33_000, 262_143, 262_144,
                    1_000_000, limit - 32, limit }) {
                byte[] message = new byte[length];
                random.nextBytes(message);
                byte[] answer = channel.call("PlainService/add", message, byte[].class);
                assertThat(answer).as("answer to " + length + " bytes").isEqualTo(new PlainService().add(message));
            }
            assertThatExceptionOfType(RpcException.class)
                .isThrownBy(() -> channel.call("PlainService/add", new byte[limit + 1], byte[].class))
                .satisfies((tooLong) -> assertThat(tooLong.status()).isEqualTo(RpcStatus.RESOURCE_EXHAUSTED))
                .satisfies((tooLong) -> assertThat(tooLong.outcome()).isEqualTo(Outcome.NOT_EXECUTED))
                .withMessageContaining(String.valueOf(limit));
            assertThat(server.isAlive()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "shm", "unix" })
    void jsonAndProtobufMessagesAreAnswered(String scheme) {
        try (ChildJvm server = server(scheme); RpcChannel channel = channel(scheme)) {
            Person person = new Person("Ada \u00e9\ud83d\ude00", 36, LocalDate.of(1815, 12, 10), List.of("a", "b"));
            assertThat(channel.call("PlainService/older", person, Person.class))
                .isEqualTo(new Person(person.name(), 37, LocalDate.of(1814, 12, 10), person.tags()));
            Everything message = Everything.newBuilder().setText("hello").setLarge(7).addNumbers(3).build();
            assertThat(channel.call("ProbeService/mirror", message, Everything.class))
                .isEqualTo(message.toBuilder().setText("hello!").setLarge(-7).build());
            assertThat(server.isAlive()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "shm", "unix" })
    void metadataAndDeadlineArrive(String scheme) {
        try (ChildJvm server = server(scheme); RpcChannel channel = channel(scheme)) {
            CallOptions options = CallOptions.timeout(Duration.ofSeconds(20))
                .withMetadata(Metadata.EMPTY.with("trace", "4711").with("trace-bin", new byte[] { 0, -1, 1 }));
            String[] seen = Bytes.toText(channel.call("ProbeService/context", new byte[0], byte[].class, options))
                .split(" ", -1);
            assertThat(seen).hasSize(4).startsWith("4711", "3").endsWith("ProbeService/context");
            assertThat(Long.parseLong(seen[2])).isBetween(1L, 20_000L);
            assertThat(server.isAlive()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "shm", "unix" })
    @Tag("F19")
    @Tag("F53")
    @Tag("F74")
    void failuresAreTyped(String scheme) {
        CallOptions options = CallOptions.timeout(PATIENCE);
        try (ChildJvm server = server(scheme); RpcChannel channel = channel(scheme)) {
            RpcException missing = failure(channel, "ProbeService/find", Bytes.ofText("sword"), options);
            assertThat(missing.status()).isEqualTo(RpcStatus.NOT_FOUND);
            assertThat(missing.outcome()).isEqualTo(Outcome.ANSWERED);
            assertThat(missing).hasMessageContaining("no item sword");
            RpcException broken = failure(channel, "ProbeService/broken", new byte[1], options);
            assertThat(broken.status()).isEqualTo(RpcStatus.UNKNOWN);
            assertThat(broken.outcome()).isEqualTo(Outcome.ANSWERED);
            assertThat(broken.getMessage()).doesNotContain("secret");
            RpcException unknown = failure(channel, "ProbeService/nothing", new byte[0], options);
            assertThat(unknown.status()).isEqualTo(RpcStatus.UNIMPLEMENTED);
            assertThat(unknown.outcome()).isNotEqualTo(Outcome.UNKNOWN);
            RpcException late = failure(channel, "ProbeService/slow", Bytes.ofLong(10_000),
                    CallOptions.timeout(Duration.ofSeconds(1)));
            assertThat(late.status()).isEqualTo(RpcStatus.DEADLINE_EXCEEDED);
            assertThat(late.outcome()).isEqualTo(Outcome.UNKNOWN);
            RpcException wrongCodec = failure(channel, "PlainService/older", new byte[] { '{' }, options);
            assertThat(wrongCodec.status()).isEqualTo(RpcStatus.INVALID_ARGUMENT);
            byte[] next = channel.call("PlainService/add", Bytes.ofLong(1), byte[].class);
            assertThat(Bytes.toLong(next)).isEqualTo(2);
            assertThat(server.isAlive()).isTrue();
        }
    }

    private static RpcException failure(RpcChannel channel, String method, byte[] request, CallOptions options) {
        try {
            channel.call(method, request, byte[].class, options);
        }
        catch (RpcException ex) {
            return ex;
        }
        throw new AssertionError(method + " answered");
    }

    /**
     * Neither side spins while nothing is called, nor while there is nobody to connect
     * to.
     */
    @Test
    @Tag("F22")
    @Tag("F62")
    void idleProcessesComputeNothing() {
        String endpoint = "shm:" + directory.resolve("idle.sock");
        try (ChildJvm server = ChildJvm.server(directory, "endpoint=" + endpoint);
                ChildJvm client = ChildJvm.start(directory, StepClientMain.class, "endpoint=" + endpoint);
                ChildJvm alone = ChildJvm.start(directory, StepClientMain.class,
                        "endpoint=shm:" + directory.resolve("nobody.sock"))) {
            client.send("STREAM");
            client.awaitLine("DONE");
            alone.awaitLine("READY");
            alone.send("WAIT");
            List<ChildJvm> idle = List.of(server, client, alone);
            await("all but idle for 3 s").atMost(ChildJvm.LIMIT)
                .until(() -> cpuOf3s(idle), (spent) -> spent.compareTo(Duration.ofMillis(150)) < 0);
        }
    }

    /**
     * Of whoever computed most. A JVM that has started has something to compile for a
     * while.
     */
    private static Duration cpuOf3s(List<ChildJvm> jvms) {
        List<Duration> before = jvms.stream().map(ChildJvm::cpu).toList();
        await().pollDelay(Duration.ofSeconds(3)).until(() -> true);
        return IntStream.range(0, jvms.size())
            .mapToObj((i) -> jvms.get(i).cpu().minus(before.get(i)))
            .max(Comparator.naturalOrder())
            .orElseThrow();
    }

}
