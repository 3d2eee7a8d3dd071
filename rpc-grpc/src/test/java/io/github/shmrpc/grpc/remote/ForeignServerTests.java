package io.github.shmrpc.grpc.remote;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import com.google.protobuf.StringValue;
import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Metadata;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.RpcStream;
import io.github.shmrpc.client.ChannelState;
import io.github.shmrpc.client.RpcChannel;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** Our client and a server of grpc-java's own, over TCP with TLS on both sides. */
@Timeout(60)
class ForeignServerTests {

    private static final CallOptions PATIENT = CallOptions.timeout(Duration.ofSeconds(20));

    @TempDir
    private Path directory = Path.of("");

    private final StockService service = new StockService();

    private @Nullable Server server;

    private @Nullable RpcChannel channel;

    @BeforeEach
    void start() throws IOException {
        Identity identity = Identity.ofLocalhost(directory);
        Identity caller = Identity.create(directory, "caller");
        Server started = start(0,
                TlsServerCredentials.newBuilder()
                    .keyManager(identity.key())
                    .trustManager(caller.trust())
                    .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
                    .build());
        server = started;
        channel = RpcChannel.builder("grpcs://localhost:" + started.getPort())
            .transport(GrpcTransport.builder()
                .credentials(TlsChannelCredentials.newBuilder()
                    .trustManager(identity.trust())
                    .keyManager(caller.key())
                    .build())
                .build())
            .build();
    }

    private Server start(int port, ServerCredentials credentials) throws IOException {
        return Grpc.newServerBuilderForPort(port, credentials)
            .addService(service.definition())
            .intercept(service)
            .build()
            .start();
    }

    @AfterEach
    void stop() throws InterruptedException {
        channel().close();
        server().shutdownNow().awaitTermination();
    }

    private RpcChannel channel() {
        return Objects.requireNonNull(channel);
    }

    private Server server() {
        return Objects.requireNonNull(server);
    }

    private Words words() {
        return channel().proxy(Words.class);
    }

    private static StringValue word(String text) {
        return StringValue.of(text);
    }

    private static List<String> all(RpcStream<StringValue> stream) {
        List<String> all = new ArrayList<>();
        stream.forEach((word) -> all.add(word.getValue()));
        return all;
    }

    @Test
    void allKindsOfCalls() {
        assertThat(words().say(word("a"), PATIENT)).isEqualTo(word("a"));
        assertThat(words().sayLater(word("b")).toCompletableFuture()).succeedsWithin(Duration.ofSeconds(20))
            .isEqualTo(word("b"));
        assertThat(all(words().split(word("a b c")))).containsExactly("a", "b", "c");
        assertThat(words().join(RpcStream.of(List.of(word("a"), word("b")))).toCompletableFuture())
            .succeedsWithin(Duration.ofSeconds(20))
            .isEqualTo(word("a b"));
        assertThat(all(words().echo(RpcStream.of(List.of(word("a"), word("b")))))).containsExactly("a", "b");
        assertThat(channel().state()).isEqualTo(ChannelState.READY);
        assertThat(channel().status().servers()).singleElement().satisfies((peer) -> {
            assertThat(peer.name()).isEqualTo("localhost:" + server().getPort());
            assertThat(peer.carrier()).isEqualTo("grpc");
        });
    }

    @Test
    void manyAndLongMessagesKeepTheirOrder() {
        List<StringValue> many = IntStream.range(0, 5_000).mapToObj((i) -> word("w" + i)).toList();
        assertThat(all(words().echo(RpcStream.of(many)))).hasSize(5_000).startsWith("w0").endsWith("w4999");
        String longest = "x".repeat(1_000_000);
        assertThat(words().say(word(longest), PATIENT).getValue()).isEqualTo(longest);
        List<StringValue> largest = IntStream.range(0, 20).mapToObj((i) -> word(i + longest)).toList();
        assertThat(all(words().echo(RpcStream.of(largest))))
            .isEqualTo(largest.stream().map(StringValue::getValue).toList());
    }

    @Test
    void metadataAndDeadlineArrive() throws InterruptedException {
        words().say(word("a"), PATIENT.withMetadata(Metadata.EMPTY.with("tenant", "t1")));
        io.grpc.Metadata received = Objects.requireNonNull(service.headers.poll(20, TimeUnit.SECONDS));
        assertThat(received.get(StockService.TENANT)).isEqualTo("t1");
        assertThat(received.keys()).contains("grpc-timeout").noneMatch((key) -> key.startsWith("shmrpc"));
    }

