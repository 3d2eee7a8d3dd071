package io.github.shmrpc.server;

import java.util.ArrayList;
import java.util.List;

import io.github.shmrpc.CallContext;
import org.jspecify.annotations.Nullable;

/** The interceptors of a server, one around the other. Immutable. */
final class Interceptors {

    private final List<ServerInterceptor> interceptors;

    private Interceptors(List<ServerInterceptor> interceptors) {
        this.interceptors = List.copyOf(interceptors);
    }

    /** These, and within them one more. */
    static Interceptors with(@Nullable Interceptors outer, ServerInterceptor inner) {
        List<ServerInterceptor> all = new ArrayList<>(outer == null ? List.of() : outer.interceptors);
        all.add(inner);
        return new Interceptors(all);
    }

    /** {@code null} if there are none, so that calls cost nothing more. */
    static @Nullable Interceptors of(List<ServerInterceptor> interceptors) {
        return interceptors.isEmpty() ? null : new Interceptors(interceptors);
    }

    /**
     * Calls a handler through all of them.
     * @param handler what the innermost one proceeds to
     */
    @Nullable Object serve(CallContext call, @Nullable Object request, ServerInterceptor.Next handler) throws Throwable {
        return serve(0, call, request, handler);
    }

    private @Nullable Object serve(int index, CallContext call, @Nullable Object request,
            ServerInterceptor.Next handler) throws Throwable {
        if (index == interceptors.size()) {
            return handler.proceed(request);
        }
        return interceptors.get(index).intercept(call, request, (changed) -> serve(index + 1, call, changed, handler));
    }

}
