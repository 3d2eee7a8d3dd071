package io.github.shmrpc.client;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.client.link.BlockingCall;
import io.github.shmrpc.client.link.BlockingCalls;
import io.github.shmrpc.transport.OutboundFrame;
import org.jspecify.annotations.Nullable;

/**
 * A call that is made again while no answer has come, until one of its attempts has
 * answered; the others are cancelled then. Thread-safe.
 */
final class HedgedCall {

    private final HedgingPolicy policy;

    private final RetryTokens tokens;

    private final byte[] request;

    private final @Nullable CallContext served;

    private final IntFunction<AsyncCall> calls;

    private final Reply reply = new Reply();

    // Under the lock.
    private final List<CompletableFuture<@Nullable Object>> attempts = new ArrayList<>();

    private int failed;

    private HedgedCall(HedgingPolicy policy, RetryTokens tokens, byte[] request, @Nullable CallContext served,
            IntFunction<AsyncCall> calls) {
        this.served = served;
        this.policy = policy;
        this.tokens = tokens;
        this.request = request;
        this.calls = calls;
    }

    /**
     * Makes the first attempt.
     * @param policy when to make others
     * @param tokens of the channel
     * @param request whole; free again afterwards
     * @param served the call that it is made for, or {@code null}
     * @param calls makes the attempt of a number, from 0 on
     * @return completes with the first answer, or with an {@link RpcException}
     */
    static CompletableFuture<@Nullable Object> start(HedgingPolicy policy, RetryTokens tokens, OutboundFrame request,
            @Nullable CallContext served, IntFunction<AsyncCall> calls) {
        request.gather();
        HedgedCall call = new HedgedCall(policy, tokens, Arrays.copyOf(request.array(), request.length()), served,
                calls);
        call.attempt();
        return call.reply;
    }

    /**
     * Waits in the current thread.
     * @throws RpcException if the call failed or the thread was interrupted
     */
    static @Nullable Object await(CompletableFuture<@Nullable Object> reply, CallErrors errors, String method) {
        try {
            return reply.get();
        }
        catch (ExecutionException ex) {
            throw unchecked(ex.getCause());
        }
        catch (InterruptedException ex) {
            reply.cancel(true);
            Thread.currentThread().interrupt();
            throw errors.interrupted(method, 0);
        }
    }

    private static RuntimeException unchecked(@Nullable Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof RuntimeException known ? known : new CompletionException(cause);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // What is run then completes this call,
                                                  // and throws nothing.
    private void attempt() {
        int number;
        synchronized (this) {
            number = attempts.size();
            if (number == policy.maxAttempts() || reply.isDone()) {
                return;
            }
            // Its place, until it was sent.
            attempts.add(reply);
        }
        CompletableFuture<@Nullable Object> attempt = send(calls.apply(number));
        synchronized (this) {
            attempts.set(number, attempt);
        }
        attempt.whenComplete(this::ended);
        if (reply.isDone()) {
            attempt.cancel(true);
        }
        else if (number + 1 < policy.maxAttempts()) {
            CompletableFuture.delayedExecutor(policy.delay().toNanos(), TimeUnit.NANOSECONDS)
                .execute(() -> hedge(number + 1));
        }
    }

    private CompletableFuture<@Nullable Object> send(AsyncCall call) {
        BlockingCall scratch = BlockingCalls.acquire();
        try {
            scratch.request().clear();
            scratch.request().append(request, 0, request.length);
            return call.start(scratch.request(), served);
        }
        finally {
            BlockingCalls.release(scratch);
        }
    }

    /** Unless a failure was faster. */
    private void hedge(int number) {
        boolean due;
        synchronized (this) {
            due = attempts.size() == number;
        }
        if (due && tokens.suffice()) {
            attempt();
        }
    }

    private void ended(@Nullable Object answer, @Nullable Throwable failure) {
        if (failure == null) {
            tokens.succeeded();
            reply.complete(answer);
            cancelAttempts();
            return;
        }
        boolean passes = failure instanceof RpcException known && policy.statuses().contains(known.status());
        boolean goesOn = passes && tokens.failed();
        boolean last;
        synchronized (this) {
            failed++;
            last = failed == attempts.size() && (!goesOn || failed == policy.maxAttempts());
        }
        if (!passes || last) {
            reply.completeExceptionally(failure);
            cancelAttempts();
        }
        else if (goesOn) {
            attempt();
        }
    }

    private void cancelAttempts() {
        List<CompletableFuture<@Nullable Object>> all;
        synchronized (this) {
            all = List.copyOf(attempts);
        }
        all.stream().filter((attempt) -> attempt != reply).forEach((attempt) -> attempt.cancel(true));
    }

    /** The caller's view. */
    private final class Reply extends CompletableFuture<@Nullable Object> {

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            boolean changed = super.cancel(mayInterruptIfRunning);
            if (isCancelled()) {
                cancelAttempts();
            }
            return changed;
        }

    }

}
