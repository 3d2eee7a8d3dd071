package io.github.shmrpc.client;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.CallOptions;
import io.github.shmrpc.CurrentCall;
import io.github.shmrpc.Endpoint;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import org.jspecify.annotations.Nullable;

/** Calls that go through the interceptors of a channel. Any thread. */
final class InterceptedCalls {

    private final List<ClientInterceptor> interceptors;

    private final Endpoint endpoint;

    private final CallErrors errors;

    private InterceptedCalls(List<ClientInterceptor> interceptors, Endpoint endpoint, CallErrors errors) {
        this.interceptors = List.copyOf(interceptors);
        this.endpoint = endpoint;
        this.errors = errors;
    }

    /** Calls that go through some interceptors, {@code null} if there are none. */
    static @Nullable InterceptedCalls of(List<ClientInterceptor> interceptors, Endpoint endpoint, CallErrors errors) {
        return interceptors.isEmpty() ? null : new InterceptedCalls(interceptors, endpoint, errors);
    }

    /**
     * Makes a call and waits for it.
     * @param caller makes the call itself, and waits
     * @return the reply
     * @throws RpcException what the interceptors made of the call's end; or the exception
     * that the contract's method declares, be it checked
     */
    @Nullable Object call(MethodKey method, @Nullable Object request, CallOptions options,
            Function<ClientInvocation, @Nullable Object> caller) {
        Chain chain = new Chain((call) -> completed(caller, call));
        CompletableFuture<?> reply = chain.start(new ClientInvocation(method.name(), endpoint, true, request, options));
        long timeoutNs = CallTimeouts.ofCall(method.timeoutNs(), options, chain.served);
        try {
            return reply.isDone() ? reply.get() : reply.get(timeoutNs, TimeUnit.NANOSECONDS);
        }
        catch (ExecutionException failed) {
            throw Failure.<RuntimeException>asIs(unwrapped(failed));
        }
        catch (TimeoutException late) {
            throw new RpcException(RpcStatus.DEADLINE_EXCEEDED, chain.outcome(),
                    "interceptors of " + method.name() + " had no reply in time (endpoint=" + endpoint + ")", late);
        }
        catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw chain.proceeded ? errors.interrupted(method.name()) : errors.interruptedBefore(method.name());
        }
    }

    private static CompletionStage<@Nullable Object> completed(Function<ClientInvocation, @Nullable Object> caller,
            ClientInvocation call) {
        try {
            return CompletableFuture.completedFuture(caller.apply(call));
        }
        catch (Throwable failure) {
            // Also a checked one that the contract's method declares.
            return CompletableFuture.failedFuture(failure);
        }
    }

    /**
     * Makes a call without waiting.
     * @param caller makes the call itself
     * @return completes with what the interceptors make of the reply; cancelling it
     * cancels the call
     */
    CompletableFuture<@Nullable Object> start(MethodKey method, @Nullable Object request, CallOptions options,
            Function<ClientInvocation, CompletableFuture<@Nullable Object>> caller) {
        Chain chain = new Chain(caller::apply);
        CompletableFuture<@Nullable Object> reply = chain
            .start(new ClientInvocation(method.name(), endpoint, false, request, options));
        chain.cancelWith(reply);
        return reply;
    }

    private static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure.getCause();
        boolean wrapper = failure instanceof ExecutionException || failure instanceof CompletionException;
        return wrapper && cause != null ? unwrapped(cause) : failure;
    }

    /** The way of one call. Any thread, as its interceptors may hand it on. */
    private final class Chain {

        private final ClientInterceptor.Next caller;

        /** What the call inherits from, also where it is made by another thread. */
        private final @Nullable CallContext served = CallContext.currentOrNull();

        // Set by who proceeds to the call, read by who waits for or cancels it.
        private volatile boolean proceeded;

        private volatile @Nullable CompletionStage<@Nullable Object> current;

        Chain(ClientInterceptor.Next caller) {
            this.caller = caller;
        }

        @SuppressWarnings("unchecked") // A future that is only read from.
        CompletableFuture<@Nullable Object> start(ClientInvocation call) {
            return (CompletableFuture<@Nullable Object>) intercept(0, call).toCompletableFuture();
        }

        private CompletionStage<? extends @Nullable Object> intercept(int index, ClientInvocation call) {
            ClientInterceptor interceptor = interceptors.get(index);
            try {
                CompletionStage<? extends @Nullable Object> reply = interceptor.intercept(call,
                        (changed) -> proceed(index + 1, changed));
                if (reply == null) {
                    throw new IllegalStateException("it returned null instead of a stage");
                }
                return reply;
            }
            catch (RpcException meant) {
                return CompletableFuture.failedFuture(meant);
            }
            catch (Throwable failure) {
                return CompletableFuture.failedFuture(new RpcException(
                        RpcStatus.INTERNAL, outcome(), "interceptor " + interceptor.getClass().getSimpleName() + " of "
                                + call.method() + " failed: " + failure.getMessage() + " (endpoint=" + endpoint + ")",
                        failure));
            }
        }

        @SuppressWarnings("unchecked") // A stage that is only read from.
        private CompletionStage<@Nullable Object> proceed(int index, ClientInvocation call) {
            if (index < interceptors.size()) {
                return (CompletionStage<@Nullable Object>) intercept(index, call);
            }
            proceeded = true;
            CompletionStage<@Nullable Object> made = served == null ? caller.proceed(call)
                    : proceedWithin(served, call);
            current = made;
            return made;
        }

        private CompletionStage<@Nullable Object> proceedWithin(CallContext context, ClientInvocation call) {
            CallContext outer = CurrentCall.set(context);
            try {
                return caller.proceed(call);
            }
            finally {
                CurrentCall.set(outer);
            }
        }

        Outcome outcome() {
            return proceeded ? Outcome.UNKNOWN : Outcome.NOT_EXECUTED;
        }

        @SuppressWarnings("FutureReturnValueIgnored") // What is run throws nothing.
        void cancelWith(CompletableFuture<@Nullable Object> reply) {
            if (reply != current && !reply.isDone()) {
                reply.whenComplete((value, failure) -> {
                    CompletionStage<@Nullable Object> made = current;
                    if (reply.isCancelled() && made != null) {
                        made.toCompletableFuture().cancel(true);
                    }
                });
            }
        }

    }

}
