package io.github.shmrpc.contract;

import java.util.List;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.concurrent.Flow;

import io.github.shmrpc.RpcStream;
import org.jspecify.annotations.Nullable;

/** The types that stand for messages still to come. Thread-safe. */
final class StreamTypes {

    private static final StreamType FLOW = new OfJdk();

    /** Loaded once, by the first type that is none of the JDK's or ours. */
    private static final class Providers {

        static final List<StreamType.Provider> ALL = ServiceLoader
            .load(StreamType.Provider.class, StreamTypes.class.getClassLoader())
            .stream()
            .map(ServiceLoader.Provider::get)
            .toList();

    }

    private StreamTypes() {
    }

    /**
     * Looks a type up.
     * @param type raw
     * @return {@code null} if it stands for no messages
     */
    static @Nullable StreamType find(Class<?> type) {
        if (type == Flow.Publisher.class || type == RpcStream.class) {
            return FLOW;
        }
        if (type.isPrimitive() || type.isArray() || type.isRecord() || type.getTypeParameters().length != 1) {
            return null;
        }
        return Providers.ALL.stream()
            .map((provider) -> provider.find(type))
            .filter(Objects::nonNull)
            .findFirst()
            .orElse(null);
    }

    /** What is subscribed to, or an {@link RpcStream}, which is that as well. */
    private static final class OfJdk implements StreamType {

        @Override
        public boolean isSingle() {
            return false;
        }

        @Override
        public Object of(Flow.Publisher<Object> messages) {
            return messages;
        }

        @Override
        public Flow.Publisher<?> publisher(Object value) {
            return (Flow.Publisher<?>) value;
        }

    }

}
