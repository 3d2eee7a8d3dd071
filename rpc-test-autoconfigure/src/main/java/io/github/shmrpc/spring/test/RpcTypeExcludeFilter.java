package io.github.shmrpc.spring.test;

import java.util.LinkedHashSet;
import java.util.Set;

import io.github.shmrpc.spring.RpcEndpoint;

import org.springframework.boot.test.context.filter.annotation.StandardAnnotationCustomizableTypeExcludeFilter;

/** Which of an application's components a {@link RpcTest} has. */
final class RpcTypeExcludeFilter extends StandardAnnotationCustomizableTypeExcludeFilter<RpcTest> {

    private final Set<Class<?>> endpoints;

    RpcTypeExcludeFilter(Class<?> testClass) {
        super(testClass);
        this.endpoints = Set.of(getAnnotation().getValue("endpoints", Class[].class).orElse(new Class<?>[0]));
    }

    @Override
    protected Set<Class<?>> getKnownIncludes() {
        return endpoints.isEmpty() ? Set.of(RpcEndpoint.class) : Set.of();
    }

    @Override
    protected Set<Class<?>> getComponentIncludes() {
        return new LinkedHashSet<>(endpoints);
    }

}
