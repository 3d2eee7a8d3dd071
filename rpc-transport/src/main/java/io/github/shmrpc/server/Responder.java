package io.github.shmrpc.server;

import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.codec.CodecException;
import io.github.shmrpc.protocol.FrameDescriptor;
import io.github.shmrpc.protocol.FramePool;
import io.github.shmrpc.protocol.FrameWriter;
import io.github.shmrpc.protocol.PayloadCompression;
import io.github.shmrpc.transport.ConnectionClosedException;
import io.github.shmrpc.transport.OutboundFrame;
import org.jspecify.annotations.Nullable;

/**
 * Encodes answers and sends them off. Never blocks. Has one frame, so it is for one
 * thread at a time: each polling thread has its own, others take one for an answer and
 * {@link #release} it.
 */
final class Responder {

    private static final int TRIM_ABOVE = 2 * 1024 * 1024;

    private final FramePool frames;

    private final ServerCounters counters;

    private final int maxMessageLength;

    private final int maxMetadataLength;

    private final InPlaceReply inPlace;

    private OutboundFrame frame;

    Responder(FramePool frames, ServerCounters counters, int maxMessageLength, int maxMetadataLength) {
        this.frames = frames;
        this.counters = counters;
        this.maxMessageLength = maxMessageLength;
        this.maxMetadataLength = maxMetadataLength;
        this.inPlace = new InPlaceReply(maxMetadataLength);
        this.frame = frames.take();
    }

    /** Drops memory that a large answer has left, before the thread rests. */
    void trim() {
        frame.trim();
    }

    /** The frame goes back to the pool. */
    void release() {
        frames.give(frame);
    }

    /**
     * Answers a call with its reply; with an error if the reply cannot be sent.
     * @param call not yet answered
     * @param reply what the handler returned
     */
    void reply(ServerCall call, @Nullable Object reply) {
        if (call.isOneWay()) {
            call.observeEnd(RpcStatus.OK);
            return;
        }
        if (failIfLate(call)) {
            return;
        }
        MethodBinding binding = call.binding();
        byte codec = binding.replyCodec(call.codec());
        try {
            FrameWriter.beginResponse(frame, call.callId(), codec, call.responseMetadata(), maxMetadataLength);
            binding.encode(reply, codec, frame);
        }
        catch (CodecException unencodable) {
            fail(call, RpcStatus.INTERNAL, Outcome.ANSWERED,
                    "reply of " + binding.name() + " cannot be encoded: " + unencodable.getMessage());
            return;
        }
        int length = FrameWriter.payloadLength(frame);
        int limit = Math.min(maxMessageLength,
                call.connection().connection().maxFrameLength() - (frame.frameLength() - length));
        if (length > limit) {
            fail(call, RpcStatus.RESOURCE_EXHAUSTED, Outcome.ANSWERED,
                    "reply of " + binding.name() + " is too long: " + length + " bytes, at most " + limit);
            return;
        }
        if (length > call.connection().compressAbove()) {
            PayloadCompression.compress(frame);
        }
        send(call.connection());
        call.observeEnd(RpcStatus.OK);
    }

    /**
     * Has a handler write its reply, and sends it.
     * @param call not yet answered; its method takes a reply buffer
     * @param request as the handler gets it
     * @throws Throwable what the handler throws; the call is not answered then
     */
    void replyInPlace(ServerCall call, @Nullable Object request) throws Throwable {
        inPlace.begin(call, frame, limit(call));
        try {
            call.binding().invoke(call, request, inPlace);
            inPlace.end();
        }
        finally {
            inPlace.close();
        }
        if (!call.isOneWay()) {
            send(call.connection());
        }
        call.observeEnd(RpcStatus.OK);
    }

    private int limit(ServerCall call) {
        return Math.min(maxMessageLength,
                call.connection().connection().maxFrameLength() - FrameDescriptor.HEADER_LENGTH);
    }

    /**
     * Answers a call whose handler was told that its deadline has passed with what its
     * caller says as well, whoever of the two is first.
     * @param call not yet answered
     * @return false if it is not late, and not answered
     */
    boolean failIfLate(ServerCall call) {
        boolean late = call.isMarkedCancelled() && call.deadline().isExpired();
        if (late) {
            fail(call, RpcStatus.DEADLINE_EXCEEDED, Outcome.UNKNOWN,
                    "deadline has passed while " + call.method() + " ran");
        }
        return late;
    }

    /** Answers a call with an error. */
    void fail(ServerCall call, RpcStatus status, Outcome outcome, String text) {
        if (call.isOneWay()) {
            counters.error(status);
        }
        else if (!call.responseMetadata().isEmpty()) {
            fail(call, new RpcException(status, outcome, text, null), outcome);
        }
        else {
            fail(call.connection(), call.callId(), status, outcome, text);
        }
        call.observeEnd(status);
    }

    /**
     * Answers a call with an exception that is its answer.
     * @return whether its details and metadata had room; what has not is left out
     */
    boolean fail(ServerCall call, RpcException failure) {
        // What a call of the handler's own knows of its execution says nothing of this
        // one.
        return fail(call, failure, Outcome.ANSWERED);
    }

    private boolean fail(ServerCall call, RpcException failure, Outcome outcome) {
        counters.error(failure.status());
        if (call.isOneWay()) {
            call.observeEnd(failure.status());
            return true;
        }
        boolean whole = FrameWriter.error(frame, call.callId(), outcome, failure, call.responseMetadata(),
                call.connection().connection().maxFrameLength());
        send(call.connection());
        call.observeEnd(failure.status());
        return whole;
    }

    /** The same for a call that did not begin. */
    void refuse(ServerConnection connection, long callId, Refusal refusal) {
        counters.rejected.increment();
        fail(connection, callId, refusal.status(), refusal.outcome(), refusal.text());
    }

    private void fail(ServerConnection connection, long callId, RpcStatus status, Outcome outcome, String text) {
        counters.error(status);
        FrameWriter.error(frame, callId, status, outcome, text);
        send(connection);
    }

    void pong(ServerConnection connection, long id) {
        FrameWriter.pong(frame, id);
        send(connection);
    }

    void goAway(ServerConnection connection, long lastCallId) {
        FrameWriter.goAway(frame, lastCallId);
        send(connection);
    }

    private void send(ServerConnection connection) {
        try {
            if (!connection.backlog().send(frame)) {
                frame = frames.take();
            }
            else if (frame.array().length > TRIM_ABOVE) {
                frame.trim();
            }
        }
        catch (ConnectionClosedException gone) {
            // Nobody waits for the answer any more; the poller reports the end of the
            // connection.
            frame.clear();
        }
    }

}
