package io.github.shmrpc.spring.security;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;

/** The caller in Reactor's context, for what handlers return. */
final class ReactiveReplies {

    private ReactiveReplies() {
    }

    static Object within(SecurityContext context, Object reply) {
        if (reply instanceof Mono<?> mono) {
            return mono.contextWrite(ReactiveSecurityContextHolder.withSecurityContext(Mono.just(context)));
        }
        return (reply instanceof Flux<?> flux)
                ? flux.contextWrite(ReactiveSecurityContextHolder.withSecurityContext(Mono.just(context))) : reply;
    }

}
