package io.github.shmrpc.duplex;

import java.io.IOException;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.shmrpc.BroadcastOptions;
import io.github.shmrpc.CallContext;
import io.github.shmrpc.Dispatch;
import io.github.shmrpc.RpcPeer;
import io.github.shmrpc.RpcPeers;
import io.github.shmrpc.SlowPeer;
import io.github.shmrpc.buffer.MessageBuffer;
import io.github.shmrpc.client.ChannelOptions;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.codec.Codec;
import io.github.shmrpc.codec.Codecs;
import io.github.shmrpc.codec.Marshaller;
import io.github.shmrpc.duplex.Gateway.Move;
import io.github.shmrpc.duplex.Gateway.News;
import io.github.shmrpc.duplex.Gateway.Words;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.server.RpcServices;
import io.github.shmrpc.server.ServerOptions;
import io.github.shmrpc.transport.TransportOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/** One message to many peers, some of them slow. */
@Timeout(60)
class BroadcastTests {

    private static final Duration SOON = Duration.ofSeconds(5);

    /** More than a ring and what waits for it, at {@link #REST} bytes each. */
    private static final int MANY = 1_000;

    private static final String REST = "x".repeat(20_000);

    private final List<AutoCloseable> open = new ArrayList<>();

    @TempDir
    private Path directory = Path.of("");

    private String endpoint(String scheme) {
        return scheme + ":" + (scheme.equals("inproc") ? "broadcasts" : directory.resolve("b.sock"));
    }

    private RpcServer server(String scheme, Codecs codecs) throws IOException {
        RpcServer server = RpcServer.builder(endpoint(scheme)).codecs(codecs).build().start();
        open.add(server);
        return server;
    }

    private Reader reader(String scheme, String name) {
        Reader reader = new Reader();
        // Runs on the thread that polls: while it is held up, nothing is read.
        ServerOptions inline = ServerOptions.defaults().withDispatch(Dispatch.INLINE);
        RpcChannel channel = RpcChannel.builder(endpoint(scheme))
            .options(ChannelOptions.defaults().withTransport(TransportOptions.defaults().withName(name)))
            .services(RpcServices.builder().register(reader).options(inline).build())
            .build();
        open.add(0, () -> {
            reader.go.countDown();
            channel.close();
        });
        channel.connect(SOON);
        return reader;
    }

