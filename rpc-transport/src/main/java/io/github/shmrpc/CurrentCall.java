package io.github.shmrpc;

import org.jspecify.annotations.Nullable;

/**
 * The call that a thread serves. Written by the dispatcher of that thread, read by its
 * handler.
 */
public final class CurrentCall {

    private static final ThreadLocal<@Nullable CallContext> CURRENT = new ThreadLocal<>();

    private CurrentCall() {
    }

    /**
     * The call that the current thread serves.
     * @return the context or {@code null}
     */
    public static @Nullable CallContext get() {
        return CURRENT.get();
    }

    /**
     * Sets the call that the current thread serves. For dispatchers and for those who
     * hand work to other threads.
     * @param context the context, or {@code null} for none
     * @return what was there before, to be restored
     */
    public static @Nullable CallContext set(@Nullable CallContext context) {
        CallContext previous = CURRENT.get();
        CURRENT.set(context);
        return previous;
    }

}
