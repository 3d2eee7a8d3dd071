package io.github.shmrpc.server;

import io.github.shmrpc.CallContext;
import org.jspecify.annotations.Nullable;

/**
 * Says what is answered to an exception of a handler or interceptor. It is not asked for
 * an {@link io.github.shmrpc.RpcException}, which is an answer. Of several the first that
 * knows one is heard. Thread-safe.
 */
@FunctionalInterface
public interface ExceptionHandler {

    /**
     * Translates an exception. Called on the thread on which the call failed, with
     * {@link CallContext#current()} set.
     * @param call that failed
     * @param failure what its handler threw, or its stage failed with
     * @return an {@link io.github.shmrpc.RpcException}, or an exception that the contract
     * declares or that is marked by {@link io.github.shmrpc.RpcError}; {@code null} to
     * leave it to others
     * @throws Throwable the same as if it was returned; of anything that is no answer the
     * caller learns no more than of an exception that nobody handles
     */
    @Nullable Throwable handle(CallContext call, Throwable failure) throws Throwable;

}
