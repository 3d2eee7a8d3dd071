package io.github.shmrpc.grpc.server;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.grpc.HandlerRegistry;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import org.jspecify.annotations.Nullable;

/** The methods that are served, within their interceptors, by name. Thread-safe. */
final class Methods {

    private final Map<String, ServerMethodDefinition<?, ?>> methods = new HashMap<>();

    private final List<ServerServiceDefinition> services;

    private final @Nullable HandlerRegistry fallback;

    private final List<ServerInterceptor> interceptors;

    Methods(ServiceSettings settings) {
        this.services = settings.services();
        this.fallback = settings.fallback();
        this.interceptors = settings.interceptors();
        for (ServerServiceDefinition service : services) {
            for (ServerMethodDefinition<?, ?> method : ServerInterceptors.intercept(service, interceptors)
                .getMethods()) {
                methods.put(method.getMethodDescriptor().getFullMethodName(), method);
            }
        }
    }

    @Nullable ServerMethodDefinition<?, ?> find(String name, String authority) {
        ServerMethodDefinition<?, ?> known = methods.get(name);
        if (known != null || fallback == null) {
            return known;
        }
        ServerMethodDefinition<?, ?> found = fallback.lookupMethod(name, authority);
        return found == null || interceptors.isEmpty() ? found : intercepted(found);
    }

    private ServerMethodDefinition<?, ?> intercepted(ServerMethodDefinition<?, ?> method) {
        String name = method.getMethodDescriptor().getFullMethodName();
        ServerServiceDefinition alone = ServerServiceDefinition.builder(name.substring(0, name.lastIndexOf('/')))
            .addMethod(method)
            .build();
        return ServerInterceptors.intercept(alone, interceptors).getMethods().iterator().next();
    }

    List<ServerServiceDefinition> immutableServices() {
        return services;
    }

    List<ServerServiceDefinition> mutableServices() {
        return fallback == null ? List.of() : fallback.getServices();
    }

    List<ServerServiceDefinition> allServices() {
        List<ServerServiceDefinition> all = new ArrayList<>(services);
        all.addAll(mutableServices());
        return all;
    }

}
