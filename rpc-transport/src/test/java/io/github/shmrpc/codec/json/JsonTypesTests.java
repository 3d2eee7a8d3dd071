package io.github.shmrpc.codec.json;

import java.io.InputStream;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

class JsonTypesTests {

    /** Declared for its generic types. */
    @SuppressWarnings("unused")
    private static final class Declared {

        @Nullable Map<String, List<Order>> map;

        Optional<UUID> id = Optional.empty();

        @Nullable List<Thread> threads;

        List<Order> @Nullable [] lists;

    }

    private record Order(String item) {
    }

    static List<Type> data() throws NoSuchFieldException {
        return List.of(String.class, int.class, long[].class, Order.class, BigDecimal.class, Instant.class,
                Object.class, Thread.State.class, Declared.class.getDeclaredField("map").getGenericType(),
                Declared.class.getDeclaredField("id").getGenericType(),
                Declared.class.getDeclaredField("lists").getGenericType());
    }

    static List<Type> noData() throws NoSuchFieldException {
        return List.of(Thread.class, Class.class, InputStream.class, Stream.class, Runnable.class, Thread[].class,
                CompletableFuture.class, Declared.class.getDeclaredField("threads").getGenericType());
    }

    @ParameterizedTest
    @MethodSource("data")
    void carriesData(Type type) {
        assertThat(JsonTypes.areData(type)).isTrue();
    }

    @ParameterizedTest
    @MethodSource("noData")
    void refusesWhatIsNoData(Type type) {
        assertThat(JsonTypes.areData(type)).isFalse();
    }

}
