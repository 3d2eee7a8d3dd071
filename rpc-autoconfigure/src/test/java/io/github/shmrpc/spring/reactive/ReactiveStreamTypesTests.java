package io.github.shmrpc.spring.reactive;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.shmrpc.RpcContract;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.client.ChannelOptions;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.server.RpcServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/** Reactor's types in a contract, on both sides. */
@Timeout(60)
class ReactiveStreamTypesTests {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Service service = new Service();

    private final RpcServer server = RpcServer.builder("inproc:reactive-tests").register(service).build();

    private final RpcChannel channel = RpcChannel.builder("inproc:reactive-tests")
        .options(ChannelOptions.defaults().withTimeout(LIMIT))
        .build();

    @BeforeEach
    void start() throws IOException {
        server.start();
    }

    @AfterEach
    void stop() {
        channel.close();
        server.close();
    }

    private Numbers numbers() {
        return channel.proxy(Numbers.class);
    }

    @Test
    void monoCallsWhenItIsSubscribedTo() {
        Mono<Integer> twice = numbers().twice(21);
        assertThat(service.calls).hasValue(0);
        assertThat(twice.block(LIMIT)).isEqualTo(42);
        assertThat(twice.block(LIMIT)).isEqualTo(42);
        assertThat(service.calls).hasValue(2);
    }

    @Test
    void monoFailsAsTheCallDoes() {
        assertThatExceptionOfType(RpcException.class).isThrownBy(() -> numbers().twice(-1).block(LIMIT))
            .satisfies((failure) -> assertThat(failure.status()).isEqualTo(RpcStatus.OUT_OF_RANGE));
    }

    @Test
    void emptyMonoIsNoReply() {
        assertThat(numbers().nothing().blockOptional(LIMIT)).isEmpty();
    }

    @Test
    void fluxStreamsEitherWay() {
        assertThat(numbers().upTo(10_000).count().block(LIMIT)).isEqualTo(10_000);
        assertThat(numbers().sum(Flux.range(1, 1000)).block(LIMIT)).isEqualTo(500_500);
        assertThat(numbers().twiceEach(Flux.range(1, 1000)).collectList().block(LIMIT)).hasSize(1000)
            .startsWith(2, 4, 6);
    }

    @Test
    void takeCancelsTheCall() {
        assertThat(numbers().upTo(Integer.MAX_VALUE).take(3).collectList().block(LIMIT)).containsExactly(1, 2, 3);
        await().untilAsserted(() -> assertThat(service.cancelled).hasValue(1));
        await().untilAsserted(() -> assertThat(server.callsInFlight()).isZero());
    }

    @Test
    void monoAsParameterIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> channel.proxy(Late.class))
            .withMessageContaining("its parameter is a Mono, which is one message later");
    }

    @RpcContract("test.ReactiveNumbers")
    interface Numbers {

        Mono<Integer> twice(int number);

        Mono<Void> nothing();

        Flux<Integer> upTo(int limit);

        Mono<Integer> sum(Flux<Integer> numbers);

        Flux<Integer> twiceEach(Flux<Integer> numbers);

    }

    interface Late {

        void late(Mono<String> text);

    }

    static final class Service implements Numbers {

        private final AtomicInteger calls = new AtomicInteger();

        private final AtomicInteger cancelled = new AtomicInteger();

        @Override
        public Mono<Integer> twice(int number) {
            calls.incrementAndGet();
            return number < 0 ? Mono.error(new RpcException(RpcStatus.OUT_OF_RANGE, "negative"))
                    : Mono.just(2 * number).delayElement(Duration.ofMillis(1));
        }

        @Override
        public Mono<Void> nothing() {
            return Mono.empty();
        }

        @Override
        public Flux<Integer> upTo(int limit) {
            return Flux.range(1, limit).doOnCancel(cancelled::incrementAndGet);
        }

        @Override
        public Mono<Integer> sum(Flux<Integer> numbers) {
            return numbers.reduce(0, Integer::sum);
        }

        @Override
        public Flux<Integer> twiceEach(Flux<Integer> numbers) {
            return numbers.map((number) -> 2 * number);
        }

    }

}
