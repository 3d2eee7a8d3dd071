package io.github.shmrpc.contract;

import java.lang.invoke.MethodType;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.CallKind;
import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Dispatch;
import io.github.shmrpc.ReplyBuffer;
import io.github.shmrpc.RpcMethod;
import io.github.shmrpc.RpcStream;
import org.jspecify.annotations.Nullable;

/**
 * What one Java method says about a call: {@code Reply m(Request)}, with or without a
 * message either way, with its reply possibly in a {@link CompletionStage} or
 * {@link CompletableFuture}, and with {@link CallOptions} or {@link CallContext} as a
 * further parameter anywhere. In the place of a message a {@link Flow.Publisher}, an
 * {@link RpcStream} or another {@link StreamType} stands for many. Or
 * {@code void m(ByteBuffer, ReplyBuffer)}, for handlers that read and write in place.
 *
 * @param method the Java method
 * @param name the method's name on the wire, without its service
 * @param kind how many messages go each way
 * @param requestType type of the messages that are sent, or {@code null} if there is none
 * @param replyType type of the messages that come back, a wrapper for a primitive type,
 * or {@code null} if there is none
 * @param requestStream what stands for the messages that are sent, or {@code null} if the
 * message itself is the parameter
 * @param replyStream what stands for the messages that come back, or {@code null} if the
 * message itself or a stage of it is returned
 * @param asynchronous whether the reply comes in a stage
 * @param requestIndex index of the message among the parameters, -1 if there is none
 * @param optionsIndex index of the {@link CallOptions}, -1 if there is none
 * @param contextIndex index of the {@link CallContext}, -1 if there is none
 * @param replyBufferIndex index of the {@link ReplyBuffer}, -1 if there is none
 * @param timeout from {@link RpcMethod#timeout()}, or {@code null}
 * @param idempotent from {@link RpcMethod#idempotent()}
 * @param dispatch from {@link RpcMethod#dispatch()}
 */
