package io.github.shmrpc.client;

import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

/**
 * Sees each call of a channel, and may change its metadata, options, message, reply and
 * error, make it again, or answer it itself.
 *
 * <pre>{@code
 * ClientInterceptor tenant = (call, next) -> next.proceed(call.withMetadata("tenant", Tenant.current()));
 * }</pre>
 *
 * Of several the first that was added is the outermost. It is called on the caller's
 * thread. So is what it hangs on the stage if the caller waits, as the stage is complete
 * when {@link Next#proceed} returns; for asynchronous calls that runs on the thread that
 * completes the reply, and must be short.
 *
 * <p>
 * Where the caller's messages are a stream, {@link ClientInvocation#request} is their
 * {@link java.util.concurrent.Flow.Publisher}; where the server's are, the reply is a
 * {@link io.github.shmrpc.RpcStream} that the call has just begun to fill, and tells how
 * the call ends. Either may be given on as another one that sees or changes each message.
 * Thread-safe.
 */
@FunctionalInterface
public interface ClientInterceptor {

    /**
     * Makes a call, as a rule by {@code next}.
     * @param call what is about to be called
     * @param next makes it, through the other interceptors; may be asked any number of
     * times
     * @return completes with the reply or with what the caller gets thrown: an
     * {@link io.github.shmrpc.RpcException}, or an exception that the contract's method
     * declares. If it is not complete, a caller that waits does so until its timeout.
     * What an interceptor throws instead ends this call with INTERNAL, unless it is an
     * {@code RpcException}
     */
    CompletionStage<? extends @Nullable Object> intercept(ClientInvocation call, Next next);

    /** The rest of the way to the server. */
    @FunctionalInterface
    interface Next {

        /**
         * Makes the call.
         * @param call as it was given, or changed
         * @return completes with the reply, which may be {@code null}, or exceptionally;
         * complete already if {@link ClientInvocation#blocking}. Cancelling it cancels
         * the call
         */
        CompletionStage<@Nullable Object> proceed(ClientInvocation call);

    }

}
