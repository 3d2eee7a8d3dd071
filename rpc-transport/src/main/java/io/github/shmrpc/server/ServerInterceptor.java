package io.github.shmrpc.server;

import io.github.shmrpc.CallContext;
import org.jspecify.annotations.Nullable;

/**
 * Stands around each handler of a server: sees and may change message, reply and error,
 * refuse a call, and have thread scopes such as a logging context around it.
 *
 * <pre>{@code
 * ServerInterceptor player = (call, request, next) -> {
 *     try (var scope = MDC.putCloseable("player", call.metadata().get("player").orElse("?"))) {
 *         return next.proceed(request);
 *     }
 * };
 * }</pre>
 *
 * Of several the first that was added is the outermost. It runs on the handler's thread,
 * with {@link CallContext#current()} set, after the message was decoded and before the
 * reply is encoded; calls that are refused before that do not get here. Thread-safe.
 */
@FunctionalInterface
public interface ServerInterceptor {

    /**
     * Serves a call, as a rule by {@code next}.
     * @param call its context
     * @param request the message, {@code null} if the method has none; a
     * {@link java.util.concurrent.Flow.Publisher} where messages are a stream
     * @param next the other interceptors and the handler; to be asked once at most
     * @return the reply, as the method's handler returns it: a
     * {@link java.util.concurrent.CompletionStage} or a
     * {@link java.util.concurrent.Flow.Publisher} if its reply comes later; {@code null}
     * if the handler writes its reply in place
     * @throws Throwable what is answered like an exception of the handler:
     * {@link io.github.shmrpc.RpcException} with its status
     */
    @Nullable Object intercept(CallContext call, @Nullable Object request, Next next) throws Throwable;

    /** The rest of the way to the handler. */
    @FunctionalInterface
    interface Next {

        /**
         * Serves the call.
         * @param request as it was given, or another of the same type
         * @return what the handler returns
         * @throws Throwable what the handler throws
         */
        @Nullable Object proceed(@Nullable Object request) throws Throwable;

    }

}
