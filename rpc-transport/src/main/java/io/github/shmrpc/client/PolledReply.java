package io.github.shmrpc.client;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;

/**
 * What the caller gets of an asynchronous call whose reply is polled. The call itself
 * ends on whatever thread; this future then waits in {@link PolledReplies} to be
 * completed, unless a thread waits for this very one and completes it.
 */
final class PolledReply extends PolledFuture<@Nullable Object> {

    /** Completed by any thread. */
    private final CompletableFuture<@Nullable Object> reply;

    // Who completes the reply, before it adds this to the ended.
    private @Nullable Object result;

    private @Nullable Throwable failure;

    private PolledReply(PolledReplies replies, CompletableFuture<@Nullable Object> reply) {
        super(replies);
        this.reply = reply;
    }

    /**
     * The future for the caller.
     * @param replies where it waits
     * @param reply of the call; if it has failed already, so has the future
     */
    @SuppressWarnings("FutureReturnValueIgnored") // What is run then throws nothing.
    static PolledReply of(PolledReplies replies, CompletableFuture<@Nullable Object> reply) {
        PolledReply polled = new PolledReply(replies, reply);
        if (reply.isCompletedExceptionally()) {
            reply.whenComplete(polled::end);
        }
        else {
            reply.whenComplete(polled::ended);
        }
        return polled;
    }

    private void ended(@Nullable Object value, @Nullable Throwable thrown) {
        result = value;
        failure = thrown;
        replies().add(this);
    }

    /**
     * Completes it with what it was added with.
     * @return false if it was complete
     */
    boolean deliver() {
        return end(result, failure);
    }

    private boolean end(@Nullable Object value, @Nullable Throwable thrown) {
        return thrown == null ? complete(value) : completeExceptionally(thrown);
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean changed = super.cancel(mayInterruptIfRunning);
        if (isCancelled()) {
            reply.cancel(mayInterruptIfRunning);
        }
        return changed;
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // What is run throws nothing.
    void awaitEnd(long timeoutNs) throws InterruptedException {
        replies().links().beginWait();
        try {
            reply.get(timeoutNs, TimeUnit.NANOSECONDS);
        }
        catch (ExecutionException | CancellationException | TimeoutException ex) {
            // Who asks for the result will see.
        }
        finally {
            replies().links().endWait();
        }
        if (reply.isDone()) {
            reply.whenComplete(this::end);
        }
    }

}
