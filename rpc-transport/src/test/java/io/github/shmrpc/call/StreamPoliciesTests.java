package io.github.shmrpc.call;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Metadata;
import io.github.shmrpc.RpcContract;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.RpcStream;
import io.github.shmrpc.client.ChannelOptions;
import io.github.shmrpc.client.ClientInterceptor;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.server.ServerOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What holds for unary calls holds for streams: interceptors, compression, metadata of
 * the answer.
 */
@Timeout(60)
class StreamPoliciesTests {

    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    private Path directory = Path.of("");

    private final List<String> log = new CopyOnWriteArrayList<>();

    private Served start(String scheme, UnaryOperator<RpcChannel.Builder> channel) throws IOException {
        return Served.start(scheme, directory, "stream-policies",
                (server) -> server.options(ServerOptions.defaults().withCompressAbove(1024))
                    .register(new WordHandler()),
                channel);
    }

    @CarrierTest
    void interceptorSeesAndChangesWhatStreams(String scheme) throws IOException {
        ClientInterceptor louder = (call, next) -> {
            log.add(call.method());
            Object request = call.request() instanceof Flow.Publisher<?> words ? mapped(RpcStream.of(words))
                    : call.request();
            return next.proceed(call.withRequest(request).withMetadata("tenant", "t1"))
                .thenApply((reply) -> reply instanceof RpcStream<?> words ? mapped(words) : reply);
        };
        try (Served served = start(scheme, (channel) -> channel.interceptor(louder))) {
            Words words = served.channel().proxy(Words.class);
            assertThat(all(words.split("a b"))).containsExactly("T1:A", "T1:B");
            assertThat(words.joined(RpcStream.of(List.of("a", "b"))).toCompletableFuture()).succeedsWithin(LONG)
                .isEqualTo("A B");
            assertThat(all(words.echo(RpcStream.of(List.of("a", "b"))))).containsExactly("A", "B");
            assertThat(log).containsExactly("Words/split", "Words/joined", "Words/echo");
        }
    }

    private static RpcStream<String> mapped(RpcStream<?> words) {
        List<String> louder = new ArrayList<>();
        words.forEach((word) -> louder.add(String.valueOf(word).toUpperCase(Locale.ROOT)));
        return RpcStream.of(louder);
    }

    private static List<String> all(RpcStream<String> words) {
        List<String> all = new ArrayList<>();
        words.forEach(all::add);
        return all;
    }

    @Test
    void interceptorRefusesAStream() throws IOException {
        ClientInterceptor refusing = (call, next) -> CompletableFuture
            .failedFuture(new RpcException(RpcStatus.PERMISSION_DENIED, "not today"));
        try (Served served = start(Served.INPROC, (channel) -> channel.interceptor(refusing))) {
            Words words = served.channel().proxy(Words.class);
            assertThatExceptionOfType(RpcException.class).isThrownBy(() -> words.split("a"))
                .satisfies((failure) -> assertThat(failure.status()).isEqualTo(RpcStatus.PERMISSION_DENIED));
            assertThat(words.joined(RpcStream.of(List.of("a"))).toCompletableFuture()).isCompletedExceptionally();
        }
    }

    @CarrierTest
    void longMessagesOfStreamsArriveWhateverCompressesThem(String scheme) throws IOException {
        try (Served served = start(scheme,
                (channel) -> channel.options(ChannelOptions.defaults().withCompressAbove(1024)))) {
            Words words = served.channel().proxy(Words.class);
            List<String> sent = List.of("short", "x".repeat(1025), "y".repeat(100_000), "z".repeat(900_000));
            assertThat(all(words.echo(RpcStream.of(sent)))).isEqualTo(sent);
        }
    }

    @Test
    void streamedBombIsNotInflatedBeyondTheLimit() throws IOException {
        try (Served served = Served.start("unix", directory, "bomb",
                (server) -> server.options(ServerOptions.defaults().withMaxMessageLength(10_000))
                    .register(new WordHandler()),
                (channel) -> channel.options(ChannelOptions.defaults().withCompressAbove(1024)))) {
            Words words = served.channel().proxy(Words.class);
            assertThat(words.joined(RpcStream.of(List.of("x".repeat(1_000_000)))).toCompletableFuture())
                .failsWithin(LONG)
                .withThrowableThat()
                .withMessageContaining("RESOURCE_EXHAUSTED");
            assertThat(all(words.split("still there"))).containsExactly("still", "there");
        }
    }

    @CarrierTest
    void metadataOfTheAnswerComesWithItsEnd(String scheme) throws IOException {
        AtomicReference<@Nullable Metadata> received = new AtomicReference<>();
        try (Served served = start(scheme, (channel) -> channel)) {
            RpcStream<String> words = served.channel()
                .stream("Words/counted", "a b c", String.class,
                        CallOptions.timeout(LONG).withResponseMetadata(received::set));
            assertThat(all(words)).hasSize(3);
            assertThat(received.get()).isEqualTo(Metadata.EMPTY.with("words", "3"));
        }
    }

    /** Streams of words. */
    @RpcContract("Words")
    interface Words {

        RpcStream<String> split(String text);

        CompletionStage<String> joined(Flow.Publisher<String> words);

        RpcStream<String> echo(Flow.Publisher<String> words);

        RpcStream<String> counted(String text);

    }

    static final class WordHandler implements Words {

        @Override
        public RpcStream<String> split(String text) {
            String prefix = CallContext.current().metadata().get("tenant").map((tenant) -> tenant + ":").orElse("");
            return RpcStream.of(List.of(text.split(" ")).stream().map((word) -> prefix + word).toList());
        }

        @Override
        public CompletionStage<String> joined(Flow.Publisher<String> words) {
            return CompletableFuture.supplyAsync(() -> String.join(" ", all(RpcStream.of(words))));
        }

        @Override
        public RpcStream<String> echo(Flow.Publisher<String> words) {
            return RpcStream.of(words);
        }

        @Override
        public RpcStream<String> counted(String text) {
            String[] words = text.split(" ");
            CallContext.current().responseMetadata(Metadata.EMPTY.with("words", String.valueOf(words.length)));
            return RpcStream.of(List.of(words));
        }

    }

}
