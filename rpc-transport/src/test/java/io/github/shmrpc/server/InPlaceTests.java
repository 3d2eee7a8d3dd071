package io.github.shmrpc.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Dispatch;
import io.github.shmrpc.ReplyBuffer;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcMethod;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.client.RawMethod;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.transport.TransportOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/** Messages that are read and written in place, over each carrier. */
@Timeout(60)
class InPlaceTests {

    private static final int MIB = 1024 * 1024;

    private static final CallOptions PATIENT = CallOptions.timeout(Duration.ofSeconds(30));

    @TempDir
    private Path directory = Path.of("");

    private final Bytes service = new Bytes();

    private RpcServer start(String scheme) throws IOException {
        ServerOptions options = ServerOptions.defaults()
            .withTransport(TransportOptions.defaults().withSegmentDirectory(segments().toString()));
        return RpcServer.builder(endpoint(scheme)).options(options).register(service).build().start();
    }

    private String endpoint(String scheme) {
        return scheme + ":" + (scheme.equals("inproc") ? "in-place-tests" : directory.resolve("s.sock"));
    }

    private Path segments() throws IOException {
        return Files.createDirectories(directory.resolve("segments"));
    }

    private RpcChannel open(String scheme) {
        return RpcChannel.open(endpoint(scheme));
    }

    @ParameterizedTest
    @ValueSource(strings = { "inproc", "unix", "shm" })
    void messagesOfAllSizesGoBothWays(String scheme) throws IOException {
        try (RpcServer server = start(scheme); RpcChannel channel = open(scheme)) {
            for (String name : List.of("Bytes/invert", "Bytes/invertInExecutor", "Bytes/invertArray")) {
                RawMethod method = channel.rawMethod(name);
                for (int round = 0; round < 3; round++) {
                    for (int length : new int[] { 0, 1, 16_383, 16_384, 32_730, 40_000, MIB, 3 * MIB }) {
                        assertInverted(method, length);
                    }
                }
            }
            assertThat(server.connectionCount()).isEqualTo(1);
        }
    }

    /** In place, and by the caller's own buffers, which may be heap or direct. */
    private static void assertInverted(RawMethod method, int length) {
        byte[] sent = pattern(length);
        byte[] expected = inverted(sent);
        byte[] inPlace = method.call(length, (request) -> request.put(sent), (reply) -> {
            assertThat(reply.isReadOnly()).isTrue();
            byte[] bytes = new byte[reply.remaining()];
            reply.get(bytes);
            return bytes;
        }, PATIENT);
        assertThat(Arrays.equals(inPlace, expected)).as("in place, %s bytes", length).isTrue();
        ByteBuffer direct = ByteBuffer.allocateDirect(length).put(sent).flip();
        ByteBuffer reply = ByteBuffer.allocate(length + 10);
        assertThat(method.call(direct, reply, PATIENT)).isEqualTo(length);
        assertThat(direct.hasRemaining()).isFalse();
        assertThat(Arrays.equals(Arrays.copyOf(reply.array(), length), expected)).as("own, %s bytes", length).isTrue();
    }

