package io.github.shmrpc;

import java.util.concurrent.Callable;
import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;

/**
 * What a handler may ask about the call that it serves. Valid until the call ended; safe
 * for use by any thread.
 */
public interface CallContext {

    /**
     * The call that the current thread serves.
     * @return the context
     * @throws IllegalStateException outside of a handler
     */
    static CallContext current() {
        CallContext context = CurrentCall.get();
        if (context == null) {
            throw new IllegalStateException(
                    "No call is being served by this thread: " + Thread.currentThread().getName());
        }
        return context;
    }

    /**
     * The call that the current thread serves, if any.
     * @return the context or {@code null}
     */
    static @Nullable CallContext currentOrNull() {
        return CurrentCall.get();
    }

    /**
     * The method's full name.
     * @return {@code Service/Method}
     */
    String method();

    /**
     * By when the caller wants the answer.
     * @return the deadline, {@link Deadline#NEVER} if it has none
     */
    Deadline deadline();

    /**
     * What came with the request.
     * @return immutable
     */
    Metadata metadata();

    /**
     * What will be sent with the answer.
     * @return immutable, {@link Metadata#EMPTY} unless set
     */
    Metadata responseMetadata();

    /**
     * Sets what is sent with the answer, be that a reply or an error; its caller reads it
     * by {@link CallOptions#withResponseMetadata} or {@link RpcException#metadata()}. To
     * be set before the handler returns, completes its stage or allocates its reply; by
     * one thread at a time. If it is longer than the server's {@code maxMetadataLength}
     * the call fails with RESOURCE_EXHAUSTED.
     * @param metadata instead of what was set before: add to that by
     * {@code context.responseMetadata(context.responseMetadata().with("key", "value"))}
     */
    void responseMetadata(Metadata metadata);

    /**
     * Who calls. It can be called back over the same connection if it exports services.
     * @return the peer
     */
    RpcPeer peer();

    /**
     * Whether nobody waits for the answer any more: cancelled, past its deadline, or the
     * peer is gone.
     * @return true once that is so
     */
    boolean isCancelled();

    /**
     * Runs an action once when the call is cancelled, at once if it is already: by its
     * caller, by its deadline, by the end of the connection, or by a stop of the server
     * that waits no longer. Runs on the thread that learns of it, so it must be short. It
     * does not run any more once the call was answered.
     * @param action what to do
     * @return to take it back
     */
    Registration onCancel(Runnable action);

    /**
     * The same for what keeps the deadline itself, such as a call made within this one:
     * the action need not run when that passes and nobody tells. Costs less.
     * @param action what to do
     * @return to take it back
     */
    default Registration onPeerCancel(Runnable action) {
        return onCancel(action);
    }

    /**
     * Whether the handler's thread is interrupted when the call is cancelled.
     * @return {@link RpcMethod#interruptOnCancel()}
     */
    default boolean interruptsOnCancel() {
        return false;
    }

    // -- Work for the call on other threads

    /**
     * Has a task know the call that the current thread serves now, on whatever thread it
     * runs: calls that it makes inherit deadline and cancellation.
     * @param task any
     * @return the task itself if no call is being served
     */
    static Runnable wrap(Runnable task) {
        CallContext context = currentOrNull();
        return context == null ? task : () -> {
            CallContext outer = CurrentCall.set(context);
            try {
                task.run();
            }
            finally {
                CurrentCall.set(outer);
            }
        };
    }

    /**
     * The same for a task with a result.
     * @param <T> of the result
     * @param task any
     * @return the task itself if no call is being served
     */
    static <T extends @Nullable Object> Callable<T> wrap(Callable<T> task) {
        CallContext context = currentOrNull();
        return context == null ? task : () -> {
            CallContext outer = CurrentCall.set(context);
            try {
                return task.call();
            }
            finally {
                CurrentCall.set(outer);
            }
        };
    }

    /**
     * An executor that wraps each task it is given: for the {@code Async} methods of
     * {@link java.util.concurrent.CompletableFuture}. The call is that of the thread that
     * hands the task over.
     * @param executor runs the tasks
     * @return for any number of calls
     */
    static Executor wrap(Executor executor) {
        return (task) -> executor.execute(wrap(task));
    }

    /** An action that waits for a cancellation. */
    @FunctionalInterface
    interface Registration {

        /**
         * Takes the action back: it does not begin any more. Any thread, any number of
         * times.
         */
        void remove();

    }

}
