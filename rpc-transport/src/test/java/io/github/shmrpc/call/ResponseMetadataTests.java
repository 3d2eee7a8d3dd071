package io.github.shmrpc.call;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Metadata;
import io.github.shmrpc.ReplyBuffer;
import io.github.shmrpc.RpcContract;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcMethod;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.client.ChannelOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

@Timeout(60)
class ResponseMetadataTests {

    private static final Duration LONG = Duration.ofSeconds(30);

    private static final Metadata SENT = Metadata.EMPTY.with("tick", "7").with("seen-bin", new byte[] { 1, 2 });

    @TempDir
    private Path directory = Path.of("");

    private final AtomicReference<@Nullable Metadata> received = new AtomicReference<>();

    private final CallOptions reading = CallOptions.timeout(LONG).withResponseMetadata(received::set);

    private Served start(String scheme) throws IOException {
        return Served.start(scheme, directory, "metadata", (server) -> server.register(new Ticks()),
                (channel) -> channel);
    }

    @CarrierTest
    void callersOfAllKindsReadWhatCameBesideTheReply(String scheme) throws IOException {
        try (Served served = start(scheme)) {
            TickService ticks = served.channel().proxy(TickService.class);
            assertThat(ticks.tick("x", reading)).isEqualTo("x");
            assertThat(received.getAndSet(null)).isEqualTo(SENT);
            assertThat(ticks.tickLater("x", reading)).succeedsWithin(LONG).isEqualTo("x");
            assertThat(received.getAndSet(null)).isEqualTo(SENT);
            assertThat(ticks.tick("none", reading)).isEqualTo("none");
            assertThat(received.getAndSet(null)).isEqualTo(Metadata.EMPTY);
            ByteBuffer reply = ByteBuffer.allocate(100_000);
            assertThat(served.channel().rawMethod("Ticks/raw").call(ByteBuffer.allocate(80_000), reply, reading))
                .isEqualTo(80_000);
            assertThat(received.getAndSet(null)).isEqualTo(SENT);
        }
    }

    @CarrierTest
    void errorsHaveMetadataToo(String scheme) throws IOException {
        try (Served served = start(scheme)) {
            TickService ticks = served.channel().proxy(TickService.class);
            assertThatExceptionOfType(RpcException.class).isThrownBy(() -> ticks.tick("fail", reading))
                .satisfies((failure) -> assertThat(failure.metadata())
                    .isEqualTo(Metadata.EMPTY.with("own", "1").and(SENT)));
            assertThat(received.getAndSet(null)).isEqualTo(Metadata.EMPTY.with("own", "1").and(SENT));
            assertThatExceptionOfType(RpcException.class).isThrownBy(() -> ticks.tick("broken", reading))
                .satisfies((failure) -> {
                    assertThat(failure).hasMessage("UNKNOWN: handler failed");
                    assertThat(failure.metadata()).isEqualTo(SENT);
                });
            received.set(null);
            // A declared exception has no place for it, so the reader gets it.
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> ticks.tick("declared", reading));
            assertThat(received.getAndSet(null)).isEqualTo(SENT);
        }
    }

    @Test
    void tooLongMetadataFailsTheCall() throws IOException {
        try (Served served = start("inproc")) {
            TickService ticks = served.channel().proxy(TickService.class);
            assertThatExceptionOfType(RpcException.class).isThrownBy(() -> ticks.tick("long", reading))
                .satisfies((failure) -> {
                    assertThat(failure.status()).isEqualTo(RpcStatus.RESOURCE_EXHAUSTED);
                    assertThat(failure.detail()).startsWith("metadata is too long").endsWith("at most 8192");
                });
            assertThat(ticks.tick("x", reading)).isEqualTo("x");
        }
    }

    @Test
    void callerHasALimitOfItsOwn() throws IOException {
        try (Served served = Served.start("inproc", directory, "metadata", (server) -> server.register(new Ticks()),
                (channel) -> channel.options(ChannelOptions.defaults().withMaxMetadataLength(16)))) {
            TickService ticks = served.channel().proxy(TickService.class);
            assertThatExceptionOfType(RpcException.class).isThrownBy(() -> ticks.tick("x", reading))
                .withMessageContaining("at most 16");
            assertThat(ticks.tick("x", CallOptions.defaults())).isEqualTo("x");
        }
    }

    @Test
    void readerThatThrowsEndsItsCall() throws IOException {
        CallOptions failing = reading.withResponseMetadata((metadata) -> {
            throw new IllegalStateException("not wanted");
        });
        try (Served served = start("inproc")) {
            TickService ticks = served.channel().proxy(TickService.class);
            assertThatIllegalStateException().isThrownBy(() -> ticks.tick("x", failing));
            assertThat(ticks.tickLater("x", failing)).failsWithin(LONG);
            assertThat(ticks.tick("x", reading)).isEqualTo("x");
        }
    }

    @RpcContract("Ticks")
    interface TickService {

        String tick(String what, CallOptions options) throws IOException;

        CompletionStage<String> tickLater(String what, CallOptions options);

    }

    static final class Ticks {

        @RpcMethod
        public String tick(CallContext call, String what) throws IOException {
            if (!what.equals("none")) {
                call.responseMetadata(SENT);
            }
            switch (what) {
                case "fail" -> throw RpcException.builder(RpcStatus.ABORTED, "x")
                    .metadata(Metadata.EMPTY.with("own", "1"))
                    .build();
                case "declared" -> throw new IOException("x");
                case "broken" -> throw new IllegalStateException("x");
                case "long" -> call.responseMetadata(call.responseMetadata().with("long", "x".repeat(9000)));
                default -> {
                }
            }
            return what;
        }

        @RpcMethod
        public CompletionStage<String> tickLater(CallContext call, String what) {
            return CompletableFuture.supplyAsync(() -> {
                call.responseMetadata(SENT);
                return what;
            });
        }

        @RpcMethod
        public void raw(CallContext call, ByteBuffer request, ReplyBuffer reply) {
            call.responseMetadata(SENT);
            reply.allocate(request.remaining()).put(request);
        }

    }

}
