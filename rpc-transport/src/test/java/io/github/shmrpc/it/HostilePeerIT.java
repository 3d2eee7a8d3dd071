package io.github.shmrpc.it;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.client.RpcChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

/**
 * Peers of the same user that do not keep to the protocol, and a good client beside them
 * that must not notice.
 */
@Timeout(120)
@ExtendWith(NothingLeft.class)
class HostilePeerIT {

    private static final Duration SOON = Duration.ofSeconds(1);

    private static final CallOptions PATIENT = CallOptions.timeout(Duration.ofSeconds(20));

    /** Where things are in a segment, see {@code docs/memory-layout.md}. */
    private static final int TO_ACCEPTOR_HEAD = 640;

    private static final int TO_DIALLER_HEAD = 768;

    private static final int RINGS = 4096;

    private static final int RECORD_TYPES = 9;

    private static final int ATTACK_SECONDS = Integer.getInteger("rpc.attack-seconds", 3);

    @TempDir
    private Path directory = Path.of("");

    private final Random random = new Random(11);

    private ChildJvm server;

    @BeforeEach
    void startServer() {
        server = ChildJvm.server(directory, "endpoint=" + endpoint(), "log=warn");
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    private Path socket() {
        return directory.resolve("s.sock");
    }

    private String endpoint() {
        return "shm:" + socket();
    }

    /**
     * A client that comes now is connected soon, or one of the next on a machine that has
     * other work for a while; and its calls are answered.
     */
    private void assertGoodClientIsServed() {
        await().pollDelay(Duration.ZERO).until(this::timeToServeGoodClient, (taken) -> taken.compareTo(SOON) <= 0);
        assertThat(server.isAlive()).as("server lives").isTrue();
    }

    private Duration timeToServeGoodClient() {
        long startNs = System.nanoTime();
        try (RpcChannel channel = RpcChannel.open(endpoint())) {
            channel.connect(Duration.ofSeconds(20));
            for (int i = 0; i < 100; i++) {
                assertThat(channel.call("PlainService/add", Bytes.ofLong(i), byte[].class, PATIENT))
                    .isEqualTo(Bytes.ofLong(i + 1));
            }
        }
        return Duration.ofNanos(System.nanoTime() - startNs);
    }

    private void assertRefused(ByteBuffer message, String why) throws IOException {
        try (RawPeer peer = new RawPeer().connect(socket())) {
            peer.send(message);
            RawPeer.Message answer = peer.read();
            assertThat(answer.kind()).isEqualTo(RawPeer.REFUSED);
            assertThat(answer.text()).contains(why);
            assertThatIOException().as("the connection is closed").isThrownBy(peer::read);
        }
    }

    @Test
    @Tag("F29")
    @Tag("F68")
    void garbageIsRefused() throws IOException {
        for (int i = 0; i < 20; i++) {
            byte[] garbage = new byte[1000];
            random.nextBytes(garbage);
            assertRefused(ByteBuffer.wrap(garbage), "");
        }
        assertGoodClientIsServed();
    }

    @Test
    @Tag("F31")
    void wrongMagicIsRefused() throws IOException {
        assertRefused(RawPeer.message(0x12345678, RawPeer.HELLO, ByteBuffer.allocate(0)), "12345678");
        assertGoodClientIsServed();
    }

    @Test
    @Tag("F31")
    void newerProtocolIsRefusedWithBothVersions() throws IOException {
        assertRefused(RawPeer.helloMessage(2, 7), "protocol 2 to 7, the server 1: use the same version");
        assertGoodClientIsServed();
    }

    @Test
    @Tag("F29")
    void unexpectedKindAndMalformedFieldsAreRefused() throws IOException {
        assertRefused(RawPeer.message(RawPeer.MAGIC, RawPeer.READY, ByteBuffer.allocate(0)), "READY");
        assertRefused(RawPeer.message(RawPeer.MAGIC, RawPeer.HELLO, ByteBuffer.allocate(0)), "");
        assertRefused(RawPeer.message(RawPeer.MAGIC, RawPeer.HELLO, ByteBuffer.wrap(new byte[] { 1, -1, -1 })), "");
        assertRefused(RawPeer.message(RawPeer.MAGIC, (byte) 99, ByteBuffer.allocate(0)), "");
        assertGoodClientIsServed();
    }

    @Test
    @Tag("F70")
    void silentConnectionsKeepNobodyOut() throws IOException {
        List<RawPeer> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 200; i++) {
                silent.add(new RawPeer().connect(socket()));
            }
            assertGoodClientIsServed();
            // After the time limit of the handshake, 5 s, the server hangs up.
            assertThatIOException().isThrownBy(silent.get(0)::read);
            assertThatIOException().isThrownBy(silent.get(199)::read);
            await().until(() -> server.ask("connections") == 0);
        }
        finally {
            for (RawPeer peer : silent) {
                peer.close();
            }
        }
    }

    /**
     * Far more than the server keeps; each goes to the expense of a segment or says
     * nothing.
     */
    @Test
    @Tag("F70")
    @Tag("F78")
    @Tag("T7")
    void tenThousandHalfOpenConnectionsKeepNobodyOut() throws IOException {
        List<RawPeer> halfOpen = new ArrayList<>();
        try {
            for (int i = 0; i < 10_000; i++) {
                RawPeer peer = new RawPeer();
                halfOpen.add(peer);
                peer.connect(socket());
                if (i % 10 == 0) {
                    peer.send(RawPeer.helloMessage(1, 1));
                }
                if (i % 2_000 == 1_999) {
                    assertGoodClientIsServed();
                    assertThat(openFiles(server.pid())).hasSizeLessThan(2_000);
                }
            }
            await().atMost(Duration.ofSeconds(20)).until(() -> segments(server.pid()) == 0);
            assertGoodClientIsServed();
        }
        finally {
            for (RawPeer peer : halfOpen) {
                peer.close();
            }
        }
        // Of each kind at most ten a minute, and how many were left out.
        assertThat(server.out().lines().count()).as("lines in the log:\n" + server.out()).isLessThan(60);
    }

    private static long segments(long pid) throws IOException {
        try (Stream<String> mappings = Files.lines(Path.of("/proc/" + pid + "/maps"))) {
            return mappings.filter((line) -> line.contains("shmrpc-")).count();
        }
    }

    /** A peer that breaks the rules in one way again and again. */
    @Test
    @Tag("F78")
    @Tag("T12")
    void floodOfErrorsLeavesFewLinesInTheLog() throws IOException {
        for (int i = 0; i < 300; i++) {
            assertRefused(RawPeer.message(0x12345678, RawPeer.HELLO, ByteBuffer.allocate(0)), "12345678");
        }
        assertThat(server.out().lines().filter((line) -> line.contains("12345678"))).hasSizeBetween(1, 10);
        assertGoodClientIsServed();
    }

    @Test
    @Tag("F02")
    @Tag("F03")
    void segmentOfAPeerThatGoesAfterHelloIsDeleted() throws IOException {
        List<Path> segments = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            try (RawPeer peer = new RawPeer().connect(socket())) {
                segments.add(peer.hello().segment());
            }
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> segments.stream().noneMatch(Files::exists));
        assertGoodClientIsServed();
    }

    @Test
    @Tag("F67")
    void wrongTokenIsRefused() throws IOException {
        Path segment;
        try (RawPeer honest = new RawPeer().connect(socket())) {
            RawPeer.Message welcome = honest.hello();
            segment = welcome.segment();
            byte[] token = welcome.token().clone();
            token[0]++;
            assertRefused(RawPeer.attachMessage(token), "token");
            assertRefused(RawPeer.attachMessage(new byte[0]), "token");
            assertThat(server.ask("connections")).isZero();
            assertGoodClientIsServed();
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> Files.notExists(segment));
    }

    @Test
    @Tag("F26")
    @Tag("F27")
    @Tag("F28")
    @Tag("F68")
    @Tag("T6")
    @Timeout(value = 1, unit = TimeUnit.HOURS)
    void randomWordsInOneSegmentDisturbNoOther() throws IOException {
        int attacks = 0;
        try (RpcChannel channel = RpcChannel.open(endpoint());
                Load load = Load.start(2, (calls) -> calls.attempt(
                        (id) -> assertThat(channel.call("PlainService/add", Bytes.ofLong(id), byte[].class, PATIENT))
                            .isEqualTo(Bytes.ofLong(id + 1))))) {
            long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(ATTACK_SECONDS);
            while (System.nanoTime() - endNs < 0) {
                attack(attacks++);
            }
            long before = load.answered();
            await().atMost(ChildJvm.LIMIT).until(() -> load.answered() > before + 100);
            await().atMost(ChildJvm.LIMIT).until(() -> server.ask("connections") == 1);
            load.stop();
            System.out.println(attacks + " attacks beside " + load.answered() + " calls");
            assertThat(load.surprises()).isEmpty();
            assertThat(load.failures()).isEmpty();
        }
        assertThat(attacks).isGreaterThan(10);
        assertGoodClientIsServed();
    }

    @Test
    @Tag("F69")
    @Tag("T13")
    void pathAndSizeOfAClientAreOfNoUse() throws IOException {
        Path named = directory.resolve("named-by-the-client");
        try (RawPeer peer = new RawPeer().connect(socket())) {
            peer.send(RawPeer.helloMessageWith(named, 1 << 29));
            RawPeer.Message welcome = peer.read();
            assertThat(welcome.kind()).isEqualTo(RawPeer.WELCOME);
            assertThat(welcome.segment()).isNotEqualTo(named);
            assertThat(welcome.ringLength()).isEqualTo(256 * 1024);
            assertThat(named).doesNotExist();
        }
        assertGoodClientIsServed();
    }

    /**
     * Neither a name nor a descriptor is left by which another process could get at it.
     */
    @Test
    @Tag("F48")
    @Tag("T4")
    @Tag("T5")
    void segmentIsPrivateAndSoonOutOfReach() throws IOException {
        try (RawPeer control = new RawPeer().connect(socket()); RawPeer data = new RawPeer().connect(socket())) {
            RawPeer.Message welcome = control.hello();
            Path segment = welcome.segment();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(segment))).isEqualTo("rw-------");
            data.send(RawPeer.attachMessage(welcome.token()));
            assertThat(data.read().kind()).isEqualTo(RawPeer.READY);
            assertThat(segment).doesNotExist();
            assertThat(server.ask("connections")).isOne();
            assertThat(openFiles(server.pid())).noneMatch((file) -> file.contains("shmrpc-"));
        }
    }

    private static List<String> openFiles(long pid) throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return descriptors.map((descriptor) -> {
                try {
                    return Files.readSymbolicLink(descriptor).toString();
                }
                catch (IOException ex) {
                    // Closed meanwhile.
                    return "";
                }
            }).toList();
        }
    }

    /** Frames that are given up as fast as they are read, so that none is ever whole. */
    @Test
    @Tag("F68")
    @Tag("T8")
    void framesThatAreNeverWholeHoldUpNobody() throws Exception {
        Path path = directory.resolve("u.sock");
        try (ChildJvm unix = ChildJvm.server(directory, "endpoint=unix:" + path);
                RpcChannel channel = RpcChannel.open("unix:" + path)) {
            channel.connect(Duration.ofSeconds(20));
            Thread flood;
            try (RawPeer peer = new RawPeer().connect(path)) {
                peer.hello();
                flood = new Thread(() -> sendForEver(peer));
                flood.start();
                for (int i = 0; i < 200; i++) {
                    assertThat(channel.call("PlainService/add", Bytes.ofLong(i), byte[].class, PATIENT))
                        .isEqualTo(Bytes.ofLong(i + 1));
                }
                assertThat(flood.isAlive()).as("the flood goes on").isTrue();
            }
            flood.join();
            assertThat(unix.isAlive()).isTrue();
        }
    }

    /** Until it is closed. */
    private static void sendForEver(RawPeer peer) {
        try {
            while (true) {
                peer.send(abandonedFrames());
            }
        }
        catch (IOException ex) {
            assertThat(ex).isInstanceOf(ClosedChannelException.class);
        }
    }

    /** Chunks of one byte, each followed by the word that discards it. */
    private static ByteBuffer abandonedFrames() {
        ByteBuffer frames = ByteBuffer.allocate(9 * 10_000).order(ByteOrder.LITTLE_ENDIAN);
        while (frames.hasRemaining()) {
            frames.putInt(1).put((byte) 0).putInt(1 << 30);
        }
        return frames.flip();
    }

    /** Connects in good order, spoils the segment for a while and goes. */
    private void attack(int number) throws IOException {
        try (RawPeer control = new RawPeer().connect(socket()); RawPeer data = new RawPeer().connect(socket())) {
            RawPeer.Message welcome = control.hello();
            MappedByteBuffer segment = welcome.map();
            data.send(RawPeer.attachMessage(welcome.token()));
            assertThat(data.read().kind()).isEqualTo(RawPeer.READY);
            long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(20);
            int position = 0;
            while (System.nanoTime() - endNs < 0) {
                switch (number % 3) {
                    case 0 -> segment.putLong(8 * random.nextInt(segment.capacity() / 8), random.nextLong());
                    case 1 -> position = putRecord(segment, position, welcome.ringLength());
                    default -> segment.putLong(random.nextBoolean() ? TO_ACCEPTOR_HEAD : TO_DIALLER_HEAD,
                            random.nextInt(4) == 0 ? random.nextLong() : 8L * random.nextInt(1000));
                }
                wake(data, control);
            }
        }
    }

    private static void wake(RawPeer data, RawPeer control) {
        try {
            data.wake();
            control.wake();
        }
        catch (IOException ex) {
            // The server has had enough; the segment is still mapped here.
        }
    }

    /** A record as it should be, with a frame that is not. */
    private int putRecord(MappedByteBuffer segment, int position, int ringLength) {
        byte[] frame = new byte[32 + random.nextInt(64)];
        random.nextBytes(frame);
        frame[0] = (byte) (1 + random.nextInt(12));
        int length = 8 + frame.length;
        int offset = position + length > ringLength ? 0 : position;
        segment.put(RINGS + offset + 8, frame);
        int type = 1 + random.nextInt(RECORD_TYPES);
        segment.putLong(RINGS + offset, (long) type << 32 | length);
        return offset + (length + 7 & ~7);
    }

}
