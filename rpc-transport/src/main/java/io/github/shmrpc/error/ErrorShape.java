package io.github.shmrpc.error;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.shmrpc.RpcError;
import io.github.shmrpc.buffer.MessageBuffer;
import io.github.shmrpc.codec.CodecException;
import io.github.shmrpc.codec.Codecs;
import io.github.shmrpc.codec.Marshaller;
import io.github.shmrpc.codec.MessageTypes;
import org.jspecify.annotations.Nullable;

/**
 * How exceptions of one class are taken apart and made again: by that constructor which
 * can be given most. Immutable.
 */
final class ErrorShape {

    private final Constructor<?> constructor;

    private final List<ErrorParameter> parameters;

    /** Carries the data; {@code null} if there is none. */
    private final @Nullable Marshaller<@Nullable Object[]> data;

    private ErrorShape(Constructor<?> constructor, List<ErrorParameter> parameters, Codecs codecs) {
        this.constructor = constructor;
        this.parameters = parameters;
        this.data = marshaller(parameters.stream().filter(ErrorParameter::isData).toList(), codecs);
    }

    /**
     * Finds the constructor.
     * @throws IllegalArgumentException why there is none
     */
    static ErrorShape of(Class<?> type, Codecs codecs) {
        if (Modifier.isAbstract(type.getModifiers())) {
            throw refused(type, "it is abstract: declare its subclasses, or make it sealed");
        }
        if (type.isMemberClass() && !Modifier.isStatic(type.getModifiers())) {
            throw refused(type, "it is an inner class: make it static");
        }
        return Arrays.stream(type.getDeclaredConstructors())
            .filter((constructor) -> !Modifier.isPrivate(constructor.getModifiers()) && constructor.trySetAccessible())
            .map((constructor) -> new Candidate(constructor, parameters(constructor, type)))
            .filter((candidate) -> candidate.parameters != null)
            .max(Comparator.comparingInt(Candidate::given))
            .map((candidate) -> candidate.shape(codecs))
            .orElseThrow(() -> refused(type,
                    "it has no constructor whose parameters are its text and what its methods or fields of the same"
                            + " names say: compile it with -parameters, or name them by @RpcError(data = {...})"));
    }

    private static IllegalArgumentException refused(Class<?> type, String reason) {
        return new IllegalArgumentException("exception " + type.getName() + " cannot be rebuilt: " + reason);
    }

    /** {@code null} if one of them is unknown. */
    private static @Nullable List<ErrorParameter> parameters(Constructor<?> constructor, Class<?> type) {
        Parameter[] declared = constructor.getParameters();
        RpcError annotation = type.getDeclaredAnnotation(RpcError.class);
        String[] names = annotation == null ? new String[0] : annotation.data();
        if (names.length > 0 && names.length != declared.length) {
            return null;
        }
        if (declared.length == 0 && !ErrorParameter.fields(type).isEmpty()) {
            // What the fields say would be lost.
            return null;
        }
        List<ErrorParameter> known = new ArrayList<>();
        for (int i = 0; i < declared.length; i++) {
            String name = names.length > 0 ? names[i] : declared[i].isNamePresent() ? declared[i].getName() : "";
            ErrorParameter parameter = parameter(declared[i].getType(), declared[i].getParameterizedType(), name, type);
            if (parameter == null || (parameter.isData() && declared.length > 1 && name.isEmpty())) {
                return null;
            }
            known.add(parameter);
        }
        return known;
    }

    private static @Nullable ErrorParameter parameter(Class<?> raw, Type generic, String name, Class<?> type) {
        ErrorParameter named = name.isEmpty() ? null : ErrorParameter.named(name, raw, generic, type);
        if (named != null) {
            return named;
        }
        if (Throwable.class.isAssignableFrom(raw)) {
            return ErrorParameter.cause();
        }
        if (raw == String.class && (name.equals("message") || ErrorParameter.fields(type).isEmpty())) {
            return ErrorParameter.message();
        }
        return isMessage(raw) ? ErrorParameter.only(raw, generic, type) : null;
    }

