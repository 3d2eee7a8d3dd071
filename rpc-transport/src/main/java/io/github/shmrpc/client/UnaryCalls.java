package io.github.shmrpc.client;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.CallObserver;
import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.client.link.BlockingCall;
import io.github.shmrpc.client.link.BlockingCalls;
import io.github.shmrpc.client.link.ClientLink;
import io.github.shmrpc.client.link.ClientLink.Result;
import io.github.shmrpc.protocol.FrameReader;
import io.github.shmrpc.protocol.FrameType;
import io.github.shmrpc.protocol.PayloadCompression;
import io.github.shmrpc.session.Session;
import io.github.shmrpc.thread.InterruptScope;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.OutboundFrame;
import org.jspecify.annotations.Nullable;

/**
 * Makes the calls of a channel: encode, send on the connection of the moment, wait, send
 * again elsewhere what was not executed, decode. Any thread.
 */
final class UnaryCalls {

    /** As the longest message: compressed replies are left as they are. */
    static final int NOT_INFLATED = -1;

    private final Sessions sessions;

    private final CallErrors errors;

    private final int maxMessageLength;

    UnaryCalls(Sessions sessions, CallErrors errors, int maxMessageLength) {
        this.sessions = sessions;
        this.errors = errors;
        this.maxMessageLength = maxMessageLength;
    }

    CallErrors errors() {
        return errors;
    }

    boolean waitsForReady(MethodKey method, CallOptions options) {
        Boolean own = options.waitForReady();
        return own == null ? method.waitForReady() : own;
    }

    @Nullable Object call(ClientMethod method, @Nullable Object request, CallOptions options) {
        CallObserver observer = method.key().observer();
        return observer == null ? callUnobserved(method, request, options)
                : callObserved(observer, method, request, options);
    }

    private @Nullable Object callObserved(CallObserver observer, ClientMethod method, @Nullable Object request,
            CallOptions options) {
        long begun = observer.begin();
        Throwable failure = null;
        try {
            return callUnobserved(method, request, options);
        }
        catch (Throwable thrown) {
            failure = thrown;
            throw thrown;
        }
        finally {
            observer.end(begun, CallErrors.status(failure));
        }
    }

    private @Nullable Object callUnobserved(ClientMethod method, @Nullable Object request, CallOptions options) {
        MethodKey key = method.key();
        CallContext served = CallContext.currentOrNull();
        long timeoutNs = timeoutNs(key, options, served);
        BlockingCall call = BlockingCalls.acquire();
        try {
            call.beginNow(timeoutNs);
            method.encode(request, options, call.request());
            exchange(key, call, waitsForReady(key, options), served);
            return key.oneWay() ? null : method.decode(call.reply(), options.responseMetadata());
        }
        finally {
            BlockingCalls.release(call);
        }
    }

    /**
     * The time of a call that is about to begin.
     * @param served the call that it is made for, or {@code null}
     * @return nanoseconds, positive
     * @throws RpcException not executed: if there is no time, or the thread is
     * interrupted
     */
    long timeoutNs(MethodKey method, CallOptions options, @Nullable CallContext served) {
        long timeoutNs = CallTimeouts.ofCall(method.timeoutNs(), options, served);
        if (timeoutNs <= 0) {
            throw errors.noTime(method.name());
        }
        if (Thread.currentThread().isInterrupted()) {
            throw errors.interruptedBefore(method.name());
        }
        return Math.min(timeoutNs, CallTimeouts.MAX_NS);
    }

    /** Lends a request memory of the connection of the moment, if it has some. */
    void claimBody(OutboundFrame request, int length) {
        ClientLink link = sessions.ofCurrentThread().current();
        if (link != null) {
            link.claimBody(request, length);
        }
    }

    /**
     * Sends a request, and waits for what ends the call unless that is one-way.
     * @param call begun, its request is whole
     * @param served the call that it is made for, whose cancellation ends it, or
     * {@code null}
     * @throws RpcException if the server has not answered
     */
    void exchange(MethodKey method, BlockingCall call, boolean waitForReady, @Nullable CallContext served) {
        if (served == null) {
            exchange(method, call, waitForReady);
        }
        else {
            exchangeWithin(served, method, call, waitForReady);
        }
    }

    private void exchangeWithin(CallContext served, MethodKey method, BlockingCall call, boolean waitForReady) {
        InterruptScope waiting = new InterruptScope();
        CallContext.Registration cancellation = served.onPeerCancel(waiting);
        try {
            if (waiting.isInterrupted()) {
                throw errors.servedCallCancelled(method.name(), Outcome.NOT_EXECUTED);
            }
            exchange(method, call, waitForReady);
        }
        catch (RpcException failure) {
            boolean cancelled = waiting.leave() && failure.status() == RpcStatus.CANCELLED;
            throw cancelled ? errors.servedCallCancelled(method.name(), failure.outcome()) : failure;
        }
        finally {
            cancellation.remove();
            if (waiting.leave() && !served.interruptsOnCancel()) {
                Thread.interrupted();
            }
        }
    }

