package io.github.shmrpc.transport;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import io.github.shmrpc.Endpoint;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * What every carrier of frames must do. Test frames hold a sender's number, a sequence
 * number and bytes that follow from both, so that each receiver can check them whole;
 * {@link Side} does.
 */
@Timeout(60)
public abstract class TransportContractTests {

    protected static final int MAX_FRAME_LENGTH = 512 * 1024;

    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** More frames than fit into a carrier of any kind, of 4 KiB each. */
    private static final int MORE_THAN_FIT = 64 * 1024 * 1024 / 4096;

    private final List<AutoCloseable> opened = new ArrayList<>();

    private final List<Throwable> failures = synchronizedList();

    private Endpoint endpoint = Endpoint.parse("inproc:none");

    private Transport transport = Transports.forEndpoint(endpoint);

    /**
     * An endpoint of the carrier under test.
     * @param directory an empty one of this test, for carriers that need files
     * @return the same for the same directory
     */
    protected abstract Endpoint endpoint(Path directory);

    /**
     * What carries to the endpoint.
     * @param endpoint of the carrier under test
     * @return the one of its scheme, unless it is more than that
     */
    protected Transport transport(Endpoint endpoint) {
        return Transports.forEndpoint(endpoint);
    }

    /**
     * The options of both sides.
     * @return with {@link #MAX_FRAME_LENGTH}
     */
    protected TransportOptions options() {
        return TransportOptions.defaults().withMaxFrameLength(MAX_FRAME_LENGTH).withRingLength(64 * 1024);
    }

    @BeforeEach
    void findTransport(@TempDir Path directory) {
        endpoint = endpoint(directory);
        transport = transport(endpoint);
    }

