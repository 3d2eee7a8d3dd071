package io.github.shmrpc.spring.security;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.server.ServerInterceptor;
import org.jspecify.annotations.Nullable;

import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.util.ClassUtils;

/** Has Spring Security know the caller while a handler runs. Any thread. */
public final class SecurityContextInterceptor implements ServerInterceptor {

    private static final boolean REACTOR_PRESENT = ClassUtils.isPresent("reactor.core.publisher.Mono",
            SecurityContextInterceptor.class.getClassLoader());

    private final RpcAuthenticationConverter converter;

    public SecurityContextInterceptor(RpcAuthenticationConverter converter) {
        this.converter = converter;
    }

    @Override
    public @Nullable Object intercept(CallContext call, @Nullable Object request, Next next) throws Throwable {
        SecurityContextHolderStrategy holder = SecurityContextHolder.getContextHolderStrategy();
        SecurityContext context = holder.createEmptyContext();
        Authentication caller = converter.convert(call);
        context.setAuthentication(caller);
        holder.setContext(context);
        try {
            Object reply = next.proceed(request);
            return (REACTOR_PRESENT && reply != null) ? ReactiveReplies.within(context, reply) : reply;
        }
        finally {
            // Nobody but handlers has a context on the server's threads.
            holder.clearContext();
        }
    }

}