public record MethodSignature(Method method, String name, CallKind kind, @Nullable Type requestType,
        @Nullable Type replyType, @Nullable StreamType requestStream, @Nullable StreamType replyStream,
        boolean asynchronous, int requestIndex, int optionsIndex, int contextIndex, int replyBufferIndex,
        @Nullable Duration timeout, boolean idempotent, Dispatch dispatch) {

    /**
     * Reads a method.
     * @param method any; one of a class or of an interface
     * @return what it says
     * @throws IllegalArgumentException if it cannot be a unary call: the message is the
     * reason, without the method
     */
    public static MethodSignature read(Method method) {
        Type[] parameters = method.getGenericParameterTypes();
        int requestIndex = messageIndex(parameters);
        RpcMethod annotation = method.getAnnotation(RpcMethod.class);
        int replyBufferIndex = onlyIndexOf(ReplyBuffer.class, parameters);
        Type request = requestIndex < 0 ? null : parameters[requestIndex];
        requireBytes(replyBufferIndex, request, method.getReturnType());
        Type returned = (replyBufferIndex < 0) ? method.getGenericReturnType() : ByteBuffer.class;
        StreamType requestStream = request == null ? null : requestStream(request);
        StreamType replyStream = StreamTypes.find(rawClass(returned));
        boolean asynchronous = isStage(method.getReturnType());
        Type replyType = (asynchronous || replyStream != null) ? reply(element(returned)) : reply(returned);
        if (replyType == null && replyStream != null && !replyStream.isSingle()) {
            throw new IllegalArgumentException("its stream has no messages: say of what it is");
        }
        return new MethodSignature(method, name(method, annotation),
                kind(requestStream, replyStream, annotation, returned),
                request == null ? null : message(requestStream == null ? request : element(request), "its parameter"),
                replyType, requestStream, replyStream, asynchronous, requestIndex,
                onlyIndexOf(CallOptions.class, parameters), onlyIndexOf(CallContext.class, parameters),
                replyBufferIndex, timeout(annotation), annotation != null && annotation.idempotent(),
                annotation == null ? Dispatch.INHERIT : annotation.dispatch());
    }

    private static @Nullable StreamType requestStream(Type request) {
        StreamType type = StreamTypes.find(rawClass(request));
        if (type != null && type.isSingle()) {
            throw new IllegalArgumentException("its parameter is a " + rawClass(request).getSimpleName()
                    + ", which is one message later: take the message itself");
        }
        return type;
    }

    private static CallKind kind(@Nullable StreamType request, @Nullable StreamType reply,
            @Nullable RpcMethod annotation, Type returned) {
        CallKind kind = CallKind.of(request != null, reply != null && !reply.isSingle());
        if (annotation == null || !annotation.oneWay()) {
            return kind;
        }
        if (returned != void.class || kind != CallKind.UNARY) {
            throw new IllegalArgumentException("it is one-way, so it must be void and take one message or none");
        }
        return CallKind.ONE_WAY;
    }

    /** Whether the handler waits for messages in its thread. */
    public boolean readsBlocking() {
        return requestIndex >= 0 && method.getParameterTypes()[requestIndex] == RpcStream.class;
    }

    /** Whether the caller waits for messages in its thread. */
    public boolean repliesBlocking() {
        return method.getReturnType() == RpcStream.class;
    }

    /**
     * A method as a message shows it.
     * @param method any
     * @return its class, name and parameters
     */
    public static String describe(Method method) {
        return method.getDeclaringClass().getSimpleName() + "." + method.getName()
                + Arrays.stream(method.getParameterTypes())
                    .map(Class::getSimpleName)
                    .collect(Collectors.joining(", ", "(", ")"));
    }

    private static String name(Method method, @Nullable RpcMethod annotation) {
        String name = (annotation == null || annotation.value().isEmpty()) ? method.getName() : annotation.value();
        MethodName.methodProblem(name).ifPresent((problem) -> {
            throw new IllegalArgumentException(problem);
        });
        return name;
    }

    private static @Nullable Duration timeout(@Nullable RpcMethod annotation) {
        if (annotation == null || annotation.timeout().isEmpty()) {
            return null;
        }
        try {
            return DurationText.parsePositive(annotation.timeout());
        }
        catch (IllegalArgumentException malformed) {
            throw new IllegalArgumentException("@RpcMethod(timeout): " + malformed.getMessage(), malformed);
        }
    }

    private static int messageIndex(Type[] parameters) {
        int index = -1;
        for (int i = 0; i < parameters.length; i++) {
            if (parameters[i] == CallOptions.class || parameters[i] == CallContext.class
                    || parameters[i] == ReplyBuffer.class) {
                continue;
            }
            if (index >= 0) {
                throw new IllegalArgumentException("it has more than one message parameter: put them into one message");
            }
            index = i;
        }
        return index;
    }

    private static int onlyIndexOf(Class<?> type, Type[] parameters) {
        int index = Arrays.asList(parameters).indexOf(type);
        if (index != Arrays.asList(parameters).lastIndexOf(type)) {
            throw new IllegalArgumentException("it has more than one parameter of type " + type.getSimpleName());
        }
        return index;
    }

    private static void requireBytes(int replyBufferIndex, @Nullable Type request, Class<?> returned) {
        if (replyBufferIndex >= 0 && (request != ByteBuffer.class || returned != void.class)) {
            throw new IllegalArgumentException("it takes a ReplyBuffer, so it must be void and take a ByteBuffer");
        }
    }

    private static boolean isStage(Class<?> type) {
        return type == CompletionStage.class || type == CompletableFuture.class;
    }

    /** Of a stage or a stream. */
    private static Type element(Type type) {
        if (type instanceof ParameterizedType parameterized) {
            return parameterized.getActualTypeArguments()[0];
        }
        String name = rawClass(type).getSimpleName();
        throw new IllegalArgumentException("it does not say of what its " + name + " is: use " + name + "<Message>");
    }

    private static @Nullable Type reply(Type type) {
        return (type == void.class || type == Void.class) ? null : message(type, "its reply");
    }

    private static Type message(Type type, String what) {
        if (!isResolved(type)) {
            throw new IllegalArgumentException(what + " has no definite type: " + type.getTypeName());
        }
        if (type instanceof Class<?> plain && plain.isPrimitive()) {
            return MethodType.methodType(plain).wrap().returnType();
        }
        Class<?> raw = rawClass(type);
        if (Future.class.isAssignableFrom(raw) || CompletionStage.class.isAssignableFrom(raw)) {
            throw new IllegalArgumentException(what + " is a " + raw.getSimpleName()
                    + ": the reply may be a CompletionStage, nothing else of the kind");
        }
        if (Flow.Publisher.class.isAssignableFrom(raw)) {
            throw new IllegalArgumentException(what + " is a " + raw.getSimpleName()
                    + ": a stream is declared as Flow.Publisher<Message> or RpcStream<Message>");
        }
        return type;
    }

    private static boolean isResolved(Type type) {
        if (type instanceof ParameterizedType parameterized) {
            return Arrays.stream(parameterized.getActualTypeArguments()).allMatch(MethodSignature::isResolvedArgument);
        }
        if (type instanceof GenericArrayType array) {
            return isResolved(array.getGenericComponentType());
        }
        return !(type instanceof TypeVariable) && !(type instanceof WildcardType);
    }

    private static boolean isResolvedArgument(Type argument) {
        return argument instanceof WildcardType wildcard
                ? Arrays.stream(wildcard.getUpperBounds()).allMatch(MethodSignature::isResolved) : isResolved(argument);
    }

    private static Class<?> rawClass(Type type) {
        if (type instanceof ParameterizedType parameterized) {
            return (Class<?>) parameterized.getRawType();
        }
        return type instanceof Class<?> plain ? plain : Object[].class;
    }

}
