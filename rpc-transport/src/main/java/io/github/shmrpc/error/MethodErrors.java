package io.github.shmrpc.error;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;

import io.github.shmrpc.RpcError;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcMethod;
import io.github.shmrpc.codec.CodecException;
import io.github.shmrpc.codec.Codecs;
import org.jspecify.annotations.Nullable;

/**
 * The exceptions that are answers of a method: those that it declares, with the
 * subclasses of a sealed one, and for handlers also those with {@link RpcError}.
 * {@code throws Exception}, {@code RuntimeException} and the like declare nothing, as
 * they would let every mistake through. Thread-safe.
 */
public final class MethodErrors {

    /** Of a method that no Java method declares. */
    public static final MethodErrors NONE = new MethodErrors(Codecs.of());

    private static final Set<Class<?>> TOO_GENERAL = Set.of(Throwable.class, Exception.class, RuntimeException.class,
            Error.class, RpcException.class);

    private final Codecs codecs;

    private final Map<Class<?>, ErrorType> declared = new LinkedHashMap<>();

    /** What was thrown so far; as many classes as handlers throw. */
    private final Map<Class<?>, Optional<ErrorType>> thrown = new ConcurrentHashMap<>();

    private MethodErrors(Codecs codecs) {
        this.codecs = codecs;
    }

    /**
     * Reads what a method declares.
     * @param method of a contract or a handler
     * @param codecs known to the channel or server
     * @return its exceptions
     * @throws IllegalArgumentException if one of them could not be made again or thrown,
     * or two have the same name
     */
    public static MethodErrors of(Method method, Codecs codecs) {
        List<Class<?>> types = new ArrayList<>();
        for (Class<?> type : method.getExceptionTypes()) {
            if (!TOO_GENERAL.contains(type)) {
                addConcrete(type, types);
            }
        }
        RpcMethod annotation = method.getAnnotation(RpcMethod.class);
        if (annotation != null) {
            for (Class<? extends Throwable> type : annotation.errors()) {
                requireThrowable(type, method);
                addConcrete(type, types);
            }
        }
        MethodErrors errors = new MethodErrors(codecs);
        types.forEach(errors::declare);
        return errors;
    }

    private static void requireThrowable(Class<?> type, Method method) {
        boolean unchecked = RuntimeException.class.isAssignableFrom(type) || Error.class.isAssignableFrom(type);
        boolean later = CompletionStage.class.isAssignableFrom(method.getReturnType())
                || Flow.Publisher.class.isAssignableFrom(method.getReturnType());
        if (!unchecked && !later) {
            throw new IllegalArgumentException("exception " + type.getName()
                    + " of @RpcMethod(errors) is checked, and the method waits for its reply: declare it by throws");
        }
    }

    private static void addConcrete(Class<?> type, List<Class<?>> types) {
        if (!type.isSealed() || !Modifier.isAbstract(type.getModifiers())) {
            types.add(type);
        }
        if (type.isSealed()) {
            for (Class<?> permitted : type.getPermittedSubclasses()) {
                addConcrete(permitted, types);
            }
        }
    }

    private void declare(Class<?> type) {
        ErrorType added = ErrorType.declared(type, codecs);
        ErrorType other = named(added.name());
        if (other != null && !declared.containsKey(type)) {
            throw new IllegalArgumentException("exception " + type.getName() + " has the name '" + added.name()
                    + "' on the wire, as another one has: give one of them @RpcError(type = \"another\")");
        }
        declared.put(type, added);
    }

    private @Nullable ErrorType named(String name) {
        for (ErrorType type : declared.values()) {
            if (type.name().equals(name)) {
                return type;
            }
        }
        return null;
    }

    // -- For handlers

    /**
     * The answer that an exception is.
     * @param failure thrown by a handler
     * @return {@code null} if it is none
     * @throws CodecException if its data cannot be encoded; {@link #answerWithoutData}
     * can
     */
    public @Nullable RpcException answer(Throwable failure) throws CodecException {
        ErrorType type = ofThrown(failure);
        try {
            return type == null ? null : type.answer(failure);
        }
        catch (ReflectiveOperationException | RuntimeException unreadable) {
            throw new CodecException("Data of " + type.name() + " cannot be read: " + unreadable, unreadable);
        }
    }

    /**
     * The same without its data.
     * @param failure thrown by a handler
     * @return {@code null} if it is no answer
     */
    public @Nullable RpcException answerWithoutData(Throwable failure) {
        ErrorType type = ofThrown(failure);
        return type == null ? null : type.answerWithoutData(failure);
    }

    private @Nullable ErrorType ofThrown(Throwable failure) {
        return thrown.computeIfAbsent(failure.getClass(), this::find).orElse(null);
    }

    /** The nearest class that callers know; else what its annotation says. */
    private Optional<ErrorType> find(Class<?> type) {
        for (Class<?> known = type; known != null; known = known.getSuperclass()) {
            ErrorType found = declared.get(known);
            if (found != null) {
                return Optional.of(found);
            }
        }
        return type.isAnnotationPresent(RpcError.class) ? Optional.of(ErrorType.annotated(type, codecs))
                : Optional.empty();
    }

    // -- For callers

    /**
     * The exception that an answer was made of.
     * @param answer an ERROR of the method
     * @return the contract's own exception, or the answer itself if the contract knows no
     * such type; with the reason attached as suppressed if it cannot be made again
     */
    public Throwable rebuilt(RpcException answer) {
        ErrorType type = answer.type().isEmpty() ? null : named(answer.type());
        if (type == null) {
            return answer;
        }
        try {
            return type.rebuild(answer);
        }
        catch (CodecException | ReflectiveOperationException | RuntimeException malformed) {
            answer.addSuppressed(malformed);
            return answer;
        }
    }

}