    private static boolean isMessage(Class<?> type) {
        return type.isRecord() || MessageTypes.isProtobuf(type);
    }

    private static @Nullable Marshaller<@Nullable Object[]> marshaller(List<ErrorParameter> data, Codecs codecs) {
        if (data.isEmpty()) {
            return null;
        }
        Type first = data.get(0).type();
        if (data.size() == 1 && first instanceof Class<?> single && isMessage(single)) {
            return new SingleMessage(codecs.defaultFor(first).marshaller(first));
        }
        Map<String, Type> values = new LinkedHashMap<>();
        data.forEach((parameter) -> values.put(parameter.name(), parameter.type()));
        return codecs.objectMarshaller(values);
    }

    boolean hasData() {
        return data != null;
    }

    /** The data of an exception. */
    byte[] encode(Throwable failure) throws CodecException, ReflectiveOperationException {
        MessageBuffer buffer = new MessageBuffer(256);
        List<@Nullable Object> values = new ArrayList<>();
        for (ErrorParameter parameter : parameters) {
            if (parameter.isData()) {
                values.add(parameter.valueOf(failure));
            }
        }
        if (data != null) {
            data.encode(values.toArray(), buffer);
        }
        return Arrays.copyOf(buffer.array(), buffer.length());
    }

    /**
     * Makes the exception again.
     * @param text its message
     * @param bytes its data, if it has some
     */
    Throwable rebuild(@Nullable String text, byte[] bytes) throws CodecException, ReflectiveOperationException {
        @Nullable Object[] values = data == null ? new Object[0] : values(data, bytes);
        @Nullable Object[] arguments = new Object[parameters.size()];
        int next = 0;
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = switch (parameters.get(i).kind()) {
                case MESSAGE -> text;
                case CAUSE -> null;
                case DATA -> values[next++];
            };
        }
        try {
            return (Throwable) constructor.newInstance(arguments);
        }
        catch (InvocationTargetException | IllegalArgumentException refused) {
            throw new CodecException("Constructor of " + constructor.getDeclaringClass().getSimpleName() + " failed: "
                    + (refused.getCause() == null ? refused : refused.getCause()), refused);
        }
    }

    private static @Nullable Object[] values(Marshaller<@Nullable Object[]> data, byte[] bytes) throws CodecException {
        @Nullable Object[] values = data.decode(bytes, 0, bytes.length);
        if (values == null) {
            throw new CodecException("There is no data", null);
        }
        return values;
    }

    /** A constructor whose parameters are known. */
    private record Candidate(Constructor<?> constructor, @Nullable List<ErrorParameter> parameters) {

        /** Who wants a cause gets none, so one without is better. */
        int given() {
            return parameters == null ? -1
                    : parameters.stream()
                        .mapToInt((parameter) -> parameter.kind() == ErrorParameter.Kind.CAUSE ? -1 : 2)
                        .sum();
        }

        ErrorShape shape(Codecs codecs) {
            return new ErrorShape(constructor, parameters == null ? List.of() : parameters, codecs);
        }

    }

    /** One message as it is, without a name. */
    private static final class SingleMessage implements Marshaller<@Nullable Object[]> {

        private final Marshaller<Object> message;

        @SuppressWarnings("unchecked")
        SingleMessage(Marshaller<?> message) {
            this.message = (Marshaller<Object>) message;
        }

        @Override
        public void encode(@Nullable Object @Nullable [] values, MessageBuffer buffer) throws CodecException {
            message.encode(values == null ? null : values[0], buffer);
        }

        @Override
        public @Nullable Object[] decode(byte[] bytes, int offset, int length) throws CodecException {
            return new Object[] { message.decode(bytes, offset, length) };
        }

    }

}
