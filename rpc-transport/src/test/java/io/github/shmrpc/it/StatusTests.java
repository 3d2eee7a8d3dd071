package io.github.shmrpc.it;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Dispatch;
import io.github.shmrpc.client.ChannelOptions;
import io.github.shmrpc.client.ChannelState;
import io.github.shmrpc.client.ChannelStatus;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.server.ServedMethod;
import io.github.shmrpc.server.ServerOptions;
import io.github.shmrpc.server.ServerState;
import io.github.shmrpc.transport.ConnectionStatus;
import io.github.shmrpc.transport.ConnectionUsage;
import io.github.shmrpc.transport.Traffic;
import io.github.shmrpc.transport.TransportOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

/** What server and channel tell of themselves, over shared memory. */
@Timeout(60)
class StatusTests {

    private static final CallOptions PATIENT = CallOptions.timeout(Duration.ofSeconds(50));

    private final Echo echo = new Echo();

    private final RpcServer server;

    private final RpcChannel channel;

    StatusTests(@TempDir Path directory) {
        String endpoint = "shm:" + directory.resolve("s.sock");
        this.server = RpcServer.builder(endpoint).register(echo, Echo.class, "", Dispatch.EXECUTOR).build();
        this.channel = RpcChannel.open(endpoint);
    }

    @BeforeEach
    void start() throws IOException {
        server.start();
    }

    @AfterEach
    void stop() {
        echo.release.countDown();
        channel.close();
        server.close();
    }

    private byte[] call(int length) {
        return channel.call("Echo/echo", new byte[length], byte[].class, PATIENT);
    }

    @Test
    void channelTellsWhereItStandsAndSinceWhen() {
        assertThat(channel.status().state()).isEqualTo(ChannelState.IDLE);
        Instant before = Instant.now();
        call(8);
        ChannelStatus ready = channel.status();
        assertThat(ready.state()).isEqualTo(ChannelState.READY);
        assertThat(ready.since()).isBetween(before, Instant.now());
        assertThat(ready.servers()).singleElement().satisfies((peer) -> assertThat(peer.carrier()).isEqualTo("shm"));
        assertThat(ready.failure()).isNull();
        server.close();
        // It dials again and again.
        await().untilAsserted(() -> {
            ChannelStatus failed = channel.status();
            assertThat(failed.failure()).isNotNull();
            assertThat(failed.state()).isEqualTo(ChannelState.TRANSIENT_FAILURE);
            assertThat(failed.failedConnects()).isPositive();
            assertThat(failed.servers()).isEmpty();
        });
    }

    @Test
    void reconnectLetsRunningCallsEndOnTheirConnection() {
        call(8);
        long first = channel.status().servers().get(0).connectionId();
        CompletableFuture<byte[]> running = channel.callAsync("Echo/hold", new byte[1], byte[].class, PATIENT);
        await().until(() -> echo.holding.getCount() == 0);
        channel.reconnect();
        await().untilAsserted(() -> assertThat(channel.status().reconnects()).isOne());
        call(8);
        assertThat(channel.status().servers()).hasSize(2);
        assertThat(channel.status().callsInFlight()).isOne();
        echo.release.countDown();
        assertThat(running).succeedsWithin(Duration.ofSeconds(50));
        await().untilAsserted(() -> assertThat(channel.status().servers()).singleElement()
            .satisfies((peer) -> assertThat(peer.connectionId()).isNotEqualTo(first)));
    }

    @Test
    void reconnectConnectsAChannelThatIsIdleAndLeavesAClosedOneAlone() {
        channel.reconnect();
        await().until(() -> channel.state() == ChannelState.READY);
        channel.close();
        channel.reconnect();
        assertThat(channel.state()).isEqualTo(ChannelState.SHUTDOWN);
    }

    @Test
    void reconnectDoesNotWaitForTheBackoff() throws IOException {
        server.close();
        assertThatCode(
                () -> channel.call("Echo/echo", new byte[1], byte[].class, CallOptions.timeout(Duration.ofMillis(200))))
            .isInstanceOf(RuntimeException.class);
        await().until(() -> channel.state() == ChannelState.TRANSIENT_FAILURE);
        server.start();
        channel.reconnect();
        await().until(() -> channel.state() == ChannelState.READY);
    }

