package io.github.shmrpc.spring.context;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;

import io.github.shmrpc.RpcContract;
import io.github.shmrpc.spring.RpcEndpoint;
import io.micrometer.context.ContextExecutorService;
import io.micrometer.context.ContextSnapshotFactory;
import reactor.core.publisher.Mono;

/** Handlers that call on, on other threads than their own. */
public final class RelayExample {

    private RelayExample() {
    }

    /** How many milliseconds its caller has left. */
    @RpcContract("example.Clock")
    public interface ClockService {

        long left();

        @SuppressWarnings("NonApiType") // As an application would declare it.
        Mono<Long> leftLater();

    }

    /** Asks the clock, in several ways. */
    @RpcContract("example.Relay")
    public interface RelayService {

        Mono<Long> delayed();

        Mono<Long> blocking();

        CompletionStage<Long> future();

    }

    // docs/calls.md
    @RpcEndpoint
    static class Relay implements RelayService {

        private final ClockService clock;

        private final ExecutorService executor;

        Relay(ClockService clock, ExecutorService executor) {
            this.clock = clock;
            this.executor = ContextExecutorService.wrap(executor, ContextSnapshotFactory.builder().build()::captureAll);
        }

        @Override
        public Mono<Long> delayed() {
            return Mono.delay(Duration.ofMillis(5)).flatMap((tick) -> clock.leftLater());
        }

        @Override
        public Mono<Long> blocking() {
            return Mono.delay(Duration.ofMillis(5)).map((tick) -> clock.left());
        }

        @Override
        public CompletionStage<Long> future() {
            return CompletableFuture.supplyAsync(clock::left, executor);
        }

    }

}
