package io.github.shmrpc.client;

import io.github.shmrpc.CallKind;

/**
 * What a call needs to know of its method beside the messages.
 *
 * @param id its number on all connections of a channel, positive
 * @param name {@code Service/Method}
 * @param timeoutNs of a call that names none, positive
 * @param kind how many messages go each way
 * @param idempotent whether a call that may have been executed may be sent again
 */
record MethodKey(int id, String name, long timeoutNs, CallKind kind, boolean idempotent) {

    boolean oneWay() {
        return kind == CallKind.ONE_WAY;
    }

}
