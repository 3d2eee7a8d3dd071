package io.github.shmrpc.server;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

import io.github.shmrpc.RpcPeers.PeerListener;

/** Tells of one peer what happens to it: in order, on a thread of the executor. */
final class PeerEvents implements Runnable {

    private final Executor executor;

    private final List<PeerListener> listeners;

    // Under the lock.
    private final Queue<Consumer<PeerListener>> events = new ArrayDeque<>();

    private boolean telling;

    PeerEvents(Executor executor, List<PeerListener> listeners) {
        this.executor = executor;
        this.listeners = listeners;
    }

    /** Tells it soon. */
    void tell(Consumer<PeerListener> event) {
        synchronized (events) {
            events.add(event);
            if (telling) {
                return;
            }
            telling = true;
        }
        try {
            executor.execute(this);
        }
        catch (RejectedExecutionException stoppedOrFull) {
            Thread thread = new Thread(this, "rpc-peer-events");
            thread.setDaemon(true);
            thread.start();
        }
    }

    @Override
    public void run() {
        while (true) {
            Consumer<PeerListener> event;
            synchronized (events) {
                event = events.poll();
                if (event == null) {
                    telling = false;
                    return;
                }
            }
            listeners.forEach(event);
        }
    }

}
