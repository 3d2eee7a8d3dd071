package io.github.shmrpc.codec;

import java.lang.reflect.Type;
import java.util.Map;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/** A way to turn messages into bytes and back. Thread-safe. */
public interface Codec {

    /**
     * Its number on the wire.
     * @return 1 to 127; 1 is raw bytes, 2 protobuf, 3 JSON
     */
    byte id();

    /**
     * Its name in options and configuration.
     * @return lower case, e.g. {@code json}
     */
    String name();

    /**
     * Whether it can carry messages of a type.
     * @param type a message type as a method declares it
     * @return true if {@link #marshaller} accepts it
     */
    boolean supports(Type type);

    /**
     * What encodes and decodes one type. Asked for once per method.
     * @param type a supported type
     * @return thread-safe
     * @throws IllegalArgumentException if the type is not supported
     */
    Marshaller<?> marshaller(Type type);

    /**
     * What carries several values as one object, each by its name: the data of an
     * exception of a contract.
     * @param values type of each value by its name, in order
     * @return encodes and decodes the values in that order, with {@code null} for one
     * that was not sent; empty if the codec cannot do so
     * @throws IllegalArgumentException if the codec does not support one of the types
     */
    default Optional<Marshaller<@Nullable Object[]>> objectMarshaller(Map<String, Type> values) {
        return Optional.empty();
    }

}
