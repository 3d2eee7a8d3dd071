package io.github.shmrpc.spring.security;

import io.github.shmrpc.CallContext;
import org.jspecify.annotations.Nullable;

import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;

/**
 * Says who calls. A bean of this type replaces the default one, which knows the Unix user
 * of the peer: to look for a token in the call's metadata, for instance. Thread-safe.
 */
@FunctionalInterface
public interface RpcAuthenticationConverter {

    /**
     * Asked before each handler, on its thread.
     * @param call about to be served
     * @return the caller, {@code null} if it is not known
     * @throws AuthenticationException if what it shows is not valid: the call fails with
     * UNAUTHENTICATED
     */
    @Nullable Authentication convert(CallContext call);

}
