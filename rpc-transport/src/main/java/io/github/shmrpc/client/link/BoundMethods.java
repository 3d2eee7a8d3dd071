package io.github.shmrpc.client.link;

import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * The method ids that the server of a connection knows. A thread that finds an id unbound
 * sends the METHOD frame, then binds it here: whoever sees it bound sends its REQUEST
 * after that frame. Two threads may both send it, which does no harm as it says the same.
 * Any thread.
 */
final class BoundMethods {

    private volatile AtomicIntegerArray bound = new AtomicIntegerArray(16);

    boolean isBound(int methodId) {
        AtomicIntegerArray known = bound;
        return methodId < known.length() && known.getAcquire(methodId) != 0;
    }

    synchronized void bind(int methodId) {
        AtomicIntegerArray known = bound;
        if (methodId >= known.length()) {
            AtomicIntegerArray longer = new AtomicIntegerArray(Math.max(methodId + 1, known.length() * 2));
            for (int id = 0; id < known.length(); id++) {
                longer.set(id, known.get(id));
            }
            known = longer;
            bound = longer;
        }
        known.setRelease(methodId, 1);
    }

}
