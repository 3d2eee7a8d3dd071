package io.github.shmrpc.spring.server;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.server.ServerInterceptor;
import org.jspecify.annotations.Nullable;

/**
 * Lets only certain Unix users call certain services or methods. A method's own list
 * counts in the place of its service's; who is on neither list is served as always.
 */
public final class ServiceUsers implements ServerInterceptor {

    private final Map<String, Set<String>> users;

    /**
     * Lists of users.
     * @param users by {@code Service} or {@code Service/Method}
     */
    public ServiceUsers(Map<String, ? extends Collection<String>> users) {
        this.users = users.entrySet()
            .stream()
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, (entry) -> Set.copyOf(entry.getValue())));
    }

    @Override
    public @Nullable Object intercept(CallContext call, @Nullable Object request, Next next) throws Throwable {
        Set<String> allowed = allowed(call.method());
        if (allowed != null && !allowed.contains(call.peer().user())) {
            throw new RpcException(RpcStatus.PERMISSION_DENIED,
                    "user " + call.peer().user() + " may not call " + call.method());
        }
        return next.proceed(request);
    }

    private @Nullable Set<String> allowed(String method) {
        Set<String> ofMethod = users.get(method);
        return (ofMethod != null) ? ofMethod : users.get(serviceOf(method));
    }

    private static String serviceOf(String method) {
        return method.substring(0, method.lastIndexOf('/'));
    }

    /**
     * Names on the lists that nothing is served by: they would protect nothing.
     * @param methods that are served
     * @return sorted, empty if all is well
     */
    public List<String> unknown(Collection<String> methods) {
        Set<String> services = methods.stream().map(ServiceUsers::serviceOf).collect(Collectors.toUnmodifiableSet());
        return users.keySet()
            .stream()
            .filter((name) -> !methods.contains(name) && !services.contains(name))
            .sorted()
            .toList();
    }

}
