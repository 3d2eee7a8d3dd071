package io.github.shmrpc.client;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;

/**
 * A future that depends on replies which only the application's own thread takes. That
 * thread may wait for it nevertheless: it polls meanwhile, as nobody else would.
 *
 * @param <T> of its result
 */
class PolledFuture<T extends @Nullable Object> extends CompletableFuture<T> {

    private final PolledReplies replies;

    PolledFuture(PolledReplies replies) {
        this.replies = replies;
    }

    final PolledReplies replies() {
        return replies;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new PolledFuture<>(replies);
    }

    @Override
    public T join() {
        boolean interrupted = false;
        while (!isDone()) {
            try {
                awaitEnd(CallTimeouts.MAX_NS);
            }
            catch (InterruptedException ex) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return super.join();
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
        while (!isDone()) {
            awaitEnd(CallTimeouts.MAX_NS);
        }
        return super.get();
    }

    @Override
    public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        long startNs = System.nanoTime();
        long timeoutNs = Math.min(unit.toNanos(timeout), CallTimeouts.MAX_NS);
        for (long leftNs = timeoutNs; leftNs > 0 && !isDone(); leftNs = timeoutNs - (System.nanoTime() - startNs)) {
            awaitEnd(leftNs);
        }
        return super.get(0, TimeUnit.NANOSECONDS);
    }

    /**
     * Waits until it is done or the time has passed; maybe not so long.
     * @throws InterruptedException if the thread was interrupted
     */
    void awaitEnd(long timeoutNs) throws InterruptedException {
        if (!replies.pollUntilDone(this, timeoutNs)) {
            try {
                super.get(Math.min(timeoutNs, PolledReplies.LOOK_INTERVAL_NS), TimeUnit.NANOSECONDS);
            }
            catch (ExecutionException | CancellationException | TimeoutException ex) {
                // Who asks for the result will see.
            }
        }
    }

}
