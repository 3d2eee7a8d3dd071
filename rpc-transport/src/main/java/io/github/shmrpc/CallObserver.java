package io.github.shmrpc;

import org.jspecify.annotations.Nullable;

/**
 * Is told of the calls of one method by the side that makes or serves them: of each call
 * once at its begin and once at its end, by the same thread or another. Called by many
 * threads at once and within every call, so it should return soon and allocate nothing;
 * throws nothing.
 */
public interface CallObserver {

    /**
     * A call begins: a client is about to encode its request, or a server has taken it
     * in.
     * @return what {@link #end} gets of this call, such as the time
     */
    long begin();

    /**
     * A call has ended: the caller gets its reply or failure, or the answer was sent off.
     * @param begun what {@link #begin} returned
     * @param status how it ended
     */
    void end(long begun, RpcStatus status);

    /** Makes observers. Any thread may call. */
    @FunctionalInterface
    interface Factory {

        /**
         * The observer of a method. Asked when the method is resolved and not for each
         * call; several times if it is resolved several times.
         * @param method {@code Service/Method}
         * @return its observer, or {@code null} if nobody wants to know
         */
        @Nullable CallObserver ofMethod(String method);

    }

}
