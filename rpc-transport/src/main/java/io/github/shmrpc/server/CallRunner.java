package io.github.shmrpc.server;

import java.io.IOException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.CurrentCall;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.codec.CodecException;
import io.github.shmrpc.logging.RateLimitedLog;
import io.github.shmrpc.protocol.FramePool;
import io.github.shmrpc.protocol.FrameReader;
import io.github.shmrpc.protocol.FrameWriter;
import io.github.shmrpc.protocol.PayloadCompression;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.OutboundFrame;
import org.jspecify.annotations.Nullable;

/**
 * Serves one call from its frame to its answer, on whatever thread. Every way out of a
 * handler ends here in one answer, so a polling thread survives all of them.
 */
final class CallRunner {

    private static final int COPIED_LENGTH = 8 * 1024;

    private static final int FRESH_CAPACITY = 16 * 1024;

    private final FramePool frames;

    private final ServerCounters counters;

    private final RateLimitedLog log;

    private final Failures failures;

    private final StreamedCalls streamed;

    private final Runnable whenIdle;

    private final BridgedCalls bridged;

    private final int maxMessageLength;

    private final int maxMetadataLength;

    /**
     * Calls whose answer comes from no polling thread: in the executor, in the queue of
     * polled calls, or in a stage.
     */
    private final AtomicInteger pending = new AtomicInteger();

    CallRunner(ServerOptions options, FramePool frames, ServerCounters counters, Failures failures, RateLimitedLog log,
            Executor executor, Runnable whenIdle) {
        this.streamed = new StreamedCalls(this, executor);
        this.whenIdle = whenIdle;
        this.frames = frames;
        this.counters = counters;
        this.log = log;
        this.failures = failures;
        this.maxMessageLength = options.maxMessageLength();
        this.maxMetadataLength = options.maxMetadataLength();
        this.bridged = new BridgedCalls(this, maxMetadataLength);
    }

    Responder newResponder() {
        return new Responder(frames, counters, maxMessageLength, maxMetadataLength);
    }

    int pendingCount() {
        return pending.get();
    }

    /** How a call was left by {@link #run}. */
    enum Left {

        /** Answered, and nobody has seen its object. */
        ANSWERED,

        /** Answered, but its handler may have kept its context. */
        ANSWERED_AND_SEEN,

        /** To be answered by another thread. */
        PENDING

    }

    /**
     * Decodes, calls the handler and answers.
     * @param call begun
     * @param frame its REQUEST, validated
     * @param responder of this thread
     * @param slot of this thread
     * @return how the call was left
     */
    Left run(ServerCall call, InboundFrame frame, Responder responder, CurrentCall.Slot slot) {
        boolean seen = call.binding().usesContext();
        boolean writesReply = call.binding().writesReply();
        try {
            if (call.binding().bridge() != null) {
                return bridged.run(call, frame, responder, slot);
            }
            if (call.isExpired()) {
                responder.fail(call, RpcStatus.DEADLINE_EXCEEDED, Outcome.NOT_EXECUTED,
                        "deadline has passed before " + call.method() + " began");
                return Left.ANSWERED;
            }
            call.metadata(FrameReader.metadata(frame, maxMetadataLength));
            if (call.isCompressed()) {
                inflate(call, frame);
            }
            Object request = call.request(frame);
            CallContext outer = slot.enter(call);
            Object result = null;
            try {
                if (writesReply) {
                    responder.replyInPlace(call, request);
                }
                else {
                    result = call.binding().invoke(call, request, null);
                }
            }
            finally {
                if (slot.leave(outer)) {
                    seen = true;
                    call.binding().contextAsked();
                }
            }
            if (call.binding().replyStream() != null) {
                streamed.answer(call, result);
                return Left.PENDING;
            }
            if (result instanceof CompletionStage<?> stage && call.binding().isAsynchronous()) {
                answerLater(call, stage);
                return Left.PENDING;
            }
            if (result == null && call.binding().isAsynchronous()) {
                throw new IllegalStateException("Handler of " + call.method() + " returned null instead of a stage");
            }
            if (!writesReply) {
                responder.reply(call, result);
            }
        }
        catch (Throwable thrown) {
            seen |= failures.areHandled();
            answerFailure(responder, call, thrown);
        }
        if (seen) {
            call.end();
        }
        return seen ? Left.ANSWERED_AND_SEEN : Left.ANSWERED;
    }

    /**
     * Makes a compressed message plain; does nothing the second time.
     * @throws RpcException RESOURCE_EXHAUSTED or INVALID_ARGUMENT
     */
    void inflate(ServerCall call, InboundFrame frame) {
        if (!PayloadCompression.isCompressed(frame)) {
            return;
        }
        try {
            if (!PayloadCompression.inflate(frame, maxMessageLength)) {
                throw new RpcException(RpcStatus.RESOURCE_EXHAUSTED, Outcome.ANSWERED,
                        "request is too long: more than " + maxMessageLength + " bytes when inflated", null);
            }
        }
        catch (IOException damaged) {
            throw new RpcException(RpcStatus.INVALID_ARGUMENT, Outcome.ANSWERED,
                    "request of " + call.method() + " cannot be inflated: " + damaged.getMessage(), damaged);
        }
    }

    private void answerFailure(Responder responder, ServerCall call, Throwable thrown) {
        try {
            failures.answer(responder, call, thrown);
        }
        catch (Throwable worse) {
            // No memory even for the answer: its caller learns it from the end of the
            // connection, never by waiting.
            call.connection().connection().close();
        }
    }

    private void answerLater(ServerCall call, CompletionStage<?> stage) {
        answersLater(call);
        stage.whenComplete((reply, failure) -> answerOnce(call, reply, failure));
    }