    private static byte[] pattern(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31 + (i >> 8));
        }
        return bytes;
    }

    private static byte[] inverted(byte[] bytes) {
        byte[] inverted = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            inverted[i] = (byte) ~bytes[i];
        }
        return inverted;
    }

    @Test
    void largeMessagesAreWhereThePeerHasThemAndLeaveNoFile() throws IOException {
        try (RpcServer server = start("shm"); RpcChannel channel = open("shm")) {
            RawMethod method = channel.rawMethod("Bytes/invert");
            AtomicInteger direct = new AtomicInteger();
            await().atMost(Duration.ofSeconds(20)).until(() -> {
                direct.set(0);
                method.call(MIB, (request) -> direct.addAndGet(request.isDirect() ? 1 : 0),
                        (reply) -> direct.addAndGet(reply.isDirect() ? 1 : 0), PATIENT);
                return direct.get() == 2 && service.direct.get();
            });
            try (Stream<Path> files = Files.list(segments())) {
                assertThat(files).isEmpty();
            }
            assertThat(server.connectionCount()).isEqualTo(1);
        }
    }

    @Test
    void handlersThatKeepAllSlotsHoldUpNobody() throws Exception {
        ExecutorService callers = Executors.newCachedThreadPool();
        try (RpcServer server = start("shm"); RpcChannel channel = open("shm")) {
            RawMethod held = channel.rawMethod("Bytes/hold");
            RawMethod invert = channel.rawMethod("Bytes/invert");
            assertInverted(invert, MIB);
            List<Future<Integer>> waiting = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                waiting.add(callers.submit(() -> held.call(ByteBuffer.allocate(MIB), ByteBuffer.allocate(8), PATIENT)));
            }
            await().until(() -> service.held.get() == 6);
            assertInverted(invert, MIB);
            assertInverted(invert, 10);
            service.release.countDown();
            for (Future<Integer> each : waiting) {
                assertThat(each.get(20, TimeUnit.SECONDS)).isEqualTo(4);
            }
            await().until(() -> server.callsInFlight() == 0);
        }
        finally {
            service.release.countDown();
            callers.shutdownNow();
        }
    }

    @Test
    void withoutMemoryForSlotsLargeMessagesGoInParts() throws IOException {
        try (RpcServer server = start("shm"); RpcChannel channel = open("shm")) {
            RawMethod method = channel.rawMethod("Bytes/invert");
            assertInverted(method, 10);
            Files.delete(segments());
            for (int i = 0; i < 3; i++) {
                assertInverted(method, MIB);
            }
            assertThat(server.connectionCount()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "inproc", "unix", "shm" })
    void handlerThatWritesNothingRepliesWithNothing(String scheme) throws IOException {
        try (RpcServer server = start(scheme); RpcChannel channel = open(scheme)) {
            int length = channel.rawMethod("Bytes/ignore").call(MIB, (request) -> {
            }, ByteBuffer::remaining, PATIENT);
            assertThat(length).isZero();
            await().until(() -> server.callsInFlight() == 0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "inproc", "unix", "shm" })
    void handlerThatFailsAfterItAllocatedIsAnError(String scheme) throws IOException {
        try (RpcServer server = start(scheme); RpcChannel channel = open(scheme)) {
            // More often than there are slots, so that none may be lost.
            for (int i = 0; i < 20; i++) {
                assertFailure(channel, "Bytes/fail", RpcStatus.NOT_FOUND, "no such image");
                assertFailure(channel, "Bytes/allocateTooMuch", RpcStatus.RESOURCE_EXHAUSTED, "expected 0 to");
                assertFailure(channel, "Bytes/allocateTwice", RpcStatus.UNKNOWN, "");
            }
            assertInverted(channel.rawMethod("Bytes/invert"), MIB);
            await().until(() -> server.callsInFlight() == 0);
        }
    }

    private static void assertFailure(RpcChannel channel, String method, RpcStatus status, String text) {
        assertThatExceptionOfType(RpcException.class)
            .isThrownBy(() -> channel.rawMethod(method).call(MIB, (request) -> {
            }, ByteBuffer::remaining, PATIENT))
            .withMessageContaining(text)
            .satisfies((failure) -> assertThat(failure.status()).isEqualTo(status));
    }

    @Test
    void writerThatFailsSendsNothing() throws IOException {
        try (RpcServer server = start("shm"); RpcChannel channel = open("shm")) {
            RawMethod method = channel.rawMethod("Bytes/invert");
            assertInverted(method, MIB);
            int before = service.inverted.get();
            for (int i = 0; i < 20; i++) {
                assertThatIllegalStateException().isThrownBy(() -> method.call(MIB, (request) -> {
                    throw new IllegalStateException("no data");
                }, ByteBuffer::remaining, PATIENT));
            }
            assertThat(service.inverted).hasValue(before);
            assertInverted(method, MIB);
            assertThat(server.connectionCount()).isEqualTo(1);
        }
    }

    @Test
    void timeOfTheWriterCounts() throws IOException {
        try (RpcServer server = start("shm"); RpcChannel channel = open("shm")) {
            RawMethod method = channel.rawMethod("Bytes/invert");
            assertInverted(method, 10);
            int before = service.inverted.get();
            assertThatExceptionOfType(RpcException.class).isThrownBy(() -> method.call(10, (request) -> {
                long startNs = System.nanoTime();
                await().until(() -> System.nanoTime() - startNs > 50_000_000);
            }, ByteBuffer::remaining, CallOptions.timeout(Duration.ofMillis(20))))
                .satisfies((late) -> assertThat(late.status()).isEqualTo(RpcStatus.DEADLINE_EXCEEDED));
            assertInverted(method, 10);
            assertThat(service.inverted).as("calls that were not late").hasValue(before + 2);
            assertThat(server.connectionCount()).isEqualTo(1);
        }
    }

    @Test
    void negativeLengthIsRefused() {
        try (RpcChannel channel = open("shm")) {
            assertThatIllegalArgumentException()
                .isThrownBy(() -> channel.rawMethod("Bytes/invert").call(-1, (request) -> {
                }, ByteBuffer::remaining, PATIENT))
                .withMessageContaining("length=-1");
        }
    }

    @Test
    @Tag("F55")
    void replyBufferIsOfNoUseAfterTheHandlerHasReturned() throws IOException {
        try (RpcServer server = start("inproc"); RpcChannel channel = open("inproc")) {
            channel.rawMethod("Bytes/keep").call(ByteBuffer.allocate(8), ByteBuffer.allocate(8), PATIENT);
            ReplyBuffer kept = service.kept.get();
            assertThat(kept).isNotNull();
            assertThatIllegalStateException().isThrownBy(() -> kept.allocate(1)).withMessageContaining("has returned");
            assertThat(server.connectionCount()).isEqualTo(1);
        }
    }

    @Test
    @SuppressWarnings("try") // Closing early is what is tested.
    @Tag("F57")
    void closingWhileAHandlerReadsDoesNotCrash() throws Exception {
        ExecutorService callers = Executors.newCachedThreadPool();
        try (RpcServer server = start("shm")) {
            for (int round = 0; round < 10; round++) {
                try (RpcChannel channel = open("shm")) {
                    assertInverted(channel.rawMethod("Bytes/invert"), MIB);
                    service.enough.set(false);
                    Future<?> caller = callers.submit(() -> channel.rawMethod("Bytes/invertSlowly")
                        .call(ByteBuffer.allocate(MIB), ByteBuffer.allocate(MIB), PATIENT));
                    await().until(() -> service.slow.get() > 0);
                    channel.close();
                    assertThatExceptionOfType(ExecutionException.class)
                        .isThrownBy(() -> caller.get(20, TimeUnit.SECONDS))
                        .withCauseInstanceOf(RpcException.class);
                    int passes = service.passes.get();
                    await().until(() -> service.passes.get() > passes + 10);
                    service.enough.set(true);
                    await().until(() -> service.slow.get() == 0);
                }
            }
            await().until(() -> server.callsInFlight() == 0);
        }
        finally {
            service.enough.set(true);
            callers.shutdownNow();
        }
    }

    static final class Bytes {

        final AtomicReference<ReplyBuffer> kept = new AtomicReference<>();

        final AtomicBoolean direct = new AtomicBoolean();

        final AtomicInteger inverted = new AtomicInteger();

        final AtomicInteger held = new AtomicInteger();

        final AtomicInteger passes = new AtomicInteger();

        final AtomicBoolean enough = new AtomicBoolean();

        final AtomicInteger slow = new AtomicInteger();

        final CountDownLatch release = new CountDownLatch(1);

        @RpcMethod
        public void invert(ByteBuffer request, ReplyBuffer reply) {
            direct.set(request.isDirect());
            ByteBuffer target = reply.allocate(request.remaining());
            while (request.hasRemaining()) {
                target.put((byte) ~request.get());
            }
            inverted.incrementAndGet();
        }

        @RpcMethod(dispatch = Dispatch.EXECUTOR)
        public void invertInExecutor(ByteBuffer request, ReplyBuffer reply) {
            invert(request, reply);
        }

        @RpcMethod
        public byte[] invertArray(byte[] request) {
            return inverted(request);
        }

        @RpcMethod
        public void invertSlowly(ByteBuffer request, ReplyBuffer reply) {
            slow.incrementAndGet();
            ByteBuffer target = reply.allocate(request.remaining());
            try {
                while (!enough.get()) {
                    target.put(target.position(), request, request.position(), request.remaining());
                    passes.incrementAndGet();
                }
            }
            finally {
                slow.decrementAndGet();
            }
        }

        @RpcMethod
        public void hold(ByteBuffer request, ReplyBuffer reply) throws InterruptedException {
            held.incrementAndGet();
            release.await();
            reply.allocate(Integer.BYTES).putInt(request.remaining());
        }

        @RpcMethod
        public void ignore(ByteBuffer request, ReplyBuffer reply) {
        }

        @RpcMethod
        public void fail(ByteBuffer request, ReplyBuffer reply) {
            reply.allocate(MIB);
            throw new RpcException(RpcStatus.NOT_FOUND, "no such image");
        }

        @RpcMethod
        public void allocateTooMuch(ByteBuffer request, ReplyBuffer reply) {
            reply.allocate(Integer.MAX_VALUE);
        }

        @RpcMethod
        public void allocateTwice(ByteBuffer request, ReplyBuffer reply) {
            reply.allocate(MIB);
            reply.allocate(MIB);
        }

        @RpcMethod
        public void keep(ByteBuffer request, ReplyBuffer reply) {
            kept.set(reply);
        }

    }

}
