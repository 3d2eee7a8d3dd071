package io.github.shmrpc.session;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The asynchronous calls that wait for a connection. Guarded by the session's lock; what
 * is taken out is completed outside of it.
 *
 * @param <L> what the layer above keeps for a connection
 */
final class Waiters<L> {

    private final List<Waiter<L>> waiters = new ArrayList<>();

    private final int limit;

    Waiters(int limit) {
        this.limit = limit;
    }

    boolean isEmpty() {
        return waiters.isEmpty();
    }

    /** False if there are too many. */
    boolean add(CompletableFuture<L> ready, boolean waitForReady) {
        boolean room = waiters.size() < limit || waiters.removeIf((waiter) -> waiter.ready.isDone());
        return room && waiters.add(new Waiter<>(ready, waitForReady));
    }

    List<CompletableFuture<L>> takeAll() {
        return take(true);
    }

    /** Takes those who do not wait after a failure. */
    List<CompletableFuture<L>> takeImpatient() {
        return take(false);
    }

    private List<CompletableFuture<L>> take(boolean all) {
        List<CompletableFuture<L>> taken = new ArrayList<>();
        waiters.removeIf((waiter) -> (all || !waiter.waitForReady) && taken.add(waiter.ready));
        return taken;
    }

    private record Waiter<L>(CompletableFuture<L> ready, boolean waitForReady) {
    }

}
