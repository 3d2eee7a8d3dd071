package io.github.shmrpc.spring.server;

import java.io.Serial;
import java.lang.reflect.Method;

/** A method marked {@code @RpcExceptionHandler} that cannot be one. */
public final class InvalidRpcAdviceException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    InvalidRpcAdviceException(String beanName, Method method, String reason) {
        super("RPC advice bean '" + beanName + "' cannot be used: method " + method.getDeclaringClass().getName() + "."
                + method.getName() + ": " + reason);
    }

}
