package io.github.shmrpc.spring.diagnostics;

import java.util.List;
import java.util.Map;

import io.github.shmrpc.RpcContract;
import io.github.shmrpc.spring.RpcClient;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.InjectionPoint;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.UnsatisfiedDependencyException;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.boot.context.properties.bind.BindResult;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * An injection point that asks for a client which there is not: a channel misspelt, or a
 * contract that was not found.
 */
@Order(Ordered.HIGHEST_PRECEDENCE + 100)
class UnresolvedRpcClientFailureAnalyzer extends AbstractFailureAnalyzer<UnsatisfiedDependencyException> {

    private final @Nullable BeanFactory beanFactory;

    private final @Nullable Environment environment;

    UnresolvedRpcClientFailureAnalyzer(@Nullable BeanFactory beanFactory, @Nullable Environment environment) {
        this.beanFactory = beanFactory;
        this.environment = environment;
    }

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, UnsatisfiedDependencyException cause) {
        UnsatisfiedDependencyException innermost = innermost(cause);
        InjectionPoint point = innermost.getInjectionPoint();
        if (point == null || !(innermost.getCause() instanceof NoSuchBeanDefinitionException missing)) {
            return null;
        }
        Class<?> type = (missing.getResolvableType() != null) ? missing.getResolvableType().resolve() : null;
        RpcClient annotation = point.getAnnotation(RpcClient.class);
        if (type == null || (annotation == null && !type.isAnnotationPresent(RpcContract.class))) {
            return null;
        }
        String channel = (annotation != null) ? annotation.value() : "";
        String what = channel.isEmpty() ? "a client of " + type.getName()
                : "a client of " + type.getName() + " over the channel '" + channel + "'";
        String description = "Bean '" + innermost.getBeanName() + "' asks for " + what + ", but there is none ("
                + point.getMember() + ").";
        return new FailureAnalysis(description, action(type, channel), cause);
    }

    private static UnsatisfiedDependencyException innermost(UnsatisfiedDependencyException outermost) {
        UnsatisfiedDependencyException innermost = outermost;
        for (Throwable cause = outermost.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof UnsatisfiedDependencyException unsatisfied) {
                innermost = unsatisfied;
            }
        }
        return innermost;
    }

    private String action(Class<?> type, String channel) {
        if (!type.isInterface()) {
            return "Inject the contract's interface: " + type.getName() + " is a class.";
        }
        if (environment != null && "false".equalsIgnoreCase(environment.getProperty("rpc.client.enabled"))) {
            return "Clients are switched off: remove rpc.client.enabled=false.";
        }
        if (beanFactory == null || !beanFactory.containsBean("#" + type.getName())) {
            return type.isAnnotationPresent(RpcContract.class)
                    ? "The contract is not in the packages that are searched (" + packages()
                            + "): add @ImportRpcClients(types = " + type.getSimpleName()
                            + ".class) to a configuration class."
                    : "Mark the interface " + type.getName() + " with @RpcContract, or add @ImportRpcClients(types = "
                            + type.getSimpleName() + ".class) to a configuration class.";
        }
        return RpcChannelAdvice.setEndpointOf(channel, channels());
    }

    private List<String> packages() {
        return (beanFactory != null && AutoConfigurationPackages.has(beanFactory))
                ? AutoConfigurationPackages.get(beanFactory) : List.of();
    }

    private List<String> channels() {
        if (environment == null) {
            return List.of();
        }
        BindResult<Map<String, Object>> channels = Binder.get(environment)
            .bind("rpc.client.channels", Bindable.mapOf(String.class, Object.class));
        return channels.isBound() ? List.copyOf(channels.get().keySet()) : List.of();
    }

}