    /** Counts and lists a call that is answered after its handler has returned. */
    void answersLater(ServerCall call) {
        pending.incrementAndGet();
        if (!call.connection().add(call)) {
            call.cancel(log);
        }
    }

    private void answerOnce(ServerCall call, @Nullable Object reply, @Nullable Throwable failure) {
        if (!call.answer()) {
            log.warn("twice:" + call.method(), "Handler of " + call.method() + " has completed its reply twice", null);
            throw new IllegalStateException("The call was answered already: " + call);
        }
        answer(call, reply, failure);
    }

    /**
     * Answers a call after its handler has returned.
     * @param call whose right to answer was claimed
     * @param reply of the handler, if it did not fail
     * @param failure of the handler, or {@code null}
     */
    void answer(ServerCall call, @Nullable Object reply, @Nullable Throwable failure) {
        Responder responder = newResponder();
        try {
            if (failure == null) {
                responder.reply(call, reply);
            }
            else {
                failures.answer(responder, call, failure);
            }
        }
        catch (Throwable thrown) {
            answerFailure(responder, call, thrown);
        }
        finally {
            responder.release();
            finish(call);
        }
    }

    /** A call that was counted is over. */
    void finish(ServerCall call) {
        CallStreams streams = call.streams();
        if (streams != null && !streams.end()) {
            return;
        }
        call.end();
        call.connection().remove(call);
        int left = pending.decrementAndGet();
        call.finished();
        if (left == 0) {
            whenIdle.run();
        }
    }

    /**
     * Writes a message of a stream.
     * @param call that it belongs to
     * @param message of the handler
     * @param codec from {@link MethodBinding#messageCodec}
     * @param frame becomes a whole MESSAGE
     * @throws RpcException if it cannot be encoded or is too long
     */
    void encodeMessage(ServerCall call, Object message, byte codec, OutboundFrame frame) {
        FrameWriter.beginMessage(frame, call.callId(), codec, true);
        try {
            call.binding().encode(message, codec, frame);
        }
        catch (CodecException unencodable) {
            throw new RpcException(RpcStatus.INTERNAL, Outcome.ANSWERED,
                    "message of " + call.method() + " cannot be encoded: " + unencodable.getMessage(), unencodable);
        }
        int length = FrameWriter.payloadLength(frame);
        if (length > maxMessageLength) {
            throw new RpcException(RpcStatus.RESOURCE_EXHAUSTED, Outcome.ANSWERED,
                    "message of " + call.method() + " is too long: " + length + " bytes, at most " + maxMessageLength,
                    null);
        }
        if (length > call.connection().compressAbove()) {
            PayloadCompression.compress(frame);
        }
    }

    FramePool frames() {
        return frames;
    }

    RateLimitedLog log() {
        return log;
    }

    int maxMetadataLength() {
        return maxMetadataLength;
    }

    void countError(RpcStatus status) {
        counters.error(status);
    }

    StreamedCalls streamed() {
        return streamed;
    }

    /**
     * Counts and lists a call that another thread will run. In the poll role.
     * @param call begun
     * @param frame its REQUEST; the polling thread's
     * @return the same as that thread's own
     */
    InboundFrame handOver(ServerCall call, InboundFrame frame) {
        pending.incrementAndGet();
        if (call.binding().kind().hasStream()) {
            open(call);
        }
        call.connection().add(call);
        return detached(frame);
    }

    private void open(ServerCall call) {
        if (call.binding().bridge() != null) {
            bridged.open(call);
        }
        else {
            streamed.open(call);
        }
    }

    /**
     * The other thread's own bytes: a copy, or the array itself where a copy would hold
     * up the poll role.
     */
    private static InboundFrame detached(InboundFrame frame) {
        if (frame.length() <= COPIED_LENGTH && !frame.hasBody()) {
            InboundFrame copy = new InboundFrame(frame.length());
            copy.append(frame.array(), 0, frame.length());
            return copy;
        }
        InboundFrame taken = new InboundFrame(FRESH_CAPACITY);
        taken.swap(frame);
        return taken;
    }

    /** Serves a call in the executor. */
    void runInExecutor(ServerCall call, InboundFrame frame) {
        Responder responder = newResponder();
        try {
            runHandedOver(call, frame, responder, CurrentCall.slot());
        }
        finally {
            responder.release();
        }
    }

    /** Serves a call that was handed over to the current thread. */
    void runHandedOver(ServerCall call, InboundFrame frame, Responder responder, CurrentCall.Slot slot) {
        Left left = Left.ANSWERED;
        try {
            if (call.isMarkedCancelled() || !call.connection().isOpen()) {
                responder.fail(call, RpcStatus.CANCELLED, Outcome.NOT_EXECUTED, "cancelled before it began");
            }
            else {
                left = run(call, frame, responder, slot);
            }
        }
        finally {
            frame.release();
            if (left == Left.PENDING) {
                // Counted once more by the stage.
                pending.decrementAndGet();
            }
            else {
                finish(call);
            }
        }
    }

    /** A call that was to be handed over cannot be. */
    void fail(ServerCall call, InboundFrame frame, Responder responder, Throwable failure) {
        try {
            frame.release();
            answerFailure(responder, call, failure);
        }
        finally {
            finish(call);
        }
    }

    /** Nobody will run a call that was to be handed over. */
    void refuse(ServerCall call, InboundFrame frame, Responder responder, Refusal refusal) {
        try {
            frame.release();
            counters.rejected.increment();
            responder.fail(call, refusal.status(), refusal.outcome(), refusal.text());
        }
        finally {
            finish(call);
        }
    }

}
