package io.github.shmrpc.call;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Dispatch;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcContract;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcMethod;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.client.ClientInterceptor;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.server.ServerInterceptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class InterceptorsTests {

    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    private Path directory = Path.of("");

    private final List<String> log = new CopyOnWriteArrayList<>();

    private final Greetings greetings = new Greetings();

    private Served start(String scheme, UnaryOperator<RpcServer.Builder> server,
            UnaryOperator<RpcChannel.Builder> channel) throws IOException {
        return Served.start(scheme, directory, "interceptors", (builder) -> server.apply(builder.register(greetings)),
                channel);
    }

    private Served start(ClientInterceptor interceptor) throws IOException {
        return start(Served.INPROC, (server) -> server, (channel) -> channel.interceptor(interceptor));
    }

    private ClientInterceptor logging(String name) {
        return (call, next) -> {
            log.add(name + " " + call.method() + " " + call.request());
            return next.proceed(call.withMetadata("path", name)).whenComplete((reply, failure) -> {
                log.add(name + " " + reply);
            });
        };
    }

    private ServerInterceptor serving(String name) {
        return (call, request, next) -> {
            log.add(name + " " + call.method() + " " + request);
            Object reply = next.proceed(request);
            log.add(name + " " + (reply instanceof CompletionStage<?> ? "later" : reply));
            return reply;
        };
    }

    @CarrierTest
    void firstIsOutermostOnBothSides(String scheme) throws IOException {
        try (Served served = start(scheme, (server) -> server.interceptor(serving("s1")).interceptor(serving("s2")),
                (channel) -> channel.interceptor(logging("c1")).interceptor(logging("c2")))) {
            GreetingService service = served.channel().proxy(GreetingService.class);
            assertThat(service.greet("a")).isEqualTo("hello a");
            assertThat(log).containsExactly("c1 Greetings/greet a", "c2 Greetings/greet a", "s1 Greetings/greet a",
                    "s2 Greetings/greet a", "s2 hello a", "s1 hello a", "c2 hello a", "c1 hello a");
            log.clear();
            assertThat(service.greetLater("b")).succeedsWithin(LONG).isEqualTo("hello b");
            await().until(() -> log.contains("c1 hello b"));
            assertThat(log).containsSubsequence("c1 Greetings/greetLater b", "c2 Greetings/greetLater b",
                    "s1 Greetings/greetLater b", "s2 Greetings/greetLater b", "s2 later", "s1 later");
            assertThat(log).containsSubsequence("c2 hello b", "c1 hello b");
        }
    }

    @CarrierTest
    void clientChangesRequestOptionsAndReply(String scheme) throws IOException {
        ClientInterceptor changing = (call, next) -> next
            .proceed(call.withRequest(call.request() + "!").withMetadata("greeting", "welcome"))
            .thenApply((reply) -> "<" + reply + ">");
        try (Served served = start(scheme, (server) -> server, (channel) -> channel.interceptor(changing))) {
            GreetingService service = served.channel().proxy(GreetingService.class);
            assertThat(service.greet("a")).isEqualTo("<welcome a!>");
            assertThat(service.greetLater("b")).succeedsWithin(LONG).isEqualTo("<welcome b!>");
            assertThat(served.channel().call("Greetings.greet", "c", String.class)).isEqualTo("<welcome c!>");
        }
    }

    @Test
    void clientAnswersItselfOrTriesAgain() throws IOException {
        ClientInterceptor again = (call, next) -> "cached".equals(call.request())
                ? CompletableFuture.completedFuture("from the cache")
                : next.proceed(call).exceptionallyCompose((failure) -> next.proceed(call.withRequest("again")));
        try (Served served = start(again)) {
            GreetingService service = served.channel().proxy(GreetingService.class);
            assertThat(service.greet("cached")).isEqualTo("from the cache");
            assertThat(service.greet("fail")).isEqualTo("hello again");
            assertThat(service.greetLater("fail")).succeedsWithin(LONG).isEqualTo("hello again");
        }
    }

    @Test
    void clientMayCompleteLaterOrNever() throws IOException {
        CompletableFuture<String> token = new CompletableFuture<>();
        ClientInterceptor waiting = (call, next) -> token
            .thenCompose((value) -> next.proceed(call.withMetadata("greeting", value)));
        try (Served served = start(waiting)) {
            GreetingService service = served.channel().proxy(GreetingService.class);
            assertThatExceptionOfType(RpcException.class)
                .isThrownBy(() -> service.greetWith("a", CallOptions.timeout(Duration.ofMillis(30))))
                .satisfies((late) -> {
                    assertThat(late.status()).isEqualTo(RpcStatus.DEADLINE_EXCEEDED);
                    assertThat(late.outcome()).isEqualTo(Outcome.NOT_EXECUTED);
                });
            CompletableFuture<String> reply = service.greetLater("b").toCompletableFuture();
            assertThat(reply).isNotDone();
            token.complete("good day");
            assertThat(reply).succeedsWithin(LONG).isEqualTo("good day b");
            assertThat(service.greet("c")).isEqualTo("good day c");
        }
    }

    @Test
    void clientInterceptorThatThrowsEndsItsCallOnly() throws IOException {
        ClientInterceptor strict = (call, next) -> {
            if ("null".equals(call.request())) {
                return nothing();
            }
            if ("bad".equals(call.request())) {
                throw new IllegalStateException("not today");
            }
            return next.proceed(call);
        };
        try (Served served = start(strict)) {
            GreetingService service = served.channel().proxy(GreetingService.class);
            assertThatExceptionOfType(RpcException.class).isThrownBy(() -> service.greet("bad"))
                .satisfies((failure) -> {
                    assertThat(failure.status()).isEqualTo(RpcStatus.INTERNAL);
                    assertThat(failure.outcome()).isEqualTo(Outcome.NOT_EXECUTED);
                    assertThat(failure).hasMessageContaining("of Greetings/greet failed: not today")
                        .hasCauseInstanceOf(IllegalStateException.class);
                });
            assertThatExceptionOfType(RpcException.class).isThrownBy(() -> service.greet("null"))
                .withMessageContaining("returned null instead of a stage");
            assertThat(service.greetLater("bad")).failsWithin(LONG)
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(RpcException.class);
            assertThat(service.greet("good")).isEqualTo("hello good");
        }
    }

    @SuppressWarnings({ "NullAway", "DataFlowIssue" })
    private static CompletionStage<Object> nothing() {
        return null;
    }

    @Test
    void errorsPassThroughClientInterceptorsAsTheyAre() throws IOException {
        try (Served served = start(logging("c"))) {
            GreetingService service = served.channel().proxy(GreetingService.class);
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> service.greet("declared"))
                .withMessage("declared");
            assertThatExceptionOfType(RpcException.class).isThrownBy(() -> service.greet("fail"))
                .satisfies((failure) -> assertThat(failure.status()).isEqualTo(RpcStatus.NOT_FOUND));
            assertThat(service.greetLater("fail")).failsWithin(LONG)
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(RpcException.class);
        }
    }

    @CarrierTest
    void cancelledFutureCancelsTheCallBehindInterceptors(String scheme) throws IOException {
        try (Served served = start(scheme, (server) -> server, (channel) -> channel.interceptor(logging("c")))) {
            GreetingService service = served.channel().proxy(GreetingService.class);
            CompletableFuture<String> reply = service.greetLater("wait").toCompletableFuture();
            await().until(() -> greetings.waiting.get() != null);
            reply.cancel(true);
            await().until(() -> Objects.requireNonNull(greetings.waiting.get()).isCancelled());
        }
    }

    @Test
    void rawCallsAreInterceptedToo() throws IOException {
        ClientInterceptor welcome = (call, next) -> {
            log.add(call.method());
            return next.proceed(call.withMetadata("greeting", "hi"));
        };
        try (Served served = start(welcome)) {
            ByteBuffer reply = ByteBuffer.allocate(64);
            int length = served.channel()
                .rawMethod("Greetings/raw")
                .call(ByteBuffer.wrap(new byte[] { 'a' }), reply, CallOptions.defaults());
            assertThat(new String(reply.array(), 0, length, StandardCharsets.UTF_8)).isEqualTo("hi a");
            Integer remaining = served.channel()
                .rawMethod("Greetings/raw")
                .call(1, (request) -> request.put((byte) 'b'), ByteBuffer::remaining, CallOptions.defaults());
            assertThat(remaining).isEqualTo(4);
            assertThat(log).containsExactly("Greetings/raw", "Greetings/raw");
        }
    }

    @CarrierTest
    void serverChangesRequestReplyAndStatus(String scheme) throws IOException {
        ServerInterceptor changing = (call, request, next) -> {
            if ("secret".equals(request)) {
                throw new RpcException(RpcStatus.PERMISSION_DENIED, "not for " + call.peer().carrier());
            }
            Object reply = next.proceed(request + "!");
            return reply instanceof CompletionStage<?> later ? later.thenApply((value) -> "<" + value + ">")
                    : "<" + reply + ">";
        };
        try (Served served = start(scheme, (server) -> server.interceptor(changing), (channel) -> channel)) {
            GreetingService service = served.channel().proxy(GreetingService.class);
            assertThat(service.greet("a")).isEqualTo("<hello a!>");
            assertThat(service.greetLater("b")).succeedsWithin(LONG).isEqualTo("<hello b!>");
            assertThatExceptionOfType(RpcException.class).isThrownBy(() -> service.greet("secret"))
                .withMessage("PERMISSION_DENIED: not for " + scheme);
        }
    }

    @Test
    void scopeOfServerInterceptorIsAroundTheHandler() throws IOException {
        ServerInterceptor scope = (call, request, next) -> {
            assertThat(CallContext.current()).isSameAs(call);
            Greetings.SCOPE.set("scope");
            try {
                return next.proceed(request);
            }
            finally {
                Greetings.SCOPE.remove();
            }
        };
        try (Served served = start(Served.INPROC, (server) -> server.interceptor(scope), (channel) -> channel)) {
            GreetingService service = served.channel().proxy(GreetingService.class);
            assertThat(service.greet("scope")).isEqualTo("scope");
            assertThat(service.greetInPool("scope")).isEqualTo("scope");
        }
    }

    @Test
    void serverInterceptorThatThrowsEndsItsCallOnly() throws IOException {
        AtomicInteger calls = new AtomicInteger();
        ServerInterceptor failing = (call, request, next) -> {
            if (calls.incrementAndGet() == 1) {
                throw new IllegalStateException("secret");
            }
            return next.proceed(request);
        };
        try (Served served = start(Served.INPROC, (server) -> server.interceptor(failing), (channel) -> channel)) {
            GreetingService service = served.channel().proxy(GreetingService.class);
            assertThatExceptionOfType(RpcException.class).isThrownBy(() -> service.greet("a"))
                .withMessage("UNKNOWN: handler failed");
            assertThat(service.greet("a")).isEqualTo("hello a");
        }
    }

    @RpcContract("Greetings")
    interface GreetingService {

        String greet(String name) throws IOException;

        String greetWith(String name, CallOptions options);

        String greetInPool(String name);

        CompletionStage<String> greetLater(String name);

    }

    static final class Greetings {

        static final ThreadLocal<String> SCOPE = new ThreadLocal<>();

        final AtomicReference<CallContext> waiting = new AtomicReference<>();

        @RpcMethod
        public String greet(CallContext call, String name) throws IOException {
            return switch (name) {
                case "declared" -> throw new IOException(name);
                case "fail" -> throw new RpcException(RpcStatus.NOT_FOUND, name);
                case "scope" -> String.valueOf(SCOPE.get());
                default -> call.metadata().get("greeting").orElse("hello") + " " + name;
            };
        }

        @RpcMethod
        public String greetWith(CallContext call, String name) throws IOException {
            return greet(call, name);
        }

        @RpcMethod(dispatch = Dispatch.EXECUTOR)
        public String greetInPool(CallContext call, String name) throws IOException {
            return greet(call, name);
        }

        @RpcMethod
        public CompletionStage<String> greetLater(CallContext call, String name) throws IOException {
            if (name.equals("wait")) {
                CompletableFuture<String> never = new CompletableFuture<>();
                call.onCancel(() -> never.cancel(false));
                waiting.set(call);
                return never;
            }
            return CompletableFuture.completedFuture(greet(call, name));
        }

        @RpcMethod
        public byte[] raw(CallContext call, byte[] name) throws IOException {
            String text = new String(name, StandardCharsets.UTF_8);
            return greet(call, text).getBytes(StandardCharsets.UTF_8);
        }

    }

}