    @Test
    void statusTextAndTrailersComeBack() {
        assertThatExceptionOfType(RpcException.class).isThrownBy(() -> words().say(word("fail"), PATIENT))
            .satisfies((failure) -> {
                assertThat(failure.status()).isEqualTo(RpcStatus.FAILED_PRECONDITION);
                assertThat(failure.outcome()).isEqualTo(Outcome.ANSWERED);
                assertThat(failure.detail()).isEqualTo("not so");
                assertThat(failure.metadata().get("trailer")).hasValue("kept");
            });
        assertThatExceptionOfType(RpcException.class)
            .isThrownBy(() -> channel().call("test.Words/none", word("x"), StringValue.class, PATIENT))
            .satisfies((failure) -> assertThat(failure.status()).isEqualTo(RpcStatus.UNIMPLEMENTED));
    }

    @Test
    void deadlineEndsTheCallOnBothSides() {
        words().say(word("connected"), PATIENT);
        assertThatExceptionOfType(RpcException.class)
            .isThrownBy(() -> words().say(word("hang"), CallOptions.timeout(Duration.ofSeconds(1))))
            .satisfies((failure) -> {
                assertThat(failure.status()).isEqualTo(RpcStatus.DEADLINE_EXCEEDED);
                assertThat(failure.outcome()).isEqualTo(Outcome.UNKNOWN);
            });
        assertThat(service.cancelled).succeedsWithin(Duration.ofSeconds(20));
    }

    /** Our side notices in two places. Whoever is first, nobody has answered. */
    @Test
    void whatMissesItsDeadlineWasNotAnswered() {
        CallOptions hasty = CallOptions.timeout(Duration.ofMillis(20));
        words().say(word("connected"), PATIENT);
        for (int i = 0; i < 100; i++) {
            assertThatExceptionOfType(RpcException.class).isThrownBy(() -> words().say(word("hang"), hasty))
                .satisfies((failure) -> {
                    assertThat(failure.status()).isEqualTo(RpcStatus.DEADLINE_EXCEEDED);
                    assertThat(failure.outcome()).as(failure.toString()).isNotEqualTo(Outcome.ANSWERED);
                });
        }
    }

    @Test
    void cancellationReachesTheServer() throws InterruptedException {
        CompletableFuture<StringValue> call = channel().callAsync("test.Words/say", word("hang"), StringValue.class,
                PATIENT);
        assertThat(service.hanging.poll(20, TimeUnit.SECONDS)).isNotNull();
        call.cancel(true);
        assertThat(service.cancelled).succeedsWithin(Duration.ofSeconds(20));
    }

    @Test
    void streamThatIsClosedEarlyEndsAlone() {
        RpcStream<StringValue> endless = RpcStream
            .of(() -> IntStream.iterate(0, (i) -> i + 1).mapToObj((i) -> word("" + i)).iterator());
        RpcStream<StringValue> echo = words().echo(endless);
        assertThat(echo.read()).isEqualTo(word("0"));
        echo.close();
        assertThat(words().say(word("still"), PATIENT)).isEqualTo(word("still"));
    }

    @Test
    void serverThatDiesInACallIsAnUnknownOutcome() throws Exception {
        CompletableFuture<StringValue> call = channel().callAsync("test.Words/say", word("hang"), StringValue.class,
                PATIENT);
        assertThat(service.hanging.poll(20, TimeUnit.SECONDS)).isNotNull();
        server().shutdownNow();
        assertThat(call).failsWithin(Duration.ofSeconds(20))
            .withThrowableThat()
            .havingCause()
            .isInstanceOfSatisfying(RpcException.class, (failure) -> {
                assertThat(failure.status()).isIn(RpcStatus.UNAVAILABLE, RpcStatus.CANCELLED);
                assertThat(failure.outcome()).isNotEqualTo(Outcome.NOT_EXECUTED);
            });
    }

    @Test
    void channelComesBackWithTheServer() throws Exception {
        try (RpcChannel plain = restartPlain(0)) {
            int port = server().getPort();
            plain.call("test.Words/say", word("a"), StringValue.class, PATIENT);
            server().shutdownNow().awaitTermination();
            await().until(() -> plain.state() != ChannelState.READY);
            server = start(port, InsecureServerCredentials.create());
            CallOptions waiting = PATIENT.withWaitForReady(true);
            assertThat(plain.call("test.Words/say", word("b"), StringValue.class, waiting)).isEqualTo(word("b"));
        }
    }

    @Test
    void serverThatShutsDownInOrderEndsNoCall() throws Exception {
        try (RpcChannel plain = restartPlain(0)) {
            RpcStream<StringValue> source = RpcStream.of(List.of(word("a")));
            assertThat(all(plain.proxy(Words.class).echo(source))).containsExactly("a");
            int port = server().getPort();
            Server first = server();
            first.shutdown();
            first.awaitTermination();
            server = start(port, InsecureServerCredentials.create());
            assertThat(plain.call("test.Words/say", word("b"), StringValue.class, PATIENT.withWaitForReady(true)))
                .isEqualTo(word("b"));
        }
    }

    private RpcChannel restartPlain(int port) throws Exception {
        server().shutdownNow().awaitTermination();
        server = start(port, InsecureServerCredentials.create());
        return RpcChannel.open("grpc://localhost:" + server().getPort());
    }

}
