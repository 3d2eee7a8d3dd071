package io.github.shmrpc.error;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import io.github.shmrpc.RpcException;
import org.jspecify.annotations.Nullable;

/**
 * One parameter of the constructor that makes an exception again.
 *
 * @param kind what it gets
 * @param name its name, for data
 * @param type its type
 * @param source method or field that says its value, for data
 */
record ErrorParameter(Kind kind, String name, Type type, @Nullable Source source) {

    /** What a parameter gets. */
    enum Kind {

        /** The text. */
        MESSAGE,

        /** Nothing: causes stay where they are. */
        CAUSE,

        /** A value of the exception's own. */
        DATA

    }

    /** Says the value of an exception of one class. */
    interface Source {

        @Nullable Object of(Throwable failure) throws ReflectiveOperationException;

    }

    static ErrorParameter message() {
        return new ErrorParameter(Kind.MESSAGE, "message", String.class, null);
    }

    static ErrorParameter cause() {
        return new ErrorParameter(Kind.CAUSE, "cause", Throwable.class, null);
    }

    boolean isData() {
        return kind == Kind.DATA;
    }

    @Nullable Object valueOf(Throwable failure) throws ReflectiveOperationException {
        return source == null ? null : source.of(failure);
    }

    /**
     * The data of a name: from {@code name()}, {@code getName()} or {@code isName()},
     * else from a field.
     * @return {@code null} if the class has none of that type
     */
    static @Nullable ErrorParameter named(String name, Class<?> raw, Type type, Class<?> owner) {
        String capital = name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
        for (String method : List.of(name, "get" + capital, "is" + capital)) {
            Source source = getter(owner, method, raw);
            if (source != null) {
                return new ErrorParameter(Kind.DATA, name, type, source);
            }
        }
        for (Field field : fields(owner)) {
            if (field.getName().equals(name) && raw.isAssignableFrom(field.getType()) && field.trySetAccessible()) {
                return new ErrorParameter(Kind.DATA, name, type, field::get);
            }
        }
        return null;
    }

    /**
     * The data of a type that the class has one field of.
     * @return {@code null} if there is none, or more than one
     */
    static @Nullable ErrorParameter only(Class<?> raw, Type type, Class<?> owner) {
        List<Field> candidates = fields(owner).stream().filter((field) -> field.getType() == raw).toList();
        return candidates.size() == 1 && candidates.get(0).trySetAccessible()
                ? new ErrorParameter(Kind.DATA, candidates.get(0).getName(), type, candidates.get(0)::get) : null;
    }

    private static @Nullable Source getter(Class<?> owner, String name, Class<?> raw) {
        for (Class<?> declaring = owner; declaring != Throwable.class
                && declaring != null; declaring = declaring.getSuperclass()) {
            try {
                Method method = declaring.getDeclaredMethod(name);
                if (!Modifier.isStatic(method.getModifiers()) && raw.isAssignableFrom(method.getReturnType())
                        && method.trySetAccessible()) {
                    return method::invoke;
                }
            }
            catch (NoSuchMethodException notHere) {
                // Maybe in a superclass.
            }
        }
        return null;
    }

    /** Those that a class adds to {@link Throwable}'s and {@link RpcException}'s. */
    static List<Field> fields(Class<?> owner) {
        List<Field> fields = new ArrayList<>();
        for (Class<?> declaring = owner; declaring != Throwable.class && declaring != RpcException.class
                && declaring != null; declaring = declaring.getSuperclass()) {
            for (Field field : declaring.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !field.isSynthetic()) {
                    fields.add(field);
                }
            }
        }
        return fields;
    }

}