    @AfterEach
    void closeAll() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
        assertThat(failures).isEmpty();
    }

    // Frames

    @Test
    void framesArriveWholeAndInOrder() throws Exception {
        Server server = listen();
        Side client = connect();
        for (int i = 0; i < 10_000; i++) {
            send(client, server, frame(1, i, 16 + i % 500));
        }
        drain(server, 10_000);
        assertThat(server.sequences(1)).isEqualTo(sequence(10_000));
        assertThat(server.damaged).isEmpty();
    }

    @Test
    @Tag("F24")
    void framesOfAllSizesArriveWithTheirContents() throws Exception {
        Server server = listen();
        Side client = connect();
        server.start();
        client.start();
        int[] sizes = sizes();
        for (int size : sizes) {
            OutboundFrame frame = frame(1, 1, size);
            sendStarted(client.connection(), frame);
            sendStarted(server.connection(), frame(2, 1, size));
        }
        await().atMost(LIMIT)
            .until(() -> server.received.size() == sizes.length && client.received.size() == sizes.length);
        assertThat(server.lengths()).containsExactly(sizes);
        assertThat(client.lengths()).containsExactly(sizes);
        assertThat(server.damaged).isEmpty();
        assertThat(client.damaged).isEmpty();
    }

    private static int[] sizes() {
        List<Integer> sizes = new ArrayList<>();
        for (int size = 1; size <= 80; size++) {
            sizes.add(size);
        }
        for (int power = 128; power <= MAX_FRAME_LENGTH; power *= 2) {
            for (int size = power - 9; size <= power + 9; size++) {
                sizes.add(Math.min(size, MAX_FRAME_LENGTH));
            }
        }
        return sizes.stream().mapToInt(Integer::intValue).toArray();
    }

    @Test
    void offeredFrameIsCopied() throws Exception {
        Server server = listen();
        Side client = connect();
        OutboundFrame frame = frame(1, 0, 100);
        send(client, server, frame);
        frame.clear();
        fill(frame, 1, 1, 100);
        send(client, server, frame);
        drain(server, 2);
        assertThat(server.sequences(1)).isEqualTo(sequence(2));
        assertThat(server.damaged).isEmpty();
    }

    @Test
    @Tag("F25")
    void emptyAndTooLongFramesAreRefused() throws Exception {
        Server server = listen();
        Side client = connect();
        OutboundFrame tooLong = new OutboundFrame();
        tooLong.length(client.connection().maxFrameLength() + 1);
        assertThat(client.connection().maxFrameLength()).isEqualTo(MAX_FRAME_LENGTH);
        assertThatIllegalArgumentException().isThrownBy(() -> client.connection().offer(new OutboundFrame()));
        assertThatIllegalArgumentException().isThrownBy(() -> client.connection().offer(tooLong))
            .withMessageContaining("" + tooLong.length());
        send(client, server, frame(1, 0, 20));
        drain(server, 1);
        assertThat(server.sequences(1)).isEqualTo(sequence(1));
    }

    @Test
    void framesOfManyThreadsAllArriveEachThreadsInOrder() throws Exception {
        Server server = listen();
        Side client = connect();
        server.start();
        int threads = 8;
        int frames = 2000;
        List<Thread> senders = new ArrayList<>();
        for (int sender = 1; sender <= threads; sender++) {
            int number = sender;
            senders.add(start(() -> {
                OutboundFrame frame = new OutboundFrame();
                for (int i = 0; i < frames; i++) {
                    frame.clear();
                    // Two of the threads send large frames now and then, which go in
                    // parts between the small ones.
                    fill(frame, number, i, number <= 2 && i % 50 == 0 ? 100_000 + i : 16 + i % 300);
                    sendStarted(client.connection(), frame);
                }
            }));
        }
        for (Thread sender : senders) {
            sender.join();
        }
        await().atMost(LIMIT).until(() -> server.received.size() == threads * frames);
        for (int sender = 1; sender <= threads; sender++) {
            assertThat(server.sequences(sender)).isEqualTo(sequence(frames));
        }
        assertThat(server.damaged).isEmpty();
    }

    @Test
    void bothDirectionsCarryFramesAtOnce() throws Exception {
        Server server = listen();
        Side client = connect();
        server.start();
        client.start();
        Thread there = start(() -> sendMany(client.connection(), 1, 3000, 2000));
        Thread back = start(() -> sendMany(server.connection(), 2, 3000, 2000));
        there.join();
        back.join();
        await().atMost(LIMIT).until(() -> server.received.size() == 3000 && client.received.size() == 3000);
        assertThat(server.sequences(1)).isEqualTo(sequence(3000));
        assertThat(client.sequences(2)).isEqualTo(sequence(3000));
        assertThat(client.damaged).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(WaitMode.class)
    void answersArriveInEveryWaitMode(WaitMode mode) throws Exception {
        Server server = listen(options().withWaitMode(mode));
        Side client = connect(options().withWaitMode(mode));
        server.echo = true;
        server.start();
        for (int i = 0; i < 200; i++) {
            sendStarted(client.connection(), frame(1, i, 64));
            client.pollUntil(i + 1);
        }
        assertThat(client.sequences(1)).isEqualTo(sequence(200));
    }

    // Back-pressure

    @Test
    @Tag("F23")
    void fullConnectionRefusesUntilFramesAreTaken() throws Exception {
        Server server = listen();
        Side client = connect();
        OutboundFrame frame = new OutboundFrame();
        int sent = fillUp(client.connection(), 1);
        fill(frame, 1, sent, 4096);
        assertThat(sent).isPositive();
        assertThat(client.connection().offer(frame)).isFalse();
        server.start();
        sendStarted(client.connection(), frame);
        await().atMost(LIMIT).until(() -> server.received.size() == sent + 1);
        assertThat(server.sequences(1)).isEqualTo(sequence(sent + 1));
        assertThat(server.damaged).isEmpty();
    }

    @Test
    void abandonedFrameLeavesTheNextOnesIntact() throws Exception {
        Server server = listen();
        Side client = connect();
        int sent = 0;
        OutboundFrame large = frame(1, sent, MAX_FRAME_LENGTH);
        while (client.connection().offer(large)) {
            sent++;
            large.clear();
            fill(large, 1, sent, MAX_FRAME_LENGTH);
        }
        client.connection().abandon(large);
        server.start();
        int whole = sent;
        for (int i = 0; i < 100; i++) {
            sendStarted(client.connection(), frame(1, whole + i, 3000));
        }
        await().atMost(LIMIT).until(() -> server.received.size() == whole + 100);
        assertThat(server.sequences(1)).isEqualTo(sequence(whole + 100));
        assertThat(server.damaged).isEmpty();
    }

    @Test
    void framesAbandonedOverAndOverLeaveTheConnectionUsable() throws Exception {
        Server server = listen();
        Side client = connect();
        server.start();
        int taken = 0;
        for (int i = 0; i < 300; i++) {
            OutboundFrame frame = frame(1, taken, MAX_FRAME_LENGTH);
            if (client.connection().offer(frame) || (i % 3 == 0 && offerFor(client.connection(), frame, 2))) {
                taken++;
            }
            else {
                client.connection().abandon(frame);
            }
        }
        sendStarted(client.connection(), frame(1, taken, 100));
        int expected = taken + 1;
        await().atMost(LIMIT).until(() -> server.received.size() == expected);
        assertThat(server.sequences(1)).isEqualTo(sequence(expected));
        assertThat(server.damaged).isEmpty();
    }

    private static boolean offerFor(Connection connection, OutboundFrame frame, int attempts) {
        for (int i = 0; i < attempts; i++) {
            letOthersRun();
            if (connection.offer(frame)) {
                return true;
            }
        }
        return false;
    }

    @Test
    void reusedFrameCanBeSentAfterItWasAbandoned() throws Exception {
        Server server = listen();
        Side client = connect();
        int sent = fillUp(client.connection(), 1);
        OutboundFrame frame = frame(1, sent, MAX_FRAME_LENGTH);
        assertThat(client.connection().offer(frame)).isFalse();
        client.connection().abandon(frame);
        server.start();
        frame.clear();
        fill(frame, 1, sent, MAX_FRAME_LENGTH);
        sendStarted(client.connection(), frame);
        await().atMost(LIMIT).until(() -> server.received.size() == sent + 1);
        assertThat(server.sequences(1)).isEqualTo(sequence(sent + 1));
        assertThat(server.damaged).isEmpty();
    }

    // What was taken

    @Test
    void polledFrameWasTaken() throws Exception {
        Server server = listen();
        Side client = connect();
        OutboundFrame frame = frame(1, 0, 100);
        send(client, server, frame);
        drain(server, 1);
        assertThat(client.connection().wasTaken(frame.position())).isTrue();
        client.connection().close();
        assertThat(client.connection().wasTaken(frame.position())).isTrue();
    }

    @Test
    void positionsGrow() throws Exception {
        Server server = listen();
        Side client = connect();
        long last = 0;
        for (int i = 0; i < 100; i++) {
            OutboundFrame frame = frame(1, i, 100);
            send(client, server, frame);
            assertThat(frame.position()).isGreaterThan(last);
            last = frame.position();
        }
    }

    @Test
    @Tag("F07")
    void noPolledFrameIsDeniedAfterTheAcceptorDied() throws Exception {
        Server server = listen();
        Side client = connect();
        List<Long> positions = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            OutboundFrame frame = frame(1, i, 1000);
            send(client, server, frame);
            positions.add(frame.position());
        }
        server.pollUntil(10);
        int polled = server.received.size();
        server.acceptor.close();
        client.pollUntilClosed();
        for (int i = 0; i < polled; i++) {
            assertThat(client.connection().wasTaken(positions.get(i))).isTrue();
        }
    }

    // The end

    @Test
    void framesSentBeforeTheDiallerClosesArriveBeforeTheEnd() throws Exception {
        Server server = listen();
        Side client = connect();
        for (int i = 0; i < 10; i++) {
            send(client, server, frame(1, i, 1000));
        }
        client.connection().close();
        server.pollUntilClosed();
        assertThat(server.sequences(1)).isEqualTo(sequence(10));
        assertThat(server.framesAfterEnd).hasValue(0);
        assertThat(server.causes).containsExactly("none");
        client.pollUntilClosed();
        assertThat(client.causes).containsExactly("none");
    }

    @Test
    @Tag("F10")
    void framesSentBeforeTheAcceptorsSideClosesArriveBeforeTheEnd() throws Exception {
        Server server = listen();
        Side client = connect();
        send(client, server, frame(1, 0, 10));
        drain(server, 1);
        for (int i = 0; i < 10; i++) {
            sendStarted(server.connection(), frame(2, i, 1000));
        }
        server.connection().close();
        server.start();
        client.pollUntilClosed();
        assertThat(client.sequences(2)).isEqualTo(sequence(10));
        assertThat(client.framesAfterEnd).hasValue(0);
        assertThat(client.causes).containsExactly("none");
        await().atMost(LIMIT).until(() -> server.closed.get() == 1);
        assertThat(server.causes).containsExactly("none");
    }

    @Test
    void endIsReportedOnce() throws Exception {
        Server server = listen();
        Side client = connect();
        Connection accepted = server.connection();
        List<Thread> closers = new ArrayList<>();
        CountDownLatch go = new CountDownLatch(1);
        for (int i = 0; i < 4; i++) {
            Connection end = i % 2 == 0 ? accepted : client.connection();
            closers.add(start(() -> {
                go.await();
                end.close();
                end.close();
            }));
        }
        server.start();
        client.start();
        go.countDown();
        for (Thread closer : closers) {
            closer.join();
        }
        await().atMost(LIMIT).until(() -> server.closed.get() > 0 && client.closed.get() > 0);
        server.stop();
        client.stop();
        for (int i = 0; i < 100; i++) {
            assertThat(server.poller.poll(server.frame)).isNull();
            assertThat(client.poller.poll(client.frame)).isNull();
        }
        assertThat(server.closed).hasValue(1);
        assertThat(client.closed).hasValue(1);
        assertThat(server.closedConnections).containsExactly(accepted);
        assertThat(client.closedConnections).containsExactly(client.connection());
    }

    @Test
    @Tag("F57")
    void connectionMayBeClosedWhileThreadsSend() throws Exception {
        Server server = listen();
        Side client = connect();
        server.start();
        AtomicInteger refused = new AtomicInteger();
        List<Thread> senders = new ArrayList<>();
        for (int sender = 1; sender <= 4; sender++) {
            int number = sender;
            senders.add(start(() -> {
                try {
                    sendMany(client.connection(), number, Integer.MAX_VALUE, 200);
                }
                catch (ConnectionClosedException ex) {
                    refused.incrementAndGet();
                }
            }));
        }
        await().atMost(LIMIT).until(() -> server.received.size() > 100);
        client.connection().close();
        for (Thread sender : senders) {
            sender.join();
        }
        assertThat(refused).hasValue(4);
        await().atMost(LIMIT).until(() -> server.closed.get() == 1);
        for (int sender = 1; sender <= 4; sender++) {
            List<Integer> sequences = server.sequences(sender);
            assertThat(sequences).isEqualTo(sequence(sequences.size()));
        }
        assertThat(server.damaged).isEmpty();
    }

    @Test
    @Tag("F57")
    void closedConnectionTakesNothing() throws Exception {
        Server server = listen();
        Side client = connect();
        Connection accepted = server.connection();
        assertThat(client.connection().isOpen()).isTrue();
        assertThat(accepted.isOpen()).isTrue();
        client.connection().close();
        server.pollUntilClosed();
        assertThat(client.connection().isOpen()).isFalse();
        assertThat(accepted.isOpen()).isFalse();
        assertThatExceptionOfType(ConnectionClosedException.class)
            .isThrownBy(() -> client.connection().offer(frame(1, 0, 10)));
        assertThatExceptionOfType(ConnectionClosedException.class).isThrownBy(() -> accepted.offer(frame(1, 0, 10)));
    }

    @Test
    @Tag("F57")
    void connectionMayBeClosedFromACallback() throws Exception {
        Server server = listen();
        Side client = connect();
        server.onClosed = Connection::close;
        client.connection().close();
        server.pollUntilClosed();
        assertThat(server.poller.poll(server.frame)).isNull();
        assertThat(server.closed).hasValue(1);
    }

    @Test
    void endOfAFullConnectionIsReported() throws Exception {
        Server server = listen();
        Side client = connect();
        int sent = fillUp(client.connection(), 1);
        client.connection().close();
        server.pollUntilClosed();
        assertThat(server.sequences(1)).isEqualTo(sequence(sent));
        assertThat(server.damaged).isEmpty();
    }

    @Test
    void closingTheAcceptorEndsItsConnections() throws Exception {
        Server server = listen();
        Side one = connect();
        Side two = connect();
        await().atMost(LIMIT).until(() -> server.connections.size() == 2);
        server.acceptor.close();
        server.acceptor.close();
        one.pollUntilClosed();
        two.pollUntilClosed();
        assertThat(one.connection().isOpen()).isFalse();
        assertThatExceptionOfType(IOException.class).isThrownBy(this::connect);
    }

    // Many connections

    @Test
    void eachConnectionGetsItsOwnFrames() throws Exception {
        Server server = listen();
        server.echo = true;
        server.start();
        List<Side> clients = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            clients.add(connect());
        }
        for (int sequence = 0; sequence < 200; sequence++) {
            for (int i = 0; i < clients.size(); i++) {
                sendStarted(clients.get(i).connection(), frame(i, sequence, 50 + i));
            }
            for (Side client : clients) {
                client.pollUntil(sequence + 1);
            }
        }
        for (int i = 0; i < clients.size(); i++) {
            assertThat(clients.get(i).sequences(i)).isEqualTo(sequence(200));
            assertThat(clients.get(i).damaged).isEmpty();
        }
    }

    @Test
    void floodedConnectionDoesNotHoldUpAnother() throws Exception {
        Server server = listen();
        Side flood = connect();
        Side other = connect();
        await().atMost(LIMIT).until(() -> server.connections.size() == 2);
        int sent = fillUp(flood.connection(), 1);
        send(other, server, frame(2, 0, 100));
        server.pollUntil(sent + 1);
        int turn = server.indexOfSender(2);
        // Nothing exact: it must not have had to wait for the whole flood.
        assertThat(turn).isLessThan(sent);
        assertThat(server.sequences(1)).isEqualTo(sequence(sent));
    }

    @Test
    void endOfOneConnectionLeavesTheOthers() throws Exception {
        Server server = listen();
        Side one = connect();
        Side two = connect();
        server.start();
        one.connection().close();
        await().atMost(LIMIT).until(() -> server.closed.get() == 1);
        sendMany(two.connection(), 2, 100, 100);
        await().atMost(LIMIT).until(() -> server.received.size() == 100);
        assertThat(server.sequences(2)).isEqualTo(sequence(100));
    }

    @Test
    @Tag("F41")
    @Tag("T7")
    void connectionsAboveTheLimitAreRefusedUntilOneCloses() throws Exception {
        Server server = listen(options().withMaxConnections(2));
        server.start();
        Side one = connect();
        connect();
        assertThatExceptionOfType(IOException.class).isThrownBy(this::connect)
            .withMessageContaining("connections")
            .withMessageContaining(endpoint.toString());
        one.connection().close();
        await().atMost(LIMIT)
            .ignoreExceptionsInstanceOf(IOException.class)
            .until(() -> connect().connection().isOpen());
        await().atMost(LIMIT).until(() -> server.connections.size() == 3);
    }

    // Waiting

    @Test
    void waitEndsAfterItsTimeout() throws Exception {
        Server server = listen(options().withWaitMode(WaitMode.PARK));
        long start = System.nanoTime();
        int waits = 0;
        while (System.nanoTime() - start < Duration.ofMillis(300).toNanos()) {
            assertThat(server.poller.poll(server.frame)).isNull();
            server.poller.await(Duration.ofMillis(100).toNanos());
            waits++;
        }
        // It did sleep. Returns without cause are allowed, a busy loop is not.
        assertThat(waits).isBetween(1, 1000);
    }

    @ParameterizedTest
    @EnumSource(WaitMode.class)
    void wakeupEndsTheCurrentWait(WaitMode mode) throws Exception {
        listen();
        Side client = connect(options().withWaitMode(mode));
        AtomicBoolean stop = new AtomicBoolean();
        Thread waiting = start(() -> {
            while (!stop.get()) {
                client.poller.poll(client.frame);
                client.poller.await(Long.MAX_VALUE);
            }
        });
        if (mode == WaitMode.PARK) {
            letSleep(waiting);
        }
        stop.set(true);
        client.poller.wakeup();
        waiting.join(LIMIT.toMillis());
        assertThat(waiting.isAlive()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(WaitMode.class)
    void wakeupBeforeTheWaitEndsIt(WaitMode mode) throws Exception {
        Server server = listen(options().withWaitMode(mode));
        assertThat(server.poller.poll(server.frame)).isNull();
        server.poller.wakeup();
        Thread waiting = start(() -> server.poller.await(Long.MAX_VALUE));
        waiting.join(LIMIT.toMillis());
        assertThat(waiting.isAlive()).isFalse();
    }

    @Test
    @Tag("F33")
    void noWakeupIsLost() throws Exception {
        Server server = listen(options().withWaitMode(WaitMode.PARK));
        AtomicInteger asked = new AtomicInteger();
        AtomicInteger seen = new AtomicInteger();
        Thread waiting = start(() -> {
            while (seen.get() < 2000) {
                server.poller.poll(server.frame);
                server.poller.await(Long.MAX_VALUE);
                seen.set(asked.get());
            }
        });
        for (int i = 1; i <= 2000; i++) {
            asked.set(i);
            server.poller.wakeup();
            int awaited = i;
            while (seen.get() < awaited && waiting.isAlive()) {
                Thread.onSpinWait();
            }
        }
        waiting.join(LIMIT.toMillis());
        assertThat(seen).hasValue(2000);
    }

    @ParameterizedTest
    @EnumSource(WaitMode.class)
    void frameEndsAWait(WaitMode mode) throws Exception {
        Server server = listen(options().withWaitMode(mode));
        Side client = connect();
        Thread waiting = start(() -> server.pollUntil(1));
        if (mode == WaitMode.PARK) {
            letSleep(waiting);
        }
        sendStarted(client.connection(), frame(1, 0, 100));
        waiting.join(LIMIT.toMillis());
        assertThat(server.sequences(1)).isEqualTo(sequence(1));
    }

    @Test
    void endOfAConnectionEndsAWait() throws Exception {
        Server server = listen(options().withWaitMode(WaitMode.PARK));
        Side client = connect(options().withWaitMode(WaitMode.PARK));
        Connection accepted = server.connection();
        server.start();
        Thread waiting = start(client::pollUntilClosed);
        letSleep(waiting);
        accepted.close();
        waiting.join(LIMIT.toMillis());
        assertThat(client.closed).hasValue(1);
    }

    @Test
    void whoNeverWaitsFindsFramesAndTheEndByLooking() throws Exception {
        Server server = listen();
        Side client = connect();
        server.echo = true;
        server.start();
        for (int i = 0; i < 50; i++) {
            int expected = i + 1;
            sendStarted(client.connection(), frame(1, i, 100));
            lookUntil(client, () -> client.received.size() == expected);
        }
        assertThat(client.sequences(1)).isEqualTo(sequence(50));
        server.connection().close();
        lookUntil(client, () -> client.closed.get() == 1);
    }

    private static void lookUntil(Side side, BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (!side.pollOnce()) {
                side.poller.look(true);
                letOthersRun();
                assertThat(System.nanoTime() - start).as("ns without result").isLessThan(LIMIT.toNanos());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(WaitMode.class)
    @Tag("F50")
    void interruptEndsTheWaitAndLeavesTheConnectionOpen(WaitMode mode) throws Exception {
        Server server = listen(options().withWaitMode(mode));
        Side client = connect(options().withWaitMode(mode));
        server.echo = true;
        AtomicBoolean flagLeft = new AtomicBoolean();
        Thread serving = start(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                server.poller.poll(server.frame);
                server.poller.await(Long.MAX_VALUE);
            }
            flagLeft.set(Thread.currentThread().isInterrupted());
            // With the flag still set: frames come and go, nothing is closed.
            server.pollUntil(50);
        });
        serving.interrupt();
        await().atMost(LIMIT).untilTrue(flagLeft);
        Thread.currentThread().interrupt();
        boolean stillInterrupted;
        try {
            for (int i = 0; i < 50; i++) {
                sendStarted(client.connection(), frame(1, i, 100));
                client.pollUntil(i + 1);
            }
        }
        finally {
            stillInterrupted = Thread.interrupted();
        }
        assertThat(stillInterrupted).isTrue();
        serving.join(LIMIT.toMillis());
        assertThat(client.sequences(1)).isEqualTo(sequence(50));
        assertThat(client.connection().isOpen()).isTrue();
        assertThat(server.closed).hasValue(0);
    }

    @Test
    void pollRoleMayPassFromThreadToThread() throws Exception {
        Server server = listen();
        Side client = connect();
        for (int i = 0; i < 20; i++) {
            sendStarted(client.connection(), frame(1, i, 100));
            int expected = i + 1;
            Thread holder = start(() -> server.pollUntil(expected));
            holder.join(LIMIT.toMillis());
        }
        assertThat(server.sequences(1)).isEqualTo(sequence(20));
    }

    // Connecting

    @Test
    void connectionIsOpenedBeforeItsFirstFrameAndKeepsItsAttachment() throws Exception {
        Server server = listen();
        server.onOpened = (connection) -> connection.attachment("session");
        Side client = connect();
        send(client, server, frame(1, 0, 100));
        drain(server, 1);
        assertThat(server.framesBeforeOpened).hasValue(0);
        assertThat(server.attachments).containsExactly("session");
        assertThat(client.connection().attachment()).isNull();
        client.connection().attachment("channel");
        assertThat(client.connection().attachment()).isEqualTo("channel");
    }

    @Test
    void eachSideKnowsThePeer() throws Exception {
        Server server = listen(options().withName("world"));
        Side client = connect(options().withName("gateway"));
        assertThat(client.connection().peer().name()).isEqualTo("world");
        assertThat(server.connection().peer().name()).isEqualTo("gateway");
        assertThat(client.connection().peer().carrier()).isEqualTo(endpoint.scheme());
        assertThat(client.connection().peer().user()).isNotEmpty();
        assertThat(server.acceptor.endpoint()).isEqualTo(endpoint);
    }

    @Test
    @Tag("F01")
    void diallingNobodyFailsFastWithTheEndpointInTheText() {
        long start = System.nanoTime();
        assertThatExceptionOfType(IOException.class).isThrownBy(this::connect)
            .withMessageContaining(endpoint.toString())
            .isNotInstanceOf(PermanentConnectException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(options().handshakeTimeout());
    }

    @Test
    @Tag("F66")
    void secondAcceptorOnAnEndpointIsRefusedAndTheFirstLivesOn() throws Exception {
        Server server = listen();
        assertThatExceptionOfType(IOException.class).isThrownBy(this::listen)
            .withMessageContaining("in use")
            .withMessageContaining(endpoint.toString());
        Side client = connect();
        send(client, server, frame(1, 0, 100));
        drain(server, 1);
        assertThat(server.sequences(1)).isEqualTo(sequence(1));
    }

    @Test
    void successorIsDialledAndConnectionsOfThoseBeforeLiveOn() throws Exception {
        TransportOptions takingOver = options().withTakeOver(true);
        Server before = listen(takingOver);
        for (int round = 0; round < 3; round++) {
            Server outgoing = before;
            Side old = connect();
            outgoing.connection();
            Server next = listen(takingOver);
            await().atMost(LIMIT).until(outgoing::isReplaced);
            Side client = connect();
            next.connection();
            send(old, outgoing, frame(1, 0, 100));
            send(client, next, frame(2, 0, 100));
            drain(outgoing, (round == 0) ? 1 : 2);
            drain(next, 1);
            assertThat(outgoing.sequences(1)).isEqualTo(sequence(1));
            assertThat(next.sequences(2)).isEqualTo(sequence(1));
            assertThat(next.connections).hasSize(1);
            outgoing.acceptor.stopAccepting();
            outgoing.acceptor.close();
            old.pollUntilClosed();
            client.connection().close();
            before = next;
        }
    }

    @Test
    void whoDialsWhileServersReplaceEachOtherIsConnected() throws Exception {
        TransportOptions takingOver = options().withTakeOver(true).withMaxConnections(10_000);
        listen(takingOver).start();
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger dialled = new AtomicInteger();
        // So that connections do not pile up faster than servers see their ends.
        AtomicInteger allowed = new AtomicInteger();
        Thread diallers = start(() -> {
            while (!over.get()) {
                if (dialled.get() == allowed.get()) {
                    Thread.onSpinWait();
                    continue;
                }
                Side client = new Side();
                Dialled made = transport.connect(endpoint, options(), client);
                client.poller = made.poller();
                try (Connection connection = made.connection()) {
                    assertThat(connection.isOpen()).isTrue();
                }
                client.end();
                dialled.incrementAndGet();
            }
        });
        for (int round = 0; round < 20; round++) {
            int before = dialled.get();
            allowed.set(before + 20);
            listen(takingOver).start();
            await().atMost(LIMIT).until(() -> dialled.get() == before + 20 || !diallers.isAlive());
        }
        over.set(true);
        diallers.join(LIMIT.toMillis());
        assertThat(dialled.get()).isEqualTo(20 * 20);
    }

    @Test
    void noConnectionIsAcceptedAfterStopAndExistingOnesLiveOn() throws Exception {
        Server server = listen();
        Side client = connect();
        server.connection();
        server.acceptor.stopAccepting();
        server.acceptor.stopAccepting();
        assertThatExceptionOfType(IOException.class).isThrownBy(this::connect);
        send(client, server, frame(1, 0, 100));
        drain(server, 1);
        assertThat(server.sequences(1)).isEqualTo(sequence(1));
        assertThat(client.connection().isOpen()).isTrue();
    }

    @Test
    void endpointCanBeUsedAgain() throws Exception {
        for (int round = 0; round < 5; round++) {
            Server server = listen();
            Side client = connect();
            send(client, server, frame(1, 0, 100));
            drain(server, 1);
            assertThat(server.sequences(1)).isEqualTo(sequence(1));
            server.acceptor.close();
            client.pollUntilClosed();
        }
    }

    @Test
    void diallerCanConnectAgain() throws Exception {
        Server server = listen();
        server.start();
        for (int round = 0; round < 20; round++) {
            Side client = connect();
            sendStarted(client.connection(), frame(round, 0, 100));
            client.connection().close();
            client.pollUntilClosed();
        }
        await().atMost(LIMIT).until(() -> server.closed.get() == 20);
        assertThat(server.received).hasSize(20);
        assertThat(server.connections).hasSize(20).doesNotHaveDuplicates();
    }

    @Test
    void framesOfMembersThatComeAndGoAllArrive() throws Exception {
        Server server = listen();
        server.start();
        List<Thread> members = new ArrayList<>();
        for (int member = 1; member <= 4; member++) {
            int number = member;
            members.add(start(() -> {
                for (int round = 0; round < 10; round++) {
                    Side client = new Side();
                    Dialled dialled = transport.connect(endpoint, options(), client);
                    client.poller = dialled.poller();
                    for (int i = 0; i < 20; i++) {
                        sendStarted(dialled.connection(), frame(number, round * 20 + i, 100));
                    }
                    dialled.connection().close();
                    client.end();
                }
            }));
        }
        for (Thread member : members) {
            member.join();
        }
        await().atMost(LIMIT).until(() -> server.closed.get() == 40);
        assertThat(server.received).hasSize(4 * 200);
        // Frames of one member's connections may overtake each other; those of one
        // connection may not.
        assertThat(server.damaged).isEmpty();
        assertThat(Set.copyOf(server.sequences(1))).isEqualTo(Set.copyOf(sequence(200)));
    }

    // The two sides

    private Server listen() throws IOException {
        return listen(options());
    }

    private Server listen(TransportOptions options) throws IOException {
        Server server = new Server();
        Acceptor acceptor = transport.listen(endpoint, options, server);
        server.acceptor = acceptor;
        server.poller = acceptor.poller();
        opened.add(acceptor);
        opened.add(server::stop);
        return server;
    }

    private Side connect() throws IOException {
        return connect(options());
    }

    private Side connect(TransportOptions options) throws IOException {
        Side client = new Side();
        Dialled dialled = transport.connect(endpoint, options, client);
        client.connections.add(dialled.connection());
        client.poller = dialled.poller();
        opened.add(client::end);
        opened.add(dialled.connection());
        opened.add(client::stop);
        return client;
    }

    /** One side's poller, with what came out of it. Lists may be read by any thread. */
    private class Side implements ConnectionHandler {

        final List<Connection> connections = synchronizedList();

        final List<Received> received = synchronizedList();

        final List<String> damaged = synchronizedList();

        final List<String> causes = synchronizedList();

        final List<Connection> closedConnections = synchronizedList();

        final List<Object> attachments = synchronizedList();

        final AtomicInteger closed = new AtomicInteger();

        final InboundFrame frame = new InboundFrame();

        final AtomicInteger bodies = new AtomicInteger();

        final AtomicInteger framesAfterEnd = new AtomicInteger();

        final AtomicInteger framesBeforeOpened = new AtomicInteger();

        volatile boolean echo;

        volatile Consumer<Connection> onOpened = (connection) -> {
        };

        volatile Consumer<Connection> onClosed = (connection) -> {
        };

        /** Set before it is used. */
        @SuppressWarnings("NullAway.Init")
        Poller poller;

        private volatile boolean stopped;

        private @Nullable Thread thread;

        /** Polls in a thread of its own from now on. */
        void start() {
            thread = TransportContractTests.this.start(() -> {
                while (!stopped) {
                    if (!pollOnce()) {
                        poller.await(Duration.ofMillis(100).toNanos());
                    }
                }
            });
        }

        void stop() throws InterruptedException {
            stopped = true;
            if (thread != null) {
                poller.wakeup();
                thread.join(LIMIT.toMillis());
                assertThat(thread.isAlive()).isFalse();
            }
        }

        /** Whoever polls a connection learns of its end, and frees what it holds. */
        void end() {
            if (closed.get() == 0) {
                pollUntilClosed();
            }
        }

        /** In the calling thread. */
        void pollUntil(int count) {
            pollUntil(() -> received.size() >= count, "frames");
        }

        void pollUntilClosed() {
            pollUntil(() -> closed.get() > 0, "end of the connection");
        }

        private void pollUntil(BooleanSupplier condition, String what) {
            long start = System.nanoTime();
            while (!condition.getAsBoolean()) {
                // An end is reported by a poll that returns nothing: look at the
                // condition before waiting.
                if (!pollOnce() && !condition.getAsBoolean()) {
                    poller.await(LIMIT.toNanos());
                    assertThat(System.nanoTime() - start).as("ns without " + what).isLessThan(LIMIT.toNanos());
                }
            }
        }

        boolean pollOnce() {
            Connection from = poller.poll(frame);
            if (from == null) {
                return false;
            }
            bodies.addAndGet(frame.hasBody() ? 1 : 0);
            frame.gather();
            framesAfterEnd.addAndGet(closedConnections.contains(from) ? 1 : 0);
            framesBeforeOpened.addAndGet(connections.contains(from) ? 0 : 1);
            Object attachment = from.attachment();
            if (attachment != null) {
                attachments.add(attachment);
            }
            if (echo) {
                OutboundFrame answer = new OutboundFrame();
                answer.append(frame.array(), 0, frame.length());
                sendStarted(from, answer);
            }
            note();
            return true;
        }

        private void note() {
            int length = frame.length();
            byte[] bytes = frame.array();
            int sender = length < Long.BYTES ? -1 : frame.getInt(0);
            int sequence = length < Long.BYTES ? -1 : frame.getInt(Integer.BYTES);
            for (int i = sender < 0 ? 0 : Long.BYTES; i < length; i++) {
                if (bytes[i] != content(sender, sequence, i)) {
                    damaged.add("sender " + sender + " frame " + sequence + " byte " + i);
                    break;
                }
            }
            received.add(new Received(sender, sequence, length));
        }

        List<Integer> sequences(int sender) {
            synchronized (received) {
                return received.stream().filter((one) -> one.sender == sender).map(Received::sequence).toList();
            }
        }

        int[] lengths() {
            synchronized (received) {
                return received.stream().mapToInt(Received::length).toArray();
            }
        }

        int indexOfSender(int sender) {
            synchronized (received) {
                return received.stream().map(Received::sender).toList().indexOf(sender);
            }
        }

        Connection connection() {
            if (connections.isEmpty()) {
                await().atMost(LIMIT).until(() -> !connections.isEmpty());
            }
            return connections.get(0);
        }

        @Override
        public void opened(Connection connection) {
            connections.add(connection);
            onOpened.accept(connection);
        }

        @Override
        public void closed(Connection connection, @Nullable IOException cause) {
            causes.add(cause == null ? "none" : cause.toString());
            closedConnections.add(connection);
            onClosed.accept(connection);
            closed.incrementAndGet();
        }

    }

    private final class Server extends Side {

        /** Set before it is used. */
        @SuppressWarnings("NullAway.Init")
        Acceptor acceptor;

        private volatile boolean replaced;

        @Override
        public void replaced() {
            replaced = true;
        }

        boolean isReplaced() {
            return replaced;
        }

    }

    // Sending

    /** Offers until it is taken, for connections whose other side polls by itself. */
    private static void sendStarted(Connection connection, OutboundFrame frame) {
        long start = System.nanoTime();
        while (!connection.offer(frame)) {
            assertThat(System.nanoTime() - start).as("ns without room").isLessThan(LIMIT.toNanos());
            letOthersRun();
        }
    }

    private static void sendMany(Connection connection, int sender, int count, int maxLength) {
        OutboundFrame frame = new OutboundFrame();
        for (int i = 0; i < count; i++) {
            frame.clear();
            fill(frame, sender, i, Long.BYTES + i % (maxLength - Long.BYTES));
            sendStarted(connection, frame);
        }
    }

    /** Offers until it is taken, and polls for the other side while there is no room. */
    private static void send(Side from, Side to, OutboundFrame frame) {
        long start = System.nanoTime();
        while (!from.connection().offer(frame)) {
            assertThat(System.nanoTime() - start).as("ns without room").isLessThan(LIMIT.toNanos());
            to.pollOnce();
        }
    }

    private static void drain(Side side, int count) {
        side.pollUntil(count);
        assertThat(side.received).hasSize(count);
    }

    /**
     * Sends frames until there is no room.
     * @return how many were taken
     */
    private static int fillUp(Connection connection, int sender) {
        int sent = 0;
        OutboundFrame frame = frame(sender, sent, 4096);
        while (connection.offer(frame)) {
            sent++;
            assertThat(sent).as("frames that nobody takes").isLessThan(MORE_THAN_FIT);
            frame.clear();
            fill(frame, sender, sent, 4096);
        }
        connection.abandon(frame);
        return sent;
    }

    // Frames: sender, sequence number, contents; frames below 8 bytes have contents only.

    private static OutboundFrame frame(int sender, int sequence, int length) {
        OutboundFrame frame = new OutboundFrame();
        fill(frame, sender, sequence, length);
        return frame;
    }

    private static void fill(OutboundFrame frame, int sender, int sequence, int length) {
        frame.length(length);
        byte[] bytes = frame.array();
        boolean numbered = length >= Long.BYTES;
        for (int i = 0; i < length; i++) {
            bytes[i] = content(numbered ? sender : -1, numbered ? sequence : -1, i);
        }
        if (numbered) {
            frame.putInt(0, sender);
            frame.putInt(Integer.BYTES, sequence);
        }
    }

    private static byte content(int sender, int sequence, int index) {
        return (byte) (31 * sender + 7 * sequence + index + (index >> 8));
    }

    private static List<Integer> sequence(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    // Threads

    private Thread start(Action action) {
        Thread thread = new Thread(() -> {
            try {
                action.run();
            }
            catch (Throwable ex) {
                failures.add(ex);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /**
     * Gives a thread the time to fall asleep, which the state of a thread does not tell
     * of every carrier.
     */
    private static void letSleep(Thread thread) {
        await().pollDelay(Duration.ofMillis(50)).until(thread::isAlive);
    }

    // The peer needs a core to make room.
    @SuppressWarnings("ThreadPriorityCheck")
    private static void letOthersRun() {
        Thread.yield();
    }

    private static <T> List<T> synchronizedList() {
        return Collections.synchronizedList(new ArrayList<>());
    }

    private interface Action {

        void run() throws Exception;

    }

    private record Received(int sender, int sequence, int length) {
    }

}
