package io.github.shmrpc.grpc.client;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

import io.grpc.ConnectivityState;

/** Who wants to know when a channel leaves a state. Any thread. */
public final class StateListeners {

    private final Executor executor;

    // Under the lock.
    private final List<Waiting> waiting = new ArrayList<>();

    /**
     * Nobody yet.
     * @param executor runs the callbacks
     */
    public StateListeners(Executor executor) {
        this.executor = executor;
    }

    void add(ConnectivityState source, Runnable callback) {
        synchronized (waiting) {
            waiting.add(new Waiting(source, callback));
        }
    }

    /**
     * Tells those that wait for another state than this, each once.
     * @param state of the channel now
     */
    public void tell(ConnectivityState state) {
        List<Waiting> told = new ArrayList<>();
        synchronized (waiting) {
            for (Waiting one : waiting) {
                if (one.source != state) {
                    told.add(one);
                }
            }
            waiting.removeAll(told);
        }
        told.forEach((one) -> executor.execute(one.callback));
    }

    private static final class Waiting {

        private final ConnectivityState source;

        private final Runnable callback;

        Waiting(ConnectivityState source, Runnable callback) {
            this.source = source;
            this.callback = callback;
        }

    }

}
