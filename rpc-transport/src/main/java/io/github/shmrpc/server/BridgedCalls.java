package io.github.shmrpc.server;

import java.util.Objects;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.CallKind;
import io.github.shmrpc.CurrentCall;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.protocol.FrameReader;
import io.github.shmrpc.server.CallRunner.Left;
import io.github.shmrpc.transport.InboundFrame;

/** Has calls served by a {@link CallBridge}. */
final class BridgedCalls {

    private final CallRunner runner;

    private final int maxMetadataLength;

    BridgedCalls(CallRunner runner, int maxMetadataLength) {
        this.runner = runner;
        this.maxMetadataLength = maxMetadataLength;
    }

    /** Gives a call its streams. In the poll role, before others can find it. */
    void open(ServerCall call) {
        ServedCall served = newCall(call);
        call.bridged(served);
        call.streams(served.streams());
    }

    private ServedCall newCall(ServerCall call) {
        CallKind kind = call.binding().kind();
        return new ServedCall(runner, call, kind.callerStreams(), kind.calleeStreams());
    }

    /**
     * Has the bridge serve a call, and answers it if that fails.
     * @return how the call was left
     */
    Left run(ServerCall call, InboundFrame frame, Responder responder, CurrentCall.Slot slot) {
        if (call.isExpired()) {
            responder.fail(call, RpcStatus.DEADLINE_EXCEEDED, Outcome.NOT_EXECUTED,
                    "deadline has passed before " + call.method() + " began");
            call.end();
            return Left.ANSWERED_AND_SEEN;
        }
        call.metadata(FrameReader.metadata(frame, maxMetadataLength));
        ServedCall opened = call.bridged();
        ServedCall served = opened != null ? opened : newCall(call);
        if (opened == null) {
            call.bridged(served);
        }
        CallContext outer = slot.enter(call);
        try {
            Objects.requireNonNull(call.binding().bridge()).serve(served, frame);
        }
        finally {
            slot.leave(outer);
        }
        if (served.isOver()) {
            call.end();
            return Left.ANSWERED_AND_SEEN;
        }
        runner.answersLater(call);
        if (!served.leave()) {
            runner.finish(call);
        }
        return Left.PENDING;
    }

}
