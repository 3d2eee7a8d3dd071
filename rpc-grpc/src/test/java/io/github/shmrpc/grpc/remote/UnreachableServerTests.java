package io.github.shmrpc.grpc.remote;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

import com.google.protobuf.StringValue;
import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.client.RpcChannel;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.ServerStreamTracer;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/** What is wrong is said within the deadline, so that one sees what to do. */
@Timeout(60)
class UnreachableServerTests {

    private static final Duration DEADLINE = Duration.ofSeconds(5);

    /** For tests, in no network (RFC 5737). */
    private static final String NOWHERE = "192.0.2.1:8443";

    @TempDir
    private Path directory = Path.of("");

    private final List<Server> servers = new ArrayList<>();

    /** So that no deadline goes into the loading of HTTP/2 and TLS. */
    @BeforeAll
    static void reachAServer(@TempDir Path keys) throws Exception {
        Identity identity = Identity.ofLocalhost(keys);
        Server server = start(TlsServerCredentials.newBuilder().keyManager(identity.key()).build());
        try (RpcChannel channel = RpcChannel.builder("grpcs://localhost:" + server.getPort())
            .transport(trusting(identity).apply(GrpcTransport.builder()).build())
            .build()) {
            say(channel);
        }
        finally {
            server.shutdownNow().awaitTermination();
        }
    }

    private static Server start(ServerCredentials credentials) throws IOException {
        return Grpc.newServerBuilderForPort(0, credentials).addService(new StockService().definition()).build().start();
    }

    private int serve(ServerCredentials credentials) throws IOException {
        Server server = start(credentials);
        servers.add(server);
        return server.getPort();
    }

    private int serveTls(Identity identity) throws IOException {
        return serve(TlsServerCredentials.newBuilder().keyManager(identity.key()).build());
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (Server server : servers) {
            server.shutdownNow().awaitTermination();
        }
    }

    private static RpcException failure(String endpoint, UnaryOperator<GrpcTransport.Builder> transport,
            Duration deadline) {
        try (RpcChannel channel = RpcChannel.builder(endpoint)
            .transport(transport.apply(GrpcTransport.builder()).build())
            .build()) {
            long begun = System.nanoTime();
            RpcException[] failures = new RpcException[1];
            assertThatExceptionOfType(RpcException.class)
                .isThrownBy(() -> channel.call("test.Words/say", StringValue.of("a"), StringValue.class,
                        CallOptions.timeout(deadline).withWaitForReady(false)))
                .satisfies((failure) -> failures[0] = failure);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(deadline.plusSeconds(5));
            assertThat(failures[0].outcome()).isEqualTo(Outcome.NOT_EXECUTED);
            return failures[0];
        }
    }

    private static UnaryOperator<GrpcTransport.Builder> trusting(Identity identity) {
        return (builder) -> builder
            .credentials(TlsChannelCredentials.newBuilder().trustManager(identity.trust()).build());
    }

    @Test
    void certificateThatNobodyTrusts() throws IOException {
        int port = serveTls(Identity.ofLocalhost(directory));
        RpcException failure = failure("grpcs://localhost:" + port, trusting(Identity.create(directory, "other")),
                DEADLINE);
        assertThat(failure.status()).isEqualTo(RpcStatus.UNAVAILABLE);
        assertThat(failure).hasMessageContaining("unable to find valid certification path");
    }

    @Test
    void theJvmsTrustIsTheDefault() throws IOException {
        int port = serveTls(Identity.ofLocalhost(directory));
        RpcException failure = failure("grpcs://localhost:" + port, (builder) -> builder, DEADLINE);
        assertThat(failure).hasMessageContaining("unable to find valid certification path");
    }

    @Test
    void certificateOfAnotherHost() throws IOException {
        Identity other = Identity.create(directory, "other", "-ext", "san=dns:other.example");
        RpcException failure = failure("grpcs://localhost:" + serveTls(other), trusting(other), DEADLINE);
        assertThat(failure).hasMessageContaining("localhost").hasMessageContaining("subject alternative");
    }

    @Test
    void expiredCertificate() throws IOException {
        Identity expired = Identity.expired(directory);
        RpcException failure = failure("grpcs://localhost:" + serveTls(expired), trusting(expired), DEADLINE);
        assertThat(failure).hasMessageContaining("NotAfter");
    }

    @Test
    void clientWithoutACertificate() throws IOException {
        Identity identity = Identity.ofLocalhost(directory);
        int port = serve(TlsServerCredentials.newBuilder()
            .keyManager(identity.key())
            .trustManager(identity.trust())
            .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
            .build());
        assertThat(failure("grpcs://localhost:" + port, trusting(identity), DEADLINE).detail())
            .containsIgnoringCase("certificate");
    }

