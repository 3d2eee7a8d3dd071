package io.github.shmrpc.server;

import java.util.concurrent.atomic.AtomicBoolean;

import io.github.shmrpc.CallContext;

/**
 * What is to be done when a call is cancelled: once at most, and not after it was taken
 * back.
 */
final class CancelAction implements CallContext.Registration {

    private final ServerCall call;

    private final Runnable action;

    private final AtomicBoolean over = new AtomicBoolean();

    CancelAction(ServerCall call, Runnable action) {
        this.call = call;
        this.action = action;
    }

    void run() {
        if (over.compareAndSet(false, true)) {
            action.run();
        }
    }

    void runUnlessEnded() {
        if (!call.isEnded()) {
            run();
        }
    }

    @Override
    public void remove() {
        over.set(true);
        call.remove(this);
    }

}
