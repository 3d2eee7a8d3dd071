package io.github.shmrpc.spring.security;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.server.ExceptionHandler;
import org.jspecify.annotations.Nullable;

import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.AuthenticationException;

/** The statuses of Spring Security's exceptions. */
public final class SecurityExceptionHandler implements ExceptionHandler {

    @Override
    public @Nullable Throwable handle(CallContext call, Throwable failure) {
        if (failure instanceof AccessDeniedException) {
            return new RpcException(RpcStatus.PERMISSION_DENIED,
                    "user " + call.peer().user() + " may not call " + call.method());
        }
        return (failure instanceof AuthenticationException)
                ? new RpcException(RpcStatus.UNAUTHENTICATED, call.method() + " must know who calls") : null;
    }

}
