package io.github.shmrpc.codec;

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;

import org.jspecify.annotations.Nullable;

/**
 * The codecs that a channel or server knows, in order: the first that supports a type is
 * that type's default. Immutable.
 */
public final class Codecs {

    private final List<Codec> codecs;

    private Codecs(List<Codec> codecs) {
        this.codecs = List.copyOf(codecs);
    }

    /**
     * Some codecs and no others.
     * @param codecs the later of two with one id is asked first
     * @return the list, in order of their ids
     */
    public static Codecs of(Codec... codecs) {
        Codecs some = new Codecs(List.of());
        for (Codec codec : codecs) {
            some = some.with(codec);
        }
        return some;
    }

    /**
     * The codecs on the class path, raw first, then protobuf, then JSON.
     * @return those whose libraries are there
     */
    public static Codecs defaults() {
        Codecs found = new Codecs(List.of());
        for (CodecProvider provider : ServiceLoader.load(CodecProvider.class, Codecs.class.getClassLoader())) {
            Optional<Codec> codec = provider.codec();
            if (codec.isPresent()) {
                found = found.with(codec.get());
            }
        }
        return found;
    }

    /**
     * These codecs with one more. One with the same id stays for the types that the new
     * one does not support: a JSON codec of an application leaves protobuf messages to
     * the other.
     * @param codec asked before one with the same id
     * @return the new list
     */
    public Codecs with(Codec codec) {
        List<Codec> changed = new ArrayList<>(codecs.size() + 1);
        Codec added = codec;
        for (Codec other : codecs) {
            if (other.id() == codec.id()) {
                added = new CombinedCodec(codec, other);
            }
            else {
                changed.add(other);
            }
        }
        changed.add(added);
        changed.sort(Comparator.comparing(Codec::id));
        return new Codecs(changed);
    }

    /**
     * The codec that a type uses unless a call says otherwise.
     * @param type a message type
     * @return its codec
     * @throws IllegalArgumentException if none supports it
     */
    public Codec defaultFor(Type type) {
        for (Codec codec : codecs) {
            if (codec.supports(type)) {
                return codec;
            }
        }
        throw new IllegalArgumentException("No codec for message type " + type.getTypeName() + ": known are " + names()
                + ". Use a protobuf message, a record or other JSON type (Jackson 3 on the class path),"
                + " byte[] or ByteBuffer");
    }

    /**
     * What carries several values as one object.
     * @param values type of each value by its name, in order
     * @return as {@link Codec#objectMarshaller}
     * @throws IllegalArgumentException if no codec can do so
     */
    public Marshaller<@Nullable Object[]> objectMarshaller(Map<String, Type> values) {
        for (Codec codec : codecs) {
            Optional<Marshaller<@Nullable Object[]>> found = codec.objectMarshaller(values);
            if (found.isPresent()) {
                return found.get();
            }
        }
        throw new IllegalArgumentException("No codec for the values " + values.keySet() + ": known are " + names()
                + ". JSON carries them with Jackson 3 on the class path");
    }

    /**
     * The codec of a name.
     * @param name as {@link Codec#name()}
     * @return the codec
     * @throws IllegalArgumentException if there is none
     */
    public Codec byName(String name) {
        for (Codec codec : codecs) {
            if (codec.name().equals(name)) {
                return codec;
            }
        }
        throw new IllegalArgumentException("No codec is named '" + name + "': known are " + names());
    }

    /**
     * All of them.
     * @return in order
     */
    public List<Codec> all() {
        return codecs;
    }

    private List<String> names() {
        return codecs.stream().map(Codec::name).toList();
    }

}
