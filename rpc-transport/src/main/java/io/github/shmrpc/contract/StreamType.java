package io.github.shmrpc.contract;

import java.util.concurrent.Flow;

import org.jspecify.annotations.Nullable;

/**
 * A Java type that stands for messages still to come, in the signature of a method. The
 * JDK's {@link Flow.Publisher} and {@link io.github.shmrpc.RpcStream} are known; others
 * come from a {@link Provider}. Thread-safe.
 */
public interface StreamType {

    /**
     * Whether it stands for one message at most, so that the call is unary.
     * @return false for a stream
     */
    boolean isSingle();

    /**
     * What the application gets.
     * @param messages starts the call when it is subscribed to, for a caller; for a
     * handler its call's messages, to be subscribed to once
     * @return a value of the type
     */
    Object of(Flow.Publisher<Object> messages);

    /**
     * What the application gave.
     * @param value of the type
     * @return its messages
     */
    Flow.Publisher<?> publisher(Object value);

    /**
     * Knows types of a library. Found by {@link java.util.ServiceLoader}; must not fail
     * if the library is missing.
     */
    interface Provider {

        /**
         * Looks a type up.
         * @param type raw
         * @return {@code null} if it stands for no messages
         */
        @Nullable StreamType find(Class<?> type);

    }

}
