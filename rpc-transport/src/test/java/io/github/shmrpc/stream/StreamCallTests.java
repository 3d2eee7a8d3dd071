package io.github.shmrpc.stream;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.RpcStream;
import io.github.shmrpc.call.Place;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.server.RpcServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** What streaming calls do over every carrier. */
@Timeout(60)
abstract class StreamCallTests {

    private static final CallOptions PLAIN = CallOptions.defaults();

    private static final int MANY = 20_000;

    @TempDir
    Path directory = Path.of("");

    final NumbersService service = new NumbersService();

    RpcServer server = RpcServer.builder("inproc:never").register(service).build();

    private RpcChannel channel = RpcChannel.open("inproc:never");

    Numbers numbers = service;

    /** Of the carrier under test. */
    protected abstract String scheme();

    /** Fewer numbers than this are sent to one who reads none: its credit, as bytes. */
    int mostUnread() {
        return 256 * 1024 / 128;
    }

    /** So many streams are given up, one after the other. */
    int abandonedStreams() {
        return 2_000;
    }

    @BeforeEach
    void start() throws IOException {
        Place place = Place.of(scheme(), directory, "streams");
        server = place.server().register(service).build().start();
        channel = place.channel().build();
        numbers = channel.proxy(Numbers.class);
    }

    @AfterEach
    void stop() {
        channel.close();
        server.close();
    }

    private static List<Integer> upTo(int limit) {
        return IntStream.rangeClosed(1, limit).boxed().toList();
    }

    /** No call is left on the server, and the connection still works. */
    private void assertNothingLeft() {
        await().untilAsserted(() -> assertThat(server.callsInFlight()).isZero());
        assertThat(numbers.twice(21)).isEqualTo(42);
    }

    static RpcStatus statusOf(CompletableFuture<?> failed) {
        try {
            failed.get(20, TimeUnit.SECONDS);
        }
        catch (ExecutionException failure) {
            assertThat(failure.getCause()).isInstanceOf(RpcException.class);
            return Objects.requireNonNull((RpcException) failure.getCause()).status();
        }
        catch (Exception other) {
            throw new AssertionError(other);
        }
        throw new AssertionError("did not fail");
    }

    // -- One-way

    @Test
    void oneWayCallsArriveInOrder() {
        for (int i = 0; i < 100; i++) {
            numbers.note("n" + i);
        }
        await().untilAsserted(() -> assertThat(service.notes).hasSize(100));
        assertThat(service.notes).containsExactlyElementsOf(IntStream.range(0, 100).mapToObj((i) -> "n" + i).toList());
        assertNothingLeft();
    }

    // -- Server stream

    @Test
    void serverStreamIsReadToItsEnd() {
        List<Integer> read = new ArrayList<>();
        try (RpcStream<Integer> stream = numbers.countRead(MANY)) {
            stream.forEach(read::add);
            assertThat(stream.isEnded()).isTrue();
            assertThat(stream.read()).isNull();
        }
        assertThat(read).isEqualTo(upTo(MANY));
        assertNothingLeft();
    }

    @Test
    void serverStreamIsSubscribedTo() throws Exception {
        Collector<Integer> collector = new Collector<>();
        numbers.count(MANY, PLAIN).subscribe(collector);
        collector.end.get(20, TimeUnit.SECONDS);
        assertThat(collector.messages).isEqualTo(upTo(MANY));
        assertNothingLeft();
    }

    @Test
    void publisherBeginsCallForEachSubscriber() throws Exception {
        var publisher = numbers.count(3, PLAIN);
        assertThat(server.statistics().requests()).isZero();
        for (int i = 0; i < 2; i++) {
            Collector<Integer> collector = new Collector<>();
            publisher.subscribe(collector);
            collector.end.get(20, TimeUnit.SECONDS);
            assertThat(collector.messages).containsExactly(1, 2, 3);
        }
    }

    @Test
    void emptyServerStreamEnds() {
        assertThat(numbers.countRead(0).read()).isNull();
        assertNothingLeft();
    }

    @Test
    @Tag("F12")
    @Tag("F54")
    void failureComesAfterTheMessages() {
        Collector<Integer> collector = new Collector<>();
        numbers.count(-3, PLAIN).subscribe(collector);
        assertThat(statusOf(collector.end)).isEqualTo(RpcStatus.ABORTED);
        assertThat(collector.messages).containsExactly(1, 2, 3);
        RpcStream<Integer> stream = numbers.countRead(-1);
        assertThat(stream.read()).isEqualTo(1);
        assertThatExceptionOfType(RpcException.class).isThrownBy(stream::read).withMessageContaining("enough");
        assertThat(stream.read()).isNull();
        assertNothingLeft();
    }

