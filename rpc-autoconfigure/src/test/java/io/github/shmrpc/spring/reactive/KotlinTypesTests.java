package io.github.shmrpc.spring.reactive;

import java.io.IOException;
import java.time.Duration;

import io.github.shmrpc.RpcContract;
import io.github.shmrpc.client.ChannelOptions;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.server.RpcServer;
import kotlinx.coroutines.flow.Flow;
import kotlinx.coroutines.reactive.ReactiveFlowKt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/** Kotlin's flows in a contract, on both sides. */
@Timeout(60)
class KotlinTypesTests {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    @Test
    void flowStreamsEitherWay() throws IOException {
        try (RpcServer server = RpcServer.builder("inproc:kotlin-tests").register(new Service()).build().start();
                RpcChannel channel = RpcChannel.builder("inproc:kotlin-tests")
                    .options(ChannelOptions.defaults().withTimeout(LIMIT))
                    .build()) {
            assertThat(server.isRunning()).isTrue();
            Numbers numbers = channel.proxy(Numbers.class);
            assertThat(flux(numbers.upTo(1000)).collectList().block(LIMIT)).hasSize(1000).startsWith(1, 2, 3);
            assertThat(flux(numbers.twiceEach(flow(Flux.range(1, 1000)))).collectList().block(LIMIT)).hasSize(1000)
                .startsWith(2, 4, 6);
        }
    }

    private static Flow<Integer> flow(Flux<Integer> numbers) {
        return ReactiveFlowKt.asFlow(numbers);
    }

    private static Flux<Integer> flux(Flow<Integer> numbers) {
        return Flux.from(ReactiveFlowKt.asPublisher(numbers));
    }

    /** With a stream of Kotlin's each way. */
    @RpcContract("test.KotlinNumbers")
    interface Numbers {

        Flow<Integer> upTo(int limit);

        Flow<Integer> twiceEach(Flow<Integer> numbers);

    }

    static final class Service implements Numbers {

        @Override
        public Flow<Integer> upTo(int limit) {
            return flow(Flux.range(1, limit));
        }

        @Override
        public Flow<Integer> twiceEach(Flow<Integer> numbers) {
            return flow(flux(numbers).map((number) -> 2 * number));
        }

    }

}
