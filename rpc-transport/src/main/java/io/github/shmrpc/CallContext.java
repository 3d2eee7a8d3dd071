package io.github.shmrpc;

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
     * Who calls.
     * @return the peer
     */
    PeerInfo peer();

    /**
     * Whether nobody waits for the answer any more: cancelled, past its deadline, or the
     * peer is gone.
     * @return true once that is so
     */
    boolean isCancelled();

    /**
     * Runs an action once when the call is cancelled, at once if it is already. Runs on
     * the thread that learns of it, so it must be short.
     * @param action what to do
     */
    void onCancel(Runnable action);

}
