package io.github.shmrpc.client;

import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Metadata;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.client.link.BlockingCall;
import io.github.shmrpc.client.link.BlockingCalls;
import io.github.shmrpc.client.link.ClientLink;
import io.github.shmrpc.client.link.ClientLink.Result;
import io.github.shmrpc.client.link.DependentCall;
import io.github.shmrpc.protocol.FrameReader;
import io.github.shmrpc.protocol.FrameType;
import io.github.shmrpc.session.Session;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.OutboundFrame;
import org.jspecify.annotations.Nullable;

/**
 * A call whose caller goes on at once, unary unless it is a {@link StreamCall}. Its
 * future is completed by the thread that polls, which also decodes the reply and runs
 * what depends on the future.
 */
class AsyncCall extends DependentCall {

    /**
     * Requests up to this length are kept, to be sent again should the connection be lost
     * before they were executed.
     */
    static final int MAX_KEPT = 64 * 1024;

    private final ClientMethod method;

    private final Session<ClientLink> session;

    private final UnaryCalls calls;

    private final long timeoutNs;

    private final boolean waitForReady;

    private final @Nullable Consumer<Metadata> metadata;

    private final Reply future = new Reply();

    private final @Nullable Attempts attempts;

    // One thread after the other, as the call is sent from place to place.
    private byte @Nullable [] kept;

    private int executions;

    AsyncCall(ClientMethod method, Session<ClientLink> session, UnaryCalls calls, long timeoutNs, long deadlineNs,
            CallOptions options) {
        super(deadlineNs);
        this.method = method;
        this.session = session;
        this.calls = calls;
        this.timeoutNs = timeoutNs;
        this.waitForReady = calls.waitsForReady(method.key(), options);
        this.metadata = options.responseMetadata();
        CallPolicy policy = method.key().policy();
        this.attempts = policy == null ? null : policy.newAttempts();
    }