    @Test
    void closedStreamIsCancelledAtTheServer() {
        try (RpcStream<Integer> stream = numbers.countRead(1_000_000_000)) {
            assertThat(stream.read()).isEqualTo(1);
        }
        await().untilAsserted(() -> assertThat(service.cancelled).hasValue(1));
        assertNothingLeft();
    }

    @Test
    void cancelledSubscriptionIsCancelledAtTheServer() throws Exception {
        Collector<Integer> collector = new Collector<>(5);
        numbers.count(1_000_000_000, PLAIN).subscribe(collector);
        await().untilAsserted(() -> assertThat(collector.messages).hasSize(5));
        collector.subscription.get().cancel();
        await().untilAsserted(() -> assertThat(service.cancelled).hasValue(1));
        assertNothingLeft();
        assertThat(collector.messages).hasSize(5);
        assertThat(collector.end).isNotDone();
    }

    @Test
    void deadlineEndsStream() {
        assertThat(numbers.twice(1)).isEqualTo(2);
        Collector<Integer> collector = new Collector<>(1);
        numbers.count(1_000_000_000, CallOptions.timeout(Duration.ofSeconds(1))).subscribe(collector);
        assertThat(statusOf(collector.end)).isEqualTo(RpcStatus.DEADLINE_EXCEEDED);
        await().untilAsserted(() -> assertThat(service.cancelled).hasValue(1));
        assertNothingLeft();
    }

    @Test
    @Tag("F21")
    void slowReaderStopsItsSenderAndNobodyElse() throws Exception {
        Collector<Integer> slow = new FirstOne<>();
        numbers.count(1_000_000_000, PLAIN).subscribe(slow);
        await().untilAsserted(() -> assertThat(slow.messages).hasSize(1));
        int before = awaitStill();
        Collector<Integer> other = new Collector<>();
        numbers.count(0, PLAIN).subscribe(other);
        other.end.get(20, TimeUnit.SECONDS);
        assertThat(numbers.twice(4)).isEqualTo(8);
        assertThat(service.emitted).hasValue(before);
        slow.subscription.get().request(before);
        await().untilAsserted(() -> assertThat(service.emitted).hasValueGreaterThan(before));
        slow.subscription.get().cancel();
        assertNothingLeft();
    }

