package io.github.shmrpc.spring.context;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Metadata;
import io.github.shmrpc.client.ChannelOptions;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.spring.context.RelayExample.ClockService;
import io.github.shmrpc.spring.context.RelayExample.Relay;
import io.github.shmrpc.spring.context.RelayExample.RelayService;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/** The served call on other threads, by Micrometer's context propagation. */
@Timeout(60)
class CallContextAccessorTests {

    /** What the outer caller allows; the relay's own channel allows 60 s. */
    private static final Duration OUTER = Duration.ofSeconds(20);

    private final ExecutorService executor = Executors.newSingleThreadExecutor();

    private final RpcChannel outer = channel(OUTER);

    private final RpcChannel inner = channel(Duration.ofSeconds(60));

    private final RelayService relay = outer.proxy(RelayService.class);

    private final Probe probe = new Probe();

    private final RpcServer server = RpcServer.builder("inproc:context-tests")
        .register(new Clock())
        .register(probe)
        .register(new Relay(inner.proxy(ClockService.class), executor))
        .build();

    @BeforeEach
    void start() throws IOException {
        server.start();
    }

    @AfterEach
    void stop() {
        outer.close();
        inner.close();
        server.close();
        executor.shutdownNow();
    }

    private static RpcChannel channel(Duration timeout) {
        return RpcChannel.builder("inproc:context-tests")
            .options(ChannelOptions.defaults().withTimeout(timeout))
            .build();
    }

    @Test
    void clientsMonoInheritsTheDeadlineFromReactorsContext() {
        assertThat(relay.delayed().block()).isBetween(1L, OUTER.toMillis());
    }

    @Test
    void blockingCallInheritsTheDeadlineWithAutomaticPropagation() {
        Hooks.enableAutomaticContextPropagation();
        try {
            assertThat(relay.blocking().block()).isBetween(1L, OUTER.toMillis());
        }
        finally {
            Hooks.disableAutomaticContextPropagation();
        }
    }

    @Test
    void futureInheritsTheDeadlineThroughAnExecutorOfContexts() {
        assertThat(relay.future().toCompletableFuture().join()).isBetween(1L, OUTER.toMillis());
    }

    @Test
    void snapshotTakesTheWholeContextAlongAndBackOffAgain() throws Exception {
        outer.call("Probe/capture", "", String.class,
                CallOptions.defaults().withMetadata(Metadata.EMPTY.with("player", "ann")));
        ContextSnapshot snapshot = probe.snapshot.get();
        assertThat(snapshot).isNotNull();
        assertThat(CallContext.currentOrNull()).isNull();
        try (ContextSnapshot.Scope scope = snapshot.setThreadLocals()) {
            assertThat(scope).isNotNull();
            assertThat(CallContext.current().metadata().get("player")).hasValue("ann");
        }
        assertThat(CallContext.currentOrNull()).isNull();
    }

    @Test
    void cancellationReachesTheCallThatWasMadeAfterTheHop() throws Exception {
        CompletableFuture<String> call = outer.callAsync("Probe/waitOn", "", String.class, CallOptions.defaults());
        assertThat(probe.innerBegan.await(20, TimeUnit.SECONDS)).isTrue();
        call.cancel(true);
        assertThat(probe.innerCancelled.await(20, TimeUnit.SECONDS)).isTrue();
    }

    /** Says what is left of its caller's time. */
    static final class Clock implements ClockService {

        @Override
        public long left() {
            return CallContext.current().deadline().remainingNs() / 1_000_000;
        }

        @Override
        public Mono<Long> leftLater() {
            return Mono.fromSupplier(this::left);
        }

    }

    /** Asked by name. */
    public final class Probe {

        final AtomicReference<@Nullable ContextSnapshot> snapshot = new AtomicReference<>();

        final CountDownLatch innerBegan = new CountDownLatch(1);

        final CountDownLatch innerCancelled = new CountDownLatch(1);

        public String capture(String request) {
            snapshot.set(ContextSnapshotFactory.builder().build().captureAll());
            return "";
        }

        public CompletionStage<String> waitOn(String request) {
            ContextSnapshot here = ContextSnapshotFactory.builder().build().captureAll();
            return CompletableFuture.supplyAsync(
                    () -> inner.call("Probe/forever", "", String.class, CallOptions.defaults()),
                    here.wrapExecutor(executor));
        }

        public CompletionStage<String> forever(String request) {
            CompletableFuture<String> reply = new CompletableFuture<>();
            CallContext.current().onCancel(() -> {
                innerCancelled.countDown();
                reply.cancel(false);
            });
            innerBegan.countDown();
            return reply;
        }

    }

}
