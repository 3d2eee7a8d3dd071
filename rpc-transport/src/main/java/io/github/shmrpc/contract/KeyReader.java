package io.github.shmrpc.contract;

import java.lang.annotation.Annotation;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.shmrpc.RpcKey;
import org.jspecify.annotations.Nullable;

/** Takes the key of a call from its message, as {@link RpcKey} says. Thread-safe. */
public final class KeyReader {

    private static final MethodType TYPE = MethodType.methodType(Object.class, Object.class);

    private static final MethodHandle WHOLE_MESSAGE = MethodHandles.identity(Object.class);

    /** Within a name such as {@code player_id}. */
    private static final Pattern WORD = Pattern.compile("(?<=.)_(.)");

    private static final List<Class<?>> WIDENED = List.of(Integer.class, Short.class, Byte.class);

    private final MethodHandle reader;

    private KeyReader(MethodHandle reader) {
        this.reader = reader;
    }

    /**
     * Finds what is the key of a method's calls.
     * @param signature of the method
     * @param reason why it needs one, for messages
     * @return reads it
     * @throws IllegalArgumentException if it has none or more than one, or one that
     * cannot tell entities apart
     */
    public static KeyReader of(MethodSignature signature, String reason) {
        Type message = signature.requestType();
        if (message == null) {
            throw new IllegalArgumentException(reason + ", but it has no message that could hold a key");
        }
        Class<?> type = rawClass(message);
        RpcKey ofMethod = signature.method().getAnnotation(RpcKey.class);
        RpcKey ofParameter = ofParameter(signature);
        if (ofMethod != null && ofMethod.value().isEmpty()) {
            throw new IllegalArgumentException("@RpcKey on a method must name a part of its message");
        }
        RpcKey declared = ofMethod != null ? ofMethod : ofParameter;
        if (declared == null) {
            return new KeyReader(annotatedPart(type, reason));
        }
        if (declared.value().isEmpty()) {
            requireKey(type, "its message");
            return new KeyReader(WHOLE_MESSAGE);
        }
        return new KeyReader(namedPart(type, declared.value()));
    }

    private static @Nullable RpcKey ofParameter(MethodSignature signature) {
        for (Annotation annotation : signature.method().getParameterAnnotations()[signature.requestIndex()]) {
            if (annotation instanceof RpcKey key) {
                return key;
            }
        }
        return null;
    }

    private static MethodHandle annotatedPart(Class<?> message, String reason) {
        // A record's component hands its annotation on to its field and accessor.
        Map<String, MethodHandle> parts = new LinkedHashMap<>();
        for (Class<?> type = message; type != null && type != Object.class; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (field.isAnnotationPresent(RpcKey.class)) {
                    parts.put(field.getName(), reader(field, field.getType()));
                }
            }
        }
        for (Method method : message.getMethods()) {
            if (method.isAnnotationPresent(RpcKey.class) && isAccessor(method)) {
                parts.put(method.getName(), reader(method, method.getReturnType()));
            }
        }
        if (parts.size() != 1) {
            throw new IllegalArgumentException(parts.isEmpty()
                    ? reason + ", but it has no key: put @RpcKey on a component of " + message.getSimpleName()
                            + ", on the parameter if that is the key, or @RpcKey(\"name\") on the method"
                    : message.getSimpleName() + " has more than one @RpcKey: " + String.join(", ", parts.keySet()));
        }
        return parts.values().iterator().next();
    }

    private static MethodHandle namedPart(Class<?> message, String name) {
        String camel = camelCase(name);
        String getter = "get" + Character.toUpperCase(camel.charAt(0)) + camel.substring(1);
        for (String candidate : List.of(name, camel, getter)) {
            for (Method method : message.getMethods()) {
                if (method.getName().equals(candidate) && isAccessor(method)) {
                    return reader(method, method.getReturnType());
                }
            }
        }
        return Arrays.stream(message.getFields())
            .filter((field) -> field.getName().equals(name) && !Modifier.isStatic(field.getModifiers()))
            .findFirst()
            .map((field) -> reader(field, field.getType()))
            .orElseThrow(() -> new IllegalArgumentException(
                    "@RpcKey(\"" + name + "\"): " + message.getSimpleName() + " has neither "
                            + Stream.of(name, camel, getter)
                                .distinct()
                                .map((candidate) -> candidate + "()")
                                .reduce((one, other) -> one + " nor " + other)
                                .orElseThrow()));
    }

    private static String camelCase(String name) {
        return WORD.matcher(name).replaceAll((start) -> start.group(1).toUpperCase(Locale.ROOT));
    }

    private static boolean isAccessor(Method method) {
        return method.getParameterCount() == 0 && method.getReturnType() != void.class
                && !Modifier.isStatic(method.getModifiers());
    }

    private static <T extends AccessibleObject & Member> MethodHandle reader(T part, Class<?> type) {
        requireKey(type, part.getName());
        try {
            part.setAccessible(true);
            MethodHandle handle = part instanceof Method method ? MethodHandles.lookup().unreflect(method)
                    : MethodHandles.lookup().unreflectGetter((Field) part);
            return handle.asType(TYPE);
        }
        catch (IllegalAccessException | InaccessibleObjectException closed) {
            throw new IllegalArgumentException("its key " + part.getName() + " is not accessible: open its package to "
                    + KeyReader.class.getModule(), closed);
        }
    }

    /**
     * Whether two of the type with the same contents are equal, as far as one can see.
     */
    private static void requireKey(Class<?> type, String what) {
        boolean comparesIdentity = type.isArray() || CharSequence.class == type || Object.class == type;
        boolean changes = ByteBuffer.class.isAssignableFrom(type);
        boolean inexact = type == double.class || type == float.class || type == Double.class || type == Float.class;
        if (comparesIdentity || changes || inexact) {
            throw new IllegalArgumentException(what + " is no key, as it is a " + type.getSimpleName()
                    + ": use a text, a whole number, an enum, a UUID or a record");
        }
    }

    private static Class<?> rawClass(Type type) {
        if (type instanceof ParameterizedType parameterized) {
            return (Class<?>) parameterized.getRawType();
        }
        return type instanceof Class<?> plain ? plain : Object[].class;
    }

    /**
     * Reads a call's key.
     * @param message of the call
     * @return {@code null} if it has none
     * @throws Throwable what an accessor throws
     */
    public @Nullable Object read(Object message) throws Throwable {
        Object key = (Object) reader.invokeExact(message);
        return key != null && WIDENED.contains(key.getClass()) ? (Object) ((Number) key).longValue() : key;
    }

}