    /**
     * What the sender has sent when it sends no more: bounded by its credit. It might
     * also wait for its turn on a busy machine, so others have to have theirs meanwhile.
     */
    private int awaitStill() {
        int[] last = { -1 };
        int[] times = { 0 };
        await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(100)).until(() -> {
            assertThat(numbers.twice(4)).isEqualTo(8);
            int now = service.emitted.get();
            times[0] = now == last[0] ? times[0] + 1 : 0;
            last[0] = now;
            return times[0] == 5;
        });
        assertThat(last[0]).isLessThan(mostUnread());
        return last[0];
    }

    @Test
    void largeMessagesStreamThrough() {
        int count = 0;
        try (RpcStream<byte[]> stream = numbers.blocks(1_000_000)) {
            for (byte[] block : stream) {
                assertThat(block).hasSize(1_000_000);
                if (++count == 100) {
                    break;
                }
            }
        }
        assertThat(count).isEqualTo(100);
        assertThat(service.emitted.get()).isLessThan(110);
        assertNothingLeft();
    }

    @Test
    void blockedSubscriberHoldsUpNobody() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        Collector<Integer> blocked = new Collector<>() {

            @Override
            public void onNext(Integer message) {
                try {
                    release.await();
                }
                catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                }
                super.onNext(message);
            }

        };
        numbers.count(3, PLAIN).subscribe(blocked);
        Collector<Integer> other = new Collector<>();
        numbers.count(MANY, PLAIN).subscribe(other);
        other.end.get(20, TimeUnit.SECONDS);
        assertThat(channel.callAsync("test.Numbers/twice", 4, Integer.class, PLAIN).get(20, TimeUnit.SECONDS))
            .isEqualTo(8);
        release.countDown();
        blocked.end.get(20, TimeUnit.SECONDS);
    }

    @Test
    void streamsOfManyReadersAreIndependent() throws Exception {
        List<CompletableFuture<Void>> readers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            readers.add(CompletableFuture.runAsync(() -> {
                int expected = 1;
                for (int number : numbers.countRead(MANY)) {
                    assertThat(number).isEqualTo(expected++);
                }
                assertThat(expected).isEqualTo(MANY + 1);
            }, (task) -> new Thread(task).start()));
        }
        for (CompletableFuture<Void> reader : readers) {
            reader.get(40, TimeUnit.SECONDS);
        }
        assertNothingLeft();
    }

    // -- Client stream

    @Test
    void clientStreamIsSummedUp() throws Exception {
        int expected = MANY * (MANY + 1) / 2;
        assertThat(numbers.sum(RpcStream.of(upTo(MANY)), PLAIN).toCompletableFuture().get(20, TimeUnit.SECONDS))
            .isEqualTo(expected);
        assertThat(numbers.sumRead(RpcStream.of(upTo(MANY)))).isEqualTo(expected);
        assertThat(numbers.sumRead(RpcStream.of(List.of()))).isZero();
        assertNothingLeft();
    }

    /**
     * Who waits for the reply polls, and also has to send what found no room at first.
     */
    @Test
    void callerThatWaitsSendsItsStreamToTheEnd() {
        for (int i = 0; i < 20; i++) {
            assertThat(numbers.sumRead(RpcStream.of(upTo(MANY)))).isEqualTo(MANY * (MANY + 1) / 2);
        }
    }

    @Test
    void handlerThatAnswersEarlyStopsItsCaller() {
        try (SubmissionPublisher<Integer> publisher = new SubmissionPublisher<>()) {
            CompletableFuture<Integer> sum = CompletableFuture
                .supplyAsync(() -> numbers.sumRead(RpcStream.of(publisher)), (task) -> new Thread(task).start());
            await().until(publisher::hasSubscribers);
            publisher.submit(5);
            publisher.submit(-1);
            assertThat(sum.join()).isEqualTo(5);
            await().until(() -> !publisher.hasSubscribers());
        }
        assertNothingLeft();
    }

    @Test
    void handlersFailureEndsClientStream() {
        try (SubmissionPublisher<Integer> publisher = new SubmissionPublisher<>()) {
            assertThatExceptionOfType(RpcException.class).isThrownBy(() -> numbers.sumAndWait(publisher))
                .satisfies((failure) -> assertThat(failure.status()).isEqualTo(RpcStatus.FAILED_PRECONDITION));
            await().until(() -> !publisher.hasSubscribers());
        }
        assertNothingLeft();
    }

    @Test
    void cancelledClientStreamReachesTheHandler() {
        try (SubmissionPublisher<Integer> publisher = new SubmissionPublisher<>()) {
            CompletableFuture<Integer> sum = numbers.sum(publisher, PLAIN).toCompletableFuture();
            await().until(publisher::hasSubscribers);
            publisher.submit(5);
            // Else it may be cancelled before it has begun, and then does not.
            await().until(() -> service.sums.get() == 1);
            sum.cancel(true);
            await().until(() -> !publisher.hasSubscribers());
            await().untilAsserted(() -> assertThat(service.failedInputs).hasValue(1));
            await().untilAsserted(() -> assertThat(service.cancelled).hasValue(1));
        }
        assertNothingLeft();
    }

    @Test
    void publishersFailureCancelsTheCall() {
        SubmissionPublisher<Integer> publisher = new SubmissionPublisher<>();
        CompletableFuture<Integer> sum = numbers.sum(publisher, PLAIN).toCompletableFuture();
        await().until(() -> publisher.hasSubscribers() && service.sums.get() == 1);
        publisher.closeExceptionally(new IllegalStateException("out of numbers"));
        assertThat(statusOf(sum)).isEqualTo(RpcStatus.CANCELLED);
        await().untilAsserted(() -> assertThat(service.failedInputs).hasValue(1));
        assertNothingLeft();
    }

    @Test
    void deadlineEndsClientStream() {
        assertThat(numbers.twice(1)).isEqualTo(2);
        try (SubmissionPublisher<Integer> publisher = new SubmissionPublisher<>()) {
            CompletableFuture<Integer> sum = numbers.sum(publisher, CallOptions.timeout(Duration.ofSeconds(1)))
                .toCompletableFuture();
            assertThat(statusOf(sum)).isEqualTo(RpcStatus.DEADLINE_EXCEEDED);
            await().until(() -> !publisher.hasSubscribers());
            await().untilAsserted(() -> assertThat(service.failedInputs).hasValue(1));
        }
        assertNothingLeft();
    }

    // -- Both

    @Test
    void bidirectionalStreamsAreSubscribedTo() throws Exception {
        Collector<Integer> doubles = new Collector<>();
        numbers.doubled(RpcStream.of(upTo(MANY))).subscribe(doubles);
        doubles.end.get(30, TimeUnit.SECONDS);
        assertThat(doubles.messages).isEqualTo(upTo(MANY).stream().map((number) -> 2 * number).toList());
        assertNothingLeft();
    }

    @Test
    void bidirectionalCallIsPlayedLikePingPong() {
        SubmissionPublisher<Integer> publisher = new SubmissionPublisher<>();
        try (RpcStream<Integer> doubles = numbers.doubledRead(RpcStream.of(publisher), PLAIN)) {
            await().until(publisher::hasSubscribers);
            for (int i = 1; i <= 100; i++) {
                publisher.submit(i);
                assertThat(doubles.read(Duration.ofSeconds(20))).isEqualTo(2 * i);
            }
            publisher.close();
            assertThat(doubles.read()).isNull();
        }
        assertNothingLeft();
    }

    @Test
    void serversFailureEndsBothDirections() {
        try (SubmissionPublisher<Integer> publisher = new SubmissionPublisher<>()) {
            Collector<Integer> doubles = new Collector<>();
            numbers.doubled(publisher).subscribe(doubles);
            await().until(publisher::hasSubscribers);
            publisher.submit(1);
            await().untilAsserted(() -> assertThat(doubles.messages).containsExactly(2));
            service.publisher.closeExceptionally(new RpcException(RpcStatus.ABORTED, "enough"));
            assertThat(statusOf(doubles.end)).isEqualTo(RpcStatus.ABORTED);
            await().until(() -> !publisher.hasSubscribers());
            await().untilAsserted(() -> assertThat(service.failedInputs).hasValue(1));
        }
        assertNothingLeft();
    }

    @Test
    void cancelledBidirectionalCallEndsBothDirections() throws Exception {
        try (SubmissionPublisher<Integer> publisher = new SubmissionPublisher<>()) {
            Collector<Integer> doubles = new Collector<>();
            numbers.doubled(publisher).subscribe(doubles);
            await().until(publisher::hasSubscribers);
            await().until(() -> service.publisher.hasSubscribers());
            doubles.subscription.get().cancel();
            await().until(() -> !publisher.hasSubscribers());
            await().until(() -> !service.publisher.hasSubscribers());
            await().untilAsserted(() -> assertThat(service.failedInputs).hasValue(1));
        }
        assertNothingLeft();
    }

    // -- The end of a side

    @Test
    void closedChannelEndsStreams() {
        Collector<Integer> collector = new Collector<>(1);
        numbers.count(1_000_000_000, PLAIN).subscribe(collector);
        await().untilAsserted(() -> assertThat(collector.messages).hasSize(1));
        channel.close();
        assertThat(statusOf(collector.end)).isEqualTo(RpcStatus.UNAVAILABLE);
        await().untilAsserted(() -> assertThat(server.callsInFlight()).isZero());
        await().untilAsserted(() -> assertThat(service.cancelled).hasValue(1));
    }

    @Test
    void stoppedServerEndsStreamsAfterItsDrainTimeout() {
        Collector<Integer> collector = new Collector<>(1);
        numbers.count(1_000_000_000, PLAIN).subscribe(collector);
        await().untilAsserted(() -> assertThat(collector.messages).hasSize(1));
        server.stop(Duration.ofMillis(50));
        assertThat(statusOf(collector.end)).isIn(RpcStatus.UNAVAILABLE, RpcStatus.CANCELLED);
        assertThat(service.cancelled).hasValue(1);
    }

    @Test
    void abandonedStreamsLeaveNothing() {
        for (int i = 0; i < abandonedStreams(); i++) {
            RpcStream<Integer> stream = numbers.countRead(1_000_000_000);
            if (i % 2 == 0) {
                assertThat(stream.read()).isEqualTo(1);
            }
            stream.close();
        }
        await().untilAsserted(() -> assertThat(server.callsInFlight()).isZero());
        // All credit came back: as much as a connection has at most goes through.
        int count = 0;
        for (byte[] block : numbers.blocks(100_000)) {
            count += block.length / 100_000;
        }
        assertThat(count).isEqualTo(1000);
        assertNothingLeft();
    }

}
