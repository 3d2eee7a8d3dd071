package io.github.shmrpc.grpc.gateway;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.shmrpc.Dispatch;
import io.github.shmrpc.PeerInfo;
import io.github.shmrpc.server.RpcServer;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ServerCredentials;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials.ClientAuth;
import io.grpc.TlsServerCredentials;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** Who may come in over the network, and what is said of those who may not. */
@Timeout(60)
class GatewayTlsTests {

    private static final AtomicInteger NAMES = new AtomicInteger();

    @TempDir
    static Path directory = Path.of("");

    private static Path serverKey = Path.of("");

    private static Path clientKey = Path.of("");

    private static Path strangerKey = Path.of("");

    private static Path expiredKey = Path.of("");

    private final World world = new World();

    private final PrintStream out = System.out;

    private final ByteArrayOutputStream log = new ByteArrayOutputStream();

    @BeforeAll
    static void makeKeys() throws Exception {
        Certificates certificates = new Certificates(directory);
        serverKey = certificates.make("server");
        clientKey = certificates.make("combat");
        strangerKey = certificates.make("stranger");
        expiredKey = certificates.makeExpired("late");
    }

    /** The log of the tests goes there, and each line looks the stream up. */
    @BeforeEach
    void readLog() {
        System.setOut(new PrintStream(log, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void showLog() {
        System.setOut(out);
    }

    private String logged() {
        return log.toString(StandardCharsets.UTF_8);
    }

    /** What is done with a gateway that serves. */
    @FunctionalInterface
    private interface Visit {

        void to(int port) throws Exception;

    }

    private void serve(ServerCredentials credentials, Visit visit) throws Exception {
        GrpcGateway gateway = GrpcGateway.builder(0).credentials(credentials).build();
        try (RpcServer server = RpcServer.builder("inproc:tls-" + NAMES.incrementAndGet())
            .register(world, World.class, World.SERVICE, Dispatch.INHERIT)
            .gateway(gateway)
            .build()
            .start()) {
            assertThat(server.isRunning()).isTrue();
            visit.to(gateway.port());
        }
    }

    private static ServerCredentials tls(Path key, ClientAuth clientAuth, Path... trusted) throws Exception {
        return TlsServerCredentials.newBuilder()
            .keyManager(Certificates.keys(key))
            .trustManager(Certificates.trust(trusted))
            .clientAuth(clientAuth)
            .build();
    }

    private static ChannelCredentials trusting(Path server) throws Exception {
        return TlsChannelCredentials.newBuilder().trustManager(Certificates.trust(server)).build();
    }

    private static ChannelCredentials as(Path key, Path server) throws Exception {
        return TlsChannelCredentials.newBuilder()
            .keyManager(Certificates.keys(key))
            .trustManager(Certificates.trust(server))
            .build();
    }

    private static String greet(int port, ChannelCredentials credentials) throws Exception {
        ManagedChannel channel = Grpc.newChannelBuilderForAddress("localhost", port, credentials).build();
        try {
            return GrpcGatewayTests.greet(channel, "TLS");
        }
        finally {
            channel.shutdownNow();
            channel.awaitTermination(10, TimeUnit.SECONDS);
        }
    }

    private static void assertRefused(int port, ChannelCredentials credentials) {
        assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> greet(port, credentials))
            .satisfies((refused) -> assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
    }

    private PeerInfo caller() throws InterruptedException {
        return requireNonNull(world.callers.poll(10, TimeUnit.SECONDS)).info();
    }

    @Test
    void clientWithoutCertificateIsAnonymous() throws Exception {
        serve(tls(serverKey, ClientAuth.OPTIONAL, clientKey), (port) -> {
            assertThat(greet(port, trusting(serverKey))).isEqualTo("Hello TLS");
            assertThat(caller().isAuthenticated()).isFalse();
        });
    }

    @Test
    void clientWithCertificateIsItsSubject() throws Exception {
        serve(tls(serverKey, ClientAuth.REQUIRE, clientKey), (port) -> {
            assertThat(greet(port, as(clientKey, serverKey))).isEqualTo("Hello TLS");
            PeerInfo caller = caller();
            assertThat(caller.user()).isEqualTo("CN=combat,O=test");
            assertThat(caller.isAuthenticated()).isTrue();
            assertThat(requireNonNull(caller.remote()).certificates()).hasSize(1);
        });
    }

    @Test
    @Tag("T15")
    void certificateThatNobodyTrustsIsRefused() throws Exception {
        serve(tls(serverKey, ClientAuth.REQUIRE, clientKey), (port) -> {
            assertRefused(port, as(strangerKey, serverKey));
            await().untilAsserted(() -> assertThat(logged()).containsAnyOf("its certificate is not trusted",
                    // Nor is it sent where the server names whom it trusts.
                    "it has shown no certificate"));
            assertThat(greet(port, as(clientKey, serverKey))).isEqualTo("Hello TLS");
        });
        assertThat(world.callers).hasSize(1);
    }

    @Test
    @Tag("T15")
    void certificateThatHasExpiredIsRefused() throws Exception {
        serve(tls(serverKey, ClientAuth.REQUIRE, expiredKey), (port) -> {
            assertRefused(port, as(expiredKey, serverKey));
            await().untilAsserted(() -> assertThat(logged()).contains("a certificate has expired"));
        });
        assertThat(world.callers).isEmpty();
    }

    @Test
    @Tag("T15")
    void noCertificateWhereOneIsNeededIsRefused() throws Exception {
        serve(tls(serverKey, ClientAuth.REQUIRE, clientKey), (port) -> {
            assertRefused(port, trusting(serverKey));
            await().untilAsserted(() -> assertThat(logged()).contains("it has shown no certificate"));
        });
        assertThat(world.callers).isEmpty();
    }

    @Test
    @Tag("T15")
    void serverThatTheClientDoesNotTrustIsSaid() throws Exception {
        serve(tls(serverKey, ClientAuth.NONE), (port) -> {
            assertRefused(port, trusting(clientKey));
            await().untilAsserted(() -> assertThat(logged()).containsAnyOf("it does not trust the server's certificate",
                    "the TLS handshake has failed"));
        });
    }

    @Test
    @Tag("T15")
    void plaintextToATlsPortIsRefusedAndNotSaidForEver() throws Exception {
        serve(tls(serverKey, ClientAuth.NONE), (port) -> {
            assertRefused(port, InsecureChannelCredentials.create());
            await().untilAsserted(() -> assertThat(logged()).contains("it does not use TLS"));
            for (int i = 0; i < 50; i++) {
                knock(port, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
            }
            assertThat(greet(port, trusting(serverKey))).isEqualTo("Hello TLS");
            assertThat(logged().lines().filter((line) -> line.contains("it does not use TLS"))).hasSizeLessThan(11);
            assertThat(logged()).doesNotContain("\tat ");
        });
    }

    @Test
    @Tag("T15")
    void whateverIsSentToThePortOthersAreServed() throws Exception {
        GrpcGateway gateway = GrpcGateway.builder(0).build();
        try (RpcServer server = RpcServer.builder("inproc:junk")
            .register(world, World.class, World.SERVICE, Dispatch.INHERIT)
            .gateway(gateway)
            .build()
            .start()) {
            knock(gateway.port(), "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
            knock(gateway.port(), "\u0016\u0003\u0001\u0001\u0000\u0001\u0000\u0000");
            knock(gateway.port(), "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + "\u00ff".repeat(1000));
            assertThat(greet(gateway.port(), InsecureChannelCredentials.create())).isEqualTo("Hello TLS");
            await().until(() -> server.connectionCount() == 0);
        }
    }

    /** Sends something, and waits for the end of the connection. */
    private static void knock(int port, String bytes) throws Exception {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5000);
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            InputStream answer = socket.getInputStream();
            while (answer.read() >= 0) {
                // Whatever it says.
            }
        }
        catch (SocketException reset) {
            // As good as its end.
        }
    }

}
