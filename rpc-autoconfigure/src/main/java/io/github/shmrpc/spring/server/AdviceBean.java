package io.github.shmrpc.spring.server;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.server.ExceptionHandler;
import io.github.shmrpc.spring.RpcExceptionHandler;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;
import org.springframework.core.ExceptionDepthComparator;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ReflectionUtils;

/** The exception handlers of one bean. */
final class AdviceBean implements ExceptionHandler {

    private final Object bean;

    private final Map<Class<? extends Throwable>, Method> methods;

    private AdviceBean(Object bean, Map<Class<? extends Throwable>, Method> methods) {
        this.bean = bean;
        this.methods = methods;
    }

    /**
     * Reads a bean.
     * @param name of the bean
     * @param bean marked as an advice
     * @throws InvalidRpcAdviceException if a method cannot be one
     */
    static AdviceBean of(String name, Object bean) {
        Class<?> type = AopUtils.getTargetClass(bean);
        Map<Class<? extends Throwable>, Method> methods = new LinkedHashMap<>();
        MethodIntrospector
            .selectMethods(type,
                    (Method method) -> AnnotatedElementUtils.findMergedAnnotation(method, RpcExceptionHandler.class))
            .forEach((method, annotation) -> {
                for (Class<? extends Throwable> handled : handled(name, method, annotation)) {
                    Method other = methods.putIfAbsent(handled, accessible(bean, method));
                    if (other != null) {
                        throw new InvalidRpcAdviceException(name, method,
                                other.getName() + " handles " + handled.getSimpleName() + " already");
                    }
                }
            });
        return new AdviceBean(bean, methods);
    }

    private static Method accessible(Object bean, Method method) {
        Method invocable = AopUtils.selectInvocableMethod(method, bean.getClass());
        ReflectionUtils.makeAccessible(invocable);
        return invocable;
    }

    private static List<Class<? extends Throwable>> handled(String name, Method method,
            RpcExceptionHandler annotation) {
        if (!Throwable.class.isAssignableFrom(method.getReturnType()) && method.getReturnType() != void.class) {
            throw new InvalidRpcAdviceException(name, method, "it must return an exception, or be void and throw one");
        }
        List<Class<? extends Throwable>> ofParameters = Arrays.stream(method.getParameterTypes())
            .filter((parameter) -> parameter != CallContext.class)
            .<Class<? extends Throwable>>flatMap((parameter) -> exceptionType(name, method, parameter))
            .toList();
        List<Class<? extends Throwable>> named = List.of(annotation.value());
        if (ofParameters.size() > 1 || (named.isEmpty() && ofParameters.isEmpty())) {
            throw new InvalidRpcAdviceException(name, method, "it must have one exception as its parameter");
        }
        for (Class<? extends Throwable> handled : named) {
            if (!ofParameters.isEmpty() && !ofParameters.get(0).isAssignableFrom(handled)) {
                throw new InvalidRpcAdviceException(name, method,
                        "its parameter cannot be a " + handled.getSimpleName() + ", which it names");
            }
        }
        return named.isEmpty() ? ofParameters : named;
    }

    private static Stream<Class<? extends Throwable>> exceptionType(String name, Method method, Class<?> parameter) {
        if (!Throwable.class.isAssignableFrom(parameter)) {
            throw new InvalidRpcAdviceException(name, method,
                    "its parameters may be an exception and a CallContext, and no " + parameter.getSimpleName());
        }
        return Stream.of(parameter.asSubclass(Throwable.class));
    }

    @Override
    public @Nullable Throwable handle(CallContext call, Throwable failure) throws Throwable {
        Method method = methodFor(failure);
        if (method == null) {
            return null;
        }
        Object[] arguments = Arrays.stream(method.getParameterTypes())
            .map((parameter) -> parameter == CallContext.class ? call : failure)
            .toArray();
        try {
            return (Throwable) method.invoke(bean, arguments);
        }
        catch (InvocationTargetException thrown) {
            throw thrown.getTargetException();
        }
    }

    private @Nullable Method methodFor(Throwable failure) {
        List<Class<? extends Throwable>> candidates = methods.keySet()
            .stream()
            .filter((handled) -> handled.isInstance(failure))
            .toList();
        return candidates.isEmpty() ? null
                : methods.get(ExceptionDepthComparator.findClosestMatch(candidates, failure));
    }

}
