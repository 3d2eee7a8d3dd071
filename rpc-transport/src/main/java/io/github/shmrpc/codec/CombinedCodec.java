package io.github.shmrpc.codec;

import java.lang.reflect.Type;
import java.util.Map;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/** Two codecs of the same format that know different types: the first is asked first. */
final class CombinedCodec implements Codec {

    private final Codec first;

    private final Codec second;

    CombinedCodec(Codec first, Codec second) {
        this.first = first;
        this.second = second;
    }

    @Override
    public byte id() {
        return first.id();
    }

    @Override
    public String name() {
        return first.name();
    }

    @Override
    public boolean supports(Type type) {
        return first.supports(type) || second.supports(type);
    }

    @Override
    public Marshaller<?> marshaller(Type type) {
        return first.supports(type) ? first.marshaller(type) : second.marshaller(type);
    }

    @Override
    public Optional<Marshaller<@Nullable Object[]>> objectMarshaller(Map<String, Type> values) {
        Optional<Marshaller<@Nullable Object[]>> ofFirst = first.objectMarshaller(values);
        return ofFirst.isPresent() ? ofFirst : second.objectMarshaller(values);
    }

    @Override
    public String toString() {
        return first + " and " + second;
    }

}
