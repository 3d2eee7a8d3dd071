package io.github.shmrpc.server;

import io.github.shmrpc.CallKind;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.protocol.FrameDescriptor;
import io.github.shmrpc.protocol.FrameReader;
import io.github.shmrpc.server.ServerConnection.BoundMethod;
import io.github.shmrpc.transport.InboundFrame;
import org.jspecify.annotations.Nullable;

/**
 * Why a request is not served, as its header already tells. What may work later is not
 * executed, so that it is safe and sensible to try again; what never will is answered.
 *
 * @param status of the answer
 * @param outcome of the answer
 * @param text for the caller
 */
record Refusal(RpcStatus status, Outcome outcome, String text) {

    static final Refusal STOPPING = new Refusal(RpcStatus.UNAVAILABLE, Outcome.NOT_EXECUTED, "server is stopping");

    static final Refusal EXECUTOR_FULL = new Refusal(RpcStatus.RESOURCE_EXHAUSTED, Outcome.NOT_EXECUTED,
            "executor of the server is full: raise its threads, or call less at a time");

    static final Refusal THREADS_HELD_UP = new Refusal(RpcStatus.RESOURCE_EXHAUSTED, Outcome.NOT_EXECUTED,
            "all polling threads of the server are held up by handlers, and as many calls as may wait for them:"
                    + " raise rescueThreads, let methods that block run in the executor, or call less at a time");

    static final Refusal QUEUE_FULL = new Refusal(RpcStatus.RESOURCE_EXHAUSTED, Outcome.NOT_EXECUTED,
            "too many calls wait for the thread that polls the server: call less at a time");

    static final Refusal SERIAL_QUEUE_FULL = new Refusal(RpcStatus.RESOURCE_EXHAUSTED, Outcome.NOT_EXECUTED,
            "too many calls wait for earlier ones with their keys: call less at a time");

    static final Refusal LANE_FULL = new Refusal(RpcStatus.RESOURCE_EXHAUSTED, Outcome.NOT_EXECUTED,
            "too many calls wait for earlier ones with the same key: call less at a time");

    private static final int STREAM_FLAGS = FrameDescriptor.FLAG_CALLER_STREAMS | FrameDescriptor.FLAG_CALLEE_STREAMS;

    static @Nullable Refusal of(ServerConnection peer, BoundMethod method, InboundFrame frame, ServerOptions options) {
        if (method.binding() == null) {
            return new Refusal(RpcStatus.UNIMPLEMENTED, Outcome.ANSWERED, method.problem());
        }
        int streams = FrameReader.flags(frame) & STREAM_FLAGS;
        if (streams != method.binding().forFlags(streams).streamFlags()) {
            CallKind called = CallKind.of((streams & FrameDescriptor.FLAG_CALLER_STREAMS) != 0,
                    (streams & FrameDescriptor.FLAG_CALLEE_STREAMS) != 0);
            return new Refusal(RpcStatus.UNIMPLEMENTED, Outcome.ANSWERED,
                    method.name() + " is " + method.binding().kind() + " here and was called as " + called
                            + ": caller and server have different contracts");
        }
        if (peer.isFull()) {
            return new Refusal(RpcStatus.RESOURCE_EXHAUSTED, Outcome.NOT_EXECUTED,
                    "too many calls in flight on this connection: at most " + options.maxCalls());
        }
        int length = FrameReader.payloadLength(frame);
        if (length > options.maxMessageLength()) {
            return new Refusal(RpcStatus.RESOURCE_EXHAUSTED, Outcome.ANSWERED,
                    "request is too long: " + length + " bytes, at most " + options.maxMessageLength());
        }
        return null;
    }

}