    @Test
    void serverTellsItsConnectionsAndMethods() {
        assertThat(server.state()).isEqualTo(ServerState.LISTENING);
        assertThat(server.connections()).isEmpty();
        call(100_000);
        await().untilAsserted(() -> {
            call(100_000);
            ConnectionStatus connection = server.connections().get(0);
            assertThat(connection.opened()).isBeforeOrEqualTo(Instant.now());
            ConnectionUsage usage = connection.usage();
            assertThat(usage).isNotNull();
            assertThat(usage.sentBytes()).isPositive();
            assertThat(usage.receivedBytes()).isPositive();
            assertThat(usage.unreadBytes()).isBetween(0, usage.ringLength());
            assertThat(usage.slots()).isPositive();
            assertThat(usage.slotsInUse()).isBetween(0, usage.slots());
        });
        ServedMethod method = server.servedMethods().get(0);
        assertThat(method.name()).isEqualTo("Echo/echo");
        assertThat(method.request()).isEqualTo(byte[].class);
        assertThat(method.dispatch()).isEqualTo(Dispatch.EXECUTOR);
    }

    @Test
    void bothSidesCountWhatTheirConnectionsCarriedAlsoAfterTheirEnd() {
        for (int i = 0; i < 3; i++) {
            call(100_000);
        }
        Traffic sent = channel.status().traffic();
        assertThat(sent.sentBytes()).isGreaterThan(300_000);
        assertThat(sent.receivedBytes()).isGreaterThan(300_000);
        channel.disconnect();
        await().until(() -> channel.status().connections().isEmpty() && server.connections().isEmpty());
        assertThat(channel.status().traffic().sentBytes()).isGreaterThanOrEqualTo(sent.sentBytes());
        assertThat(server.statistics().traffic()).satisfies((traffic) -> {
            assertThat(traffic.receivedBytes()).isGreaterThan(300_000)
                .isLessThanOrEqualTo(channel.status().traffic().sentBytes());
            assertThat(traffic.sentBytes()).isGreaterThan(300_000);
            assertThat(traffic.fallbacks()).isZero();
        });
    }

    @Test
    void connectionsWithoutMemoryAreCountedAsFallbacks(@TempDir Path other) throws IOException {
        String endpoint = "shm:" + other.resolve("s.sock");
        TransportOptions options = TransportOptions.defaults().withUnixFallback(true);
        try (RpcServer socketOnly = RpcServer.builder(endpoint)
            .register(new Echo())
            .options(ServerOptions.defaults()
                .withTransport(options.withSegmentDirectory(other.resolve("none").toString())))
            .build()
            .start();
                RpcChannel client = RpcChannel.builder(endpoint)
                    .options(ChannelOptions.defaults().withTransport(options))
                    .build()) {
            assertThat(client.call("Echo/echo", new byte[8], byte[].class, PATIENT)).hasSize(8);
            assertThat(client.status().traffic()).satisfies((traffic) -> {
                assertThat(traffic.fallbacks()).isOne();
                assertThat(traffic.sentBytes()).isGreaterThan(8);
                assertThat(traffic.receivedBytes()).isGreaterThan(8);
            });
            assertThat(socketOnly.statistics().traffic().fallbacks()).isOne();
        }
    }

    @Test
    void wakeUpsAreCounted() {
        await().until(() -> {
            call(1);
            return channel.status().traffic().wakeUps() > 0;
        });
    }

    @Test
    void channelTellsItsConnections() {
        call(8);
        assertThat(channel.status().connections()).singleElement().satisfies((connection) -> {
            assertThat(connection.opened()).isBeforeOrEqualTo(Instant.now());
            assertThat(connection.callsInFlight()).isZero();
            assertThat(connection.usage()).isNotNull();
            assertThat(connection.usage().sentBytes()).isPositive();
        });
    }

    @Test
    void serverTellsThatItDrains() {
        CompletableFuture<byte[]> running = channel.callAsync("Echo/hold", new byte[1], byte[].class, PATIENT);
        await().until(() -> echo.holding.getCount() == 0);
        Thread stopping = new Thread(() -> server.stop(Duration.ofSeconds(50)));
        stopping.start();
        await().until(() -> server.state() == ServerState.DRAINING);
        assertThat(server.connections()).singleElement()
            .satisfies((connection) -> assertThat(connection.callsInFlight()).isOne());
        echo.release.countDown();
        assertThat(running).succeedsWithin(Duration.ofSeconds(50));
        await().until(() -> server.state() == ServerState.STOPPED);
    }

    static final class Echo {

        final CountDownLatch holding = new CountDownLatch(1);

        final CountDownLatch release = new CountDownLatch(1);

        public byte[] echo(byte[] message) {
            return message;
        }

        public byte[] hold(byte[] message) throws InterruptedException {
            holding.countDown();
            release.await();
            return message;
        }

    }

}