    @Test
    void plaintextToATlsPort() throws IOException {
        int port = serveTls(Identity.ofLocalhost(directory));
        RpcException failure = failure("grpc://localhost:" + port, (builder) -> builder, DEADLINE);
        assertThat(failure).hasMessageContaining("then use grpcs://");
    }

    @Test
    void tlsToAPlaintextPort() throws IOException {
        int port = serve(InsecureServerCredentials.create());
        RpcException failure = failure("grpcs://localhost:" + port, trusting(Identity.ofLocalhost(directory)),
                DEADLINE);
        assertThat(failure).hasMessageContaining("then use grpc://");
    }

    @Test
    void nobodyListens() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        RpcException failure = failure("grpc://localhost:" + port, (builder) -> builder, DEADLINE);
        assertThat(failure.status()).isEqualTo(RpcStatus.UNAVAILABLE);
        assertThat(failure).hasMessageContaining("Connection refused");
    }

    /** Somebody accepts, and never says a word. */
    @Test
    void silentHost() throws IOException {
        try (ServerSocket silent = new ServerSocket(0)) {
            RpcException failure = failure("grpc://localhost:" + silent.getLocalPort(), (builder) -> builder,
                    Duration.ofMillis(500));
            assertThat(failure.status()).isEqualTo(RpcStatus.DEADLINE_EXCEEDED);
        }
    }

    @Test
    void deadHost() {
        // A network may say at once that there is none, which is as good.
        RpcException failure = failure("grpcs://" + NOWHERE, (builder) -> builder, Duration.ofSeconds(1));
        assertThat(failure.status()).isIn(RpcStatus.DEADLINE_EXCEEDED, RpcStatus.UNAVAILABLE);
    }

    @Test
    void deadHostIsGivenUp() {
        RpcException failure = failure("grpcs://" + NOWHERE, (builder) -> builder, Duration.ofSeconds(15));
        assertThat(failure.status()).isEqualTo(RpcStatus.UNAVAILABLE);
        assertThat(failure).hasMessageContaining("cannot connect to grpcs://" + NOWHERE);
    }

    @Test
    void nameThatNobodyKnows() {
        assertThat(failure("grpcs://no-such-host.invalid:1", (builder) -> builder, DEADLINE))
            .hasMessageContaining("no-such-host.invalid");
        assertThat(failure("grpcs://a.invalid:1,b.invalid:2", (builder) -> builder, DEADLINE))
            .hasMessageContaining("none of [a.invalid:1, b.invalid:2] is known");
        assertThat(failure("dns:///no-such-host.invalid:1", (builder) -> builder, DEADLINE))
            .hasMessageContaining("no-such-host.invalid");
    }

    @Test
    void plaintextThatLeavesTheHostMustBeSaid() {
        for (String endpoint : List.of("grpc://world.example:8080", "grpc://10.0.0.1:8080",
                "grpc://localhost:1,world.example:8080")) {
            assertThatIllegalArgumentException().isThrownBy(() -> RpcChannel.open(endpoint))
                .withMessageContaining("leaves this host without TLS");
            RpcChannel.builder(endpoint).transport(GrpcTransport.builder().plaintext(true).build()).build().close();
        }
        for (String endpoint : List.of("grpc://localhost:1", "grpc://127.0.0.1:1", "grpc://[::1]:1",
                "grpc://a.localhost:1")) {
            RpcChannel.open(endpoint).close();
        }
    }

    @Test
    void callsAreSpreadOverAListAndGoOnWithoutOneOfThem() throws Exception {
        Set<Integer> reached = ConcurrentHashMap.newKeySet();
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            StockService service = new StockService();
            int number = i;
            Server server = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                .addService(service.definition())
                .intercept(service)
                .addStreamTracerFactory(new ServerStreamTracer.Factory() {

                    @Override
                    public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
                        reached.add(number);
                        return new ServerStreamTracer() {
                        };
                    }
                })
                .build()
                .start();
            servers.add(server);
            ports.add(server.getPort());
        }
        String list = "grpc://localhost:" + ports.get(0) + ",127.0.0.1:" + ports.get(1);
        try (RpcChannel channel = RpcChannel.open(list)) {
            await().untilAsserted(() -> {
                say(channel);
                assertThat(reached).containsExactlyInAnyOrder(0, 1);
            });
            servers.get(0).shutdown().awaitTermination();
            for (int i = 0; i < 100; i++) {
                say(channel);
            }
            assertThat(channel.status().reconnects()).isZero();
        }
    }

    private static void say(RpcChannel channel) {
        StringValue reply = channel.call("test.Words/say", StringValue.of("a"), StringValue.class,
                CallOptions.timeout(Duration.ofSeconds(20)));
        assertThat(reply.getValue()).isEqualTo("a");
    }

}