    private static void awaitPeers(RpcServer server, int count) {
        await().until(() -> server.peers().all().size() == count);
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "shm", "unix", "inproc" })
    void reachesAllPeersInOrder(String scheme) throws IOException {
        RpcServer server = server(scheme, Codecs.defaults());
        List<Reader> readers = List.of(reader(scheme, "a"), reader(scheme, "b"), reader(scheme, "c"));
        awaitPeers(server, 3);
        News news = server.peers().broadcast(News.class, BroadcastOptions.defaults().withQueueLength(MANY));
        for (int i = 0; i < MANY; i++) {
            news.moved(new Move(1, i, REST));
        }
        for (Reader reader : readers) {
            await().until(() -> reader.moves.size() == MANY);
            assertThat(reader.moves).extracting(Move::x).isSorted().startsWith(0).endsWith(MANY - 1);
        }
        assertThat(server.peers().all()).allMatch((peer) -> peer.droppedMessages() == 0);
    }

    @Test
    void encodesOnceForAHundredPeers() throws IOException {
        CountingCodec counting = new CountingCodec();
        RpcServer server = server("inproc", Codecs.of(counting));
        AtomicInteger received = new AtomicInteger();
        for (int i = 0; i < 100; i++) {
            RpcChannel channel = RpcChannel.builder(endpoint("inproc"))
                .services(RpcServices.builder()
                    .codecs(Codecs.of(new CountingCodec()))
                    .register(new Hearer(received))
                    .build())
                .build();
            open.add(0, channel);
            channel.connect(SOON);
        }
        awaitPeers(server, 100);
        server.peers().broadcast(Words.class).said("one for all");
        await().until(() -> received.get() == 100);
        assertThat(counting.encoded).hasValue(1);
    }

    @ParameterizedTest
    @CsvSource({ "shm, DROP_OLDEST", "unix, DROP_OLDEST", "inproc, DROP_OLDEST", "shm, DROP_NEWEST",
            "unix, DROP_NEWEST", "inproc, DROP_NEWEST" })
    void slowPeerMissesMessagesAndTheOthersNone(String scheme, SlowPeer policy) throws IOException {
        RpcServer server = server(scheme, Codecs.defaults());
        Reader slow = reader(scheme, "slow");
        Reader fast = reader(scheme, "fast");
        awaitPeers(server, 2);
        slow.holds = true;
        News news = server.peers()
            .broadcast(News.class, BroadcastOptions.defaults().withSlowPeer(policy).withQueueLength(10));
        for (int i = 0; i < MANY; i++) {
            int sent = i;
            news.moved(new Move(1, i, REST));
            // At the pace of the fast one.
            await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofNanos(50_000))
                .until(() -> sent - fast.moves.size() < 5);
        }
        await().until(() -> fast.moves.size() == MANY);
        assertThat(slow.moves).hasSizeLessThan(2);
        long dropped = named(server, "slow").droppedMessages();
        assertThat(dropped).isPositive();
        assertThat(named(server, "fast").droppedMessages()).isZero();
        slow.go.countDown();
        await().until(() -> slow.moves.size() == MANY - dropped);
        assertThat(slow.moves).extracting(Move::x).isSorted();
        Move last = slow.moves.stream().reduce((first, second) -> second).orElseThrow();
        if (policy == SlowPeer.DROP_OLDEST) {
            assertThat(last.x()).isEqualTo(MANY - 1);
        }
        else {
            assertThat(last.x()).isLessThan(MANY - 1);
        }
        news.said("after all");
        await().until(() -> slow.texts.size() == 1 && fast.texts.size() == 1);
    }

    @ParameterizedTest
    @ValueSource(strings = { "shm", "unix", "inproc" })
    void slowPeerGetsTheLatestOfEachKey(String scheme) throws IOException {
        RpcServer server = server(scheme, Codecs.defaults());
        Reader slow = reader(scheme, "slow");
        awaitPeers(server, 1);
        slow.holds = true;
        News news = server.peers()
            .broadcast(News.class, BroadcastOptions.defaults().withSlowPeer(SlowPeer.CONFLATE).withQueueLength(10));
        for (int i = 0; i < MANY; i++) {
            news.moved(new Move(i % 4, i, REST));
        }
        long dropped = named(server, "slow").droppedMessages();
        assertThat(dropped).isPositive();
        slow.go.countDown();
        await().until(() -> slow.moves.size() == MANY - dropped);
        List<Move> got = List.copyOf(slow.moves);
        assertThat(got.subList(got.size() - 4, got.size())).extracting(Move::x)
            .containsExactlyInAnyOrder(MANY - 4, MANY - 3, MANY - 2, MANY - 1);
    }

    @ParameterizedTest
    @ValueSource(strings = { "shm", "unix", "inproc" })
    void slowPeerIsDisconnectedIfSoWanted(String scheme) throws IOException {
        RpcServer server = server(scheme, Codecs.defaults());
        Reader slow = reader(scheme, "slow");
        Reader fast = reader(scheme, "fast");
        awaitPeers(server, 2);
        RpcPeer doomed = named(server, "slow");
        slow.holds = true;
        News news = server.peers()
            .broadcast(News.class, BroadcastOptions.defaults().withSlowPeer(SlowPeer.DISCONNECT).withQueueLength(10));
        int sent = 0;
        while (doomed.isConnected() && sent < 10 * MANY) {
            news.moved(new Move(1, sent++, REST));
            int count = sent;
            await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofNanos(50_000))
                .until(() -> count - fast.moves.size() < 5);
        }
        assertThat(doomed.isConnected()).isFalse();
        int count = sent;
        await().until(() -> fast.moves.size() == count);
        slow.go.countDown();
    }

    /**
     * Longer than slots: they go in parts, for which the server's poller waits for
     * nobody.
     */
    @ParameterizedTest
    @ValueSource(strings = { "shm", "unix", "inproc" })
    void longMessagesGoInPartsWhateverOthersRead(String scheme) throws IOException {
        RpcServer server = server(scheme, Codecs.defaults());
        Reader slow = reader(scheme, "slow");
        Reader fast = reader(scheme, "fast");
        awaitPeers(server, 2);
        slow.holds = true;
        News news = server.peers().broadcast(News.class);
        String rest = "y".repeat(1_000_000);
        for (int i = 0; i < 10; i++) {
            news.moved(new Move(1, i, rest));
            news.said("after " + i);
        }
        await().until(() -> fast.moves.size() == 10 && fast.texts.size() == 10);
        assertThat(fast.moves).extracting(Move::x).isSorted();
        slow.go.countDown();
        await().until(() -> slow.moves.size() == 10 && slow.texts.size() == 10);
        assertThat(slow.moves).allMatch((move) -> move.rest().equals(rest)).extracting(Move::x).isSorted();
    }

    @Test
    void goesToThoseThatAreWanted() throws IOException {
        RpcServer server = server("inproc", Codecs.defaults());
        Reader north = reader("inproc", "north");
        Reader south = reader("inproc", "south");
        awaitPeers(server, 2);
        named(server, "north").attributes().put("region", "n");
        server.peers()
            .broadcast(News.class,
                    BroadcastOptions.defaults().withRecipients((peer) -> peer.attributes().containsKey("region")))
            .said("snow");
        server.peers().broadcast(News.class).said("all");
        await().until(() -> north.texts.size() == 2 && south.texts.size() == 1);
        assertThat(south.texts).containsExactly("all");
    }

    @Test
    void answeredMethodsCannotBeBroadcast() throws IOException {
        RpcServer server = server("inproc", Codecs.defaults());
        assertThatIllegalArgumentException().isThrownBy(() -> server.peers().broadcast(Gateway.class))
            .withMessageContaining("greet")
            .withMessageContaining("oneWay = true")
            .withMessageNotContaining("tell");
        assertThatIllegalArgumentException()
            .isThrownBy(() -> server.peers()
                .broadcast(Words.class, BroadcastOptions.defaults().withSlowPeer(SlowPeer.CONFLATE)))
            .withMessageContaining("its messages are conflated");
    }

    @Test
    void tellsOfPeersThatComeAndGo() throws Exception {
        RpcServer server = server("shm", Codecs.defaults());
        Queue<String> events = new ConcurrentLinkedQueue<>();
        CallContext.Registration registration = server.peers().addListener(new RpcPeers.PeerListener() {

            @Override
            public void connected(RpcPeer peer) {
                peer.proxy(News.class).said("welcome " + peer.name());
                events.add("+" + peer.name());
            }

            @Override
            public void disconnected(RpcPeer peer) {
                events.add("-" + peer.name());
            }

        });
        server.peers().addListener(new RpcPeers.PeerListener() {

            @Override
            public void connected(RpcPeer peer) {
                throw new IllegalStateException("a listener that fails harms nobody");
            }

        });
        Reader a = reader("shm", "a");
        await().until(() -> a.texts.contains("welcome a"));
        open.remove(0).close();
        await().untilAsserted(() -> assertThat(events).containsExactly("+a", "-a"));
        assertThat(server.peers().named("a")).isEmpty();
        registration.remove();
        reader("shm", "b");
        awaitPeers(server, 1);
        RpcPeer b = named(server, "b");
        assertThat(server.peers().find(b.connectionId())).contains(b);
        b.disconnect();
        await().until(() -> server.peers().find(b.connectionId()).isEmpty());
        assertThat(events).containsExactly("+a", "-a");
    }

    private static RpcPeer named(RpcServer server, String name) {
        assertThat(server.peers().named(name)).hasSize(1);
        return server.peers().named(name).get(0);
    }

    /** Hears what is broadcast, unless it is held up. */
    private static final class Reader implements News {

        private final Queue<Move> moves = new ConcurrentLinkedQueue<>();

        private final Queue<String> texts = new ConcurrentLinkedQueue<>();

        private final CountDownLatch go = new CountDownLatch(1);

        private volatile boolean holds;

        @Override
        public void moved(Move move) {
            if (holds) {
                try {
                    go.await();
                }
                catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
            moves.add(move);
        }

        @Override
        public void said(String text) {
            texts.add(text);
        }

    }

    /** Counts what it hears. */
    private record Hearer(AtomicInteger count) implements Words {

        @Override
        public void said(String text) {
            assertThat(text).isEqualTo("one for all");
            count.incrementAndGet();
        }

    }

    /** Carries texts, and counts how many it has encoded. */
    private static final class CountingCodec implements Codec {

        private final AtomicInteger encoded = new AtomicInteger();

        @Override
        public byte id() {
            return 101;
        }

        @Override
        public String name() {
            return "counting";
        }

        @Override
        public boolean supports(Type type) {
            return type == String.class;
        }

        @Override
        public Marshaller<?> marshaller(Type type) {
            return new Marshaller<String>() {

                @Override
                public void encode(@Nullable String message, MessageBuffer buffer) {
                    encoded.incrementAndGet();
                    byte[] bytes = String.valueOf(message).getBytes(StandardCharsets.UTF_8);
                    buffer.append(bytes, 0, bytes.length);
                }

                @Override
                public String decode(byte[] bytes, int offset, int length) {
                    return new String(bytes, offset, length, StandardCharsets.UTF_8);
                }

            };
        }

    }

}