    /**
     * Sends it, now or when there is a connection.
     * @param request whole; free again afterwards
     * @param served the call that it is made for, whose cancellation ends it, or
     * {@code null}
     * @return completes with the reply or with an {@link RpcException}
     */
    CompletableFuture<@Nullable Object> start(OutboundFrame request, @Nullable CallContext served) {
        start(request);
        if (served != null && !future.isDone()) {
            follow(served);
        }
        return future;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // What is run throws nothing.
    private void follow(CallContext served) {
        CallContext.Registration cancellation = served.onPeerCancel(() -> {
            fail(calls.errors().servedCallCancelled(name(), Outcome.UNKNOWN));
            giveUp();
        });
        future.whenComplete((reply, failure) -> cancellation.remove());
    }

    private void start(OutboundFrame request) {
        ClientLink link = session.current();
        if (link == null || request.frameLength() <= MAX_KEPT) {
            request.gather();
            kept = Arrays.copyOf(request.array(), request.length());
        }
        if (link == null) {
            awaitLink();
        }
        else {
            send(link, request);
        }
    }

    /** The caller's view. */
    final CompletableFuture<@Nullable Object> future() {
        return future;
    }

    /** It was sent, and may have been answered already. */
    void sent(ClientLink link) {
    }

    /** From now on it cannot be sent elsewhere. */
    final void isExecuted() {
        kept = null;
    }

    /** Until when it waits for a connection. */
    long connectDeadlineNs() {
        return deadlineNs();
    }

    private void send(ClientLink link, OutboundFrame request) {
        long remainingNs = deadlineNs() - System.nanoTime();
        if (remainingNs <= 0) {
            fail(calls.errors().notConnected(name(), timeoutNs, session.failure()));
            return;
        }
        Result result = link.start(this, request, method.key().id(), name(), remainingNs);
        if (result == Result.NOT_EXECUTED && kept != null) {
            awaitLink();
        }
        else if (result != Result.REPLIED) {
            fail(calls.errors().of(result, link, name(), timeoutNs, id(), request.frameLength()));
        }
        else if (future.isDone()) {
            // Ended while it was not in flight yet.
            giveUp();
        }
        else {
            sent(link);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // What is run then completes this call,
                                                  // and throws nothing.
    private void awaitLink() {
        CompletableFuture<ClientLink> ready = session.whenReady(waitForReady);
        if (!ready.isDone()) {
            ready.orTimeout(Math.max(0, connectDeadlineNs() - System.nanoTime()), TimeUnit.NANOSECONDS);
        }
        ready.whenComplete((link, failure) -> {
            if (failure != null) {
                fail(failure instanceof RpcException known ? known
                        : calls.errors().notConnected(name(), timeoutNs, session.failure()));
            }
            else if (!future.isDone()) {
                sendAgain(link);
            }
        });
    }

    private void sendAgain(ClientLink link) {
        byte[] bytes = kept;
        BlockingCall scratch = BlockingCalls.acquire();
        try {
            OutboundFrame request = scratch.request();
            request.clear();
            if (bytes != null) {
                request.append(bytes, 0, bytes.length);
            }
            send(link, request);
        }
        catch (RuntimeException | Error unexpected) {
            future.completeExceptionally(unexpected);
        }
        finally {
            BlockingCalls.release(scratch);
        }
    }

    @Override
    protected void onReply(ClientLink link, InboundFrame frame) {
        if (kept != null && UnaryCalls.wasRefusedByDraining(link, frame)) {
            awaitLink();
            return;
        }
        try {
            calls.inflate(name(), frame);
            future.complete(method.decode(frame, metadata));
            if (attempts != null) {
                attempts.succeeded();
            }
        }
        catch (RpcException failure) {
            fail(failure);
        }
        catch (Throwable failure) {
            // Also a checked one that the contract's method declares.
            if (FrameReader.type(frame) == FrameType.ERROR) {
                fail(failure, FrameReader.status(frame), FrameReader.outcome(frame));
            }
            else {
                future.completeExceptionally(failure);
            }
        }
    }

    @Override
    protected void onLost(ClientLink link, boolean executed) {
        boolean again = kept != null && (!executed || ++executions < method.key().maxExecutions());
        if (again && !future.isDone()) {
            awaitLink();
        }
        else {
            fail(calls.errors().of(executed ? Result.LOST : Result.NOT_EXECUTED, link, name(), timeoutNs, id(), 0));
        }
    }

    @Override
    protected void onExpired(ClientLink link) {
        fail(calls.errors().of(Result.EXPIRED, link, name(), timeoutNs, id(), 0));
    }

    @Override
    protected boolean isDone() {
        return future.isDone();
    }

    final String name() {
        return method.key().name();
    }

    /** Ends it, unless it has another attempt. */
    final void fail(RpcException failure) {
        fail(failure, failure.status(), failure.outcome());
    }

    private void fail(Throwable failure, RpcStatus status, Outcome outcome) {
        Attempts made = attempts;
        long pauseNs = made == null || kept == null || future.isDone() ? Attempts.NONE
                : made.nextNs(status, outcome, deadlineNs() - System.nanoTime());
        if (pauseNs == Attempts.NONE) {
            future.completeExceptionally(failure);
        }
        else {
            CompletableFuture.delayedExecutor(pauseNs, TimeUnit.NANOSECONDS).execute(this::tryAgain);
        }
    }

    private void tryAgain() {
        if (!future.isDone()) {
            awaitLink();
        }
    }

    /** The caller's view. Who waits in it polls, if nobody else does. */
    private final class Reply extends CompletableFuture<@Nullable Object> {

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            boolean changed = super.cancel(mayInterruptIfRunning);
            if (isCancelled()) {
                giveUp();
            }
            return changed;
        }

        @Override
        public @Nullable Object join() {
            if (!isDone()) {
                help(deadlineNs());
            }
            return super.join();
        }

        @Override
        public @Nullable Object get() throws InterruptedException, ExecutionException {
            if (!isDone()) {
                help(deadlineNs());
            }
            return super.get();
        }

        @Override
        public @Nullable Object get(long timeout, TimeUnit unit)
                throws InterruptedException, ExecutionException, TimeoutException {
            long startNs = System.nanoTime();
            long timeNs = Math.min(unit.toNanos(timeout), CallTimeouts.MAX_NS);
            if (!isDone() && timeNs > 0) {
                help(startNs + Math.min(timeNs, deadlineNs() - startNs));
            }
            return super.get(Math.max(0, timeNs - (System.nanoTime() - startNs)), TimeUnit.NANOSECONDS);
        }

    }

}
