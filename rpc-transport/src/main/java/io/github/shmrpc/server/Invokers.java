package io.github.shmrpc.server;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.stream.IntStream;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.CallOptions;
import io.github.shmrpc.ReplyBuffer;
import io.github.shmrpc.contract.MethodSignature;

/** Method handles of one type for methods of all shapes. */
final class Invokers {

    /**
     * Context, request and reply buffer to reply; the reply of a void method is
     * {@code null}.
     */
    static final MethodType TYPE = MethodType.methodType(Object.class, CallContext.class, Object.class,
            ReplyBuffer.class);

    private Invokers() {
    }

    /**
     * A handle that calls a handler.
     * @param handler what is called
     * @param signature the method, with the indices of its parameters
     * @return a handle of {@link #TYPE}
     * @throws IllegalArgumentException if the method is not accessible
     */
    static MethodHandle invoker(Object handler, MethodSignature signature) {
        MethodHandle bound = accessible(signature.method()).asFixedArity().bindTo(handler);
        int[] source = new int[bound.type().parameterCount()];
        Arrays.fill(source, 1);
        if (signature.contextIndex() >= 0) {
            source[signature.contextIndex()] = 0;
        }
        if (signature.replyBufferIndex() >= 0) {
            source[signature.replyBufferIndex()] = 2;
        }
        if (signature.optionsIndex() >= 0) {
            // A parameter for callers only.
            int options = signature.optionsIndex();
            bound = MethodHandles.insertArguments(bound, options, CallOptions.defaults());
            source = without(source, options);
        }
        MethodType erased = bound.type().changeReturnType(Object.class);
        for (int i = 0; i < source.length; i++) {
            erased = erased.changeParameterType(i, TYPE.parameterType(source[i]));
        }
        return MethodHandles.permuteArguments(bound.asType(erased), TYPE, source);
    }

    private static int[] without(int[] values, int index) {
        return IntStream.range(0, values.length).filter((i) -> i != index).map((i) -> values[i]).toArray();
    }

    private static MethodHandle accessible(Method method) {
        try {
            // Also a public method of a class that is not public.
            method.setAccessible(true);
            return MethodHandles.lookup().unreflect(method);
        }
        catch (IllegalAccessException | InaccessibleObjectException denied) {
            throw new IllegalArgumentException(
                    "it is not accessible: make its class public, or open its package to " + Invokers.class.getModule(),
                    denied);
        }
    }

}
