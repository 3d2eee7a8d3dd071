package io.github.shmrpc.call;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.RpcContract;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.server.ExceptionHandler;
import io.github.shmrpc.server.RpcServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@Timeout(60)
class ExceptionHandlerTests {

    @TempDir
    private Path directory = Path.of("");

    private final AtomicInteger asked = new AtomicInteger();

    private Served start(ExceptionHandler... handlers) throws IOException {
        return Served.start("inproc", directory, "handlers", (server) -> {
            RpcServer.Builder builder = server.register(new Shelf());
            for (ExceptionHandler handler : handlers) {
                builder.exceptionHandler(handler);
            }
            return builder;
        }, (channel) -> channel);
    }

    private @Nullable Throwable missing(CallContext call, Throwable failure) {
        asked.incrementAndGet();
        assertThat(CallContext.current()).isSameAs(call);
        return failure instanceof NoSuchElementException ? new RpcException(RpcStatus.NOT_FOUND, call.method()) : null;
    }

    private static void assertStatus(ShelfService shelf, String name, RpcStatus status, String text) {
        assertThatExceptionOfType(RpcException.class).isThrownBy(() -> shelf.take(name))
            .withMessage(status + ": " + text);
        assertThat(shelf.takeLater(name)).failsWithin(Duration.ofSeconds(30))
            .withThrowableThat()
            .havingCause()
            .withMessage(status + ": " + text);
    }

    @Test
    void firstThatKnowsAnExceptionIsHeard() throws IOException {
        ExceptionHandler general = (call, failure) -> new RpcException(RpcStatus.INTERNAL, "general");
        try (Served served = start((call, failure) -> null, this::missingOfTake, general)) {
            ShelfService shelf = served.channel().proxy(ShelfService.class);
            assertStatus(shelf, "missing", RpcStatus.NOT_FOUND, "missing");
            assertStatus(shelf, "broken", RpcStatus.INTERNAL, "general");
        }
    }

    private @Nullable Throwable missingOfTake(CallContext call, Throwable failure) {
        return missing(call, failure) == null ? null : new RpcException(RpcStatus.NOT_FOUND, "missing");
    }

    @Test
    void answersAreNotHandled() throws IOException {
        try (Served served = start(this::missing)) {
            assertStatus(served.channel().proxy(ShelfService.class), "answer", RpcStatus.ABORTED, "mine");
            assertThat(asked).hasValue(0);
        }
    }

    @Test
    void exceptionsOfTheContractAreAnswersToo() throws IOException {
        try (Served served = start((call, failure) -> new IOException("from " + failure.getMessage()))) {
            ShelfService shelf = served.channel().proxy(ShelfService.class);
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> shelf.takeOrFail("missing"))
                .withMessage("from missing");
        }
    }

    @Test
    void handlerThatFailsSaysNothing() throws IOException {
        try (Served served = start((call, failure) -> {
            throw new IllegalStateException("secret", failure);
        })) {
            assertStatus(served.channel().proxy(ShelfService.class), "missing", RpcStatus.UNKNOWN, "handler failed");
        }
        try (Served served = start((call, failure) -> {
            throw new RpcException(RpcStatus.DATA_LOSS, "thrown");
        })) {
            assertStatus(served.channel().proxy(ShelfService.class), "missing", RpcStatus.DATA_LOSS, "thrown");
        }
    }

    @RpcContract("Shelf")
    interface ShelfService {

        String take(String name);

        String takeOrFail(String name) throws IOException;

        CompletionStage<String> takeLater(String name);

    }

    static final class Shelf implements ShelfService {

        @Override
        public String take(String name) {
            throw switch (name) {
                case "missing" -> new NoSuchElementException(name);
                case "answer" -> new RpcException(RpcStatus.ABORTED, "mine");
                default -> new IllegalStateException(name);
            };
        }

        @Override
        public String takeOrFail(String name) {
            return take(name);
        }

        @Override
        public CompletionStage<String> takeLater(String name) {
            return CompletableFuture.supplyAsync(() -> take(name));
        }

    }

}