    private void exchange(MethodKey method, BlockingCall call, boolean waitForReady) {
        CallPolicy policy = method.policy();
        Attempts attempts = policy == null ? null : policy.newAttempts();
        if (attempts == null) {
            exchangeOnce(method, call, waitForReady);
        }
        else {
            exchange(method, call, waitForReady, attempts);
        }
    }

    private void exchange(MethodKey method, BlockingCall call, boolean waitForReady, Attempts attempts) {
        long deadlineNs = call.deadlineNs();
        while (true) {
            RpcException failure = null;
            try {
                exchangeOnce(method, call, waitForReady);
                if (FrameReader.type(call.reply()) != FrameType.ERROR) {
                    attempts.succeeded();
                    return;
                }
            }
            catch (RpcException unanswered) {
                failure = unanswered;
            }
            RpcStatus status = failure != null ? failure.status() : FrameReader.status(call.reply());
            Outcome outcome = failure != null ? failure.outcome() : FrameReader.outcome(call.reply());
            long pauseNs = call.request().isWhole() ? attempts.nextNs(status, outcome, deadlineNs - System.nanoTime())
                    : Attempts.NONE;
            if (pauseNs == Attempts.NONE || !pause(pauseNs)) {
                if (failure != null) {
                    throw failure;
                }
                return;
            }
            PayloadCompression.restore(call.request());
        }
    }

    /** False if the thread was interrupted; the flag is still set. */
    private static boolean pause(long pauseNs) {
        long endNs = System.nanoTime() + pauseNs;
        for (long leftNs = pauseNs; leftNs > 0; leftNs = endNs - System.nanoTime()) {
            if (Thread.currentThread().isInterrupted()) {
                return false;
            }
            LockSupport.parkNanos(leftNs);
        }
        return true;
    }

    private void exchangeOnce(MethodKey method, BlockingCall call, boolean waitForReady) {
        Session<ClientLink> session = sessions.ofCurrentThread();
        int executions = 0;
        while (true) {
            ClientLink link = session.current();
            if (link == null) {
                link = awaitLink(session, method.name(), call.deadlineNs(), call.timeoutNs(), waitForReady);
            }
            Result result = method.oneWay() ? link.send(call, method.id(), method.name())
                    : link.exchange(call, method.id(), method.name());
            if (result == Result.REPLIED && method.oneWay()) {
                return;
            }
            if (result == Result.REPLIED && !wasRefusedByDraining(link, call.reply())) {
                inflate(method.name(), call.reply());
                return;
            }
            boolean again = (result == Result.REPLIED || result == Result.NOT_EXECUTED
                    || (result == Result.LOST && ++executions < method.maxExecutions())) && call.request().isWhole();
            if (!again) {
                throw errors.of(result == Result.REPLIED ? Result.NOT_EXECUTED : result, link, method.name(),
                        call.timeoutNs(), call.id(), call.request().frameLength());
            }
            if (call.deadlineNs() - System.nanoTime() <= 0) {
                throw errors.of(result == Result.LOST ? Result.LOST : Result.NOT_EXECUTED, link, method.name(),
                        call.timeoutNs(), call.id(), 0);
            }
            PayloadCompression.restore(call.request());
        }
    }

    /**
     * Makes a reply plain.
     * @throws RpcException if it is damaged or too long
     */
    void inflate(String method, InboundFrame reply) {
        if (maxMessageLength == NOT_INFLATED || !PayloadCompression.isCompressed(reply)) {
            return;
        }
        try {
            if (!PayloadCompression.inflate(reply, maxMessageLength)) {
                throw new RpcException(RpcStatus.RESOURCE_EXHAUSTED, Outcome.ANSWERED, "reply of " + method
                        + " is too long: more than " + maxMessageLength + " bytes when inflated (maxMessageLength)",
                        null);
            }
        }
        catch (IOException damaged) {
            throw new RpcException(RpcStatus.INTERNAL, Outcome.ANSWERED,
                    "reply of " + method + " cannot be inflated: " + damaged.getMessage(), damaged);
        }
    }

    /** Waits for a connection; throws why there is none. */
    ClientLink awaitLink(Session<ClientLink> session, String method, long deadlineNs, long timeoutNs,
            boolean waitForReady) {
        session.dialIfIdle();
        FirstCall.prepare();
        try {
            ClientLink link = session.await(deadlineNs, waitForReady);
            if (link == null) {
                throw errors.notConnected(method, timeoutNs, session.failure());
            }
            return link;
        }
        catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw errors.interruptedBefore(method);
        }
    }

    /**
     * A server that is about to stop refuses calls that crossed its GOAWAY: another
     * connection may take them.
     */
    static boolean wasRefusedByDraining(ClientLink link, InboundFrame reply) {
        return link.isDraining() && FrameReader.type(reply) == FrameType.ERROR
                && FrameReader.status(reply) == RpcStatus.UNAVAILABLE
                && FrameReader.outcome(reply) == Outcome.NOT_EXECUTED;
    }

}
