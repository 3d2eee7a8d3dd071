package io.github.shmrpc.client;

import io.github.shmrpc.CallKind;
import io.github.shmrpc.CallObserver;
import org.jspecify.annotations.Nullable;

/**
 * What a call needs to know of its method beside the messages.
 *
 * @param id its number on all connections of a channel, positive
 * @param name {@code Service/Method}
 * @param timeoutNs of a call that names none, positive
 * @param kind how many messages go each way
 * @param waitForReady of a call that does not say it
 * @param maxExecutions how often a call is sent, at once, if it may have been executed
 * @param policy what happens beyond that, or {@code null} if nothing does
 * @param observer is told of its calls, or {@code null}
 */
record MethodKey(int id, String name, long timeoutNs, CallKind kind, boolean waitForReady, int maxExecutions,
        @Nullable CallPolicy policy, @Nullable CallObserver observer) {

    boolean oneWay() {
        return kind == CallKind.ONE_WAY;
    }

}
