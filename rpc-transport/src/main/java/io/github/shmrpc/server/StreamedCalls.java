package io.github.shmrpc.server;

import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.CurrentCall;
import io.github.shmrpc.Dispatch;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.contract.StreamType;
import io.github.shmrpc.protocol.FrameReader;
import io.github.shmrpc.protocol.FrameType;
import io.github.shmrpc.stream.InboundStream;
import io.github.shmrpc.stream.OutboundStream;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.ProtocolException;
import org.jspecify.annotations.Nullable;

/**
 * Serves the streams of calls: opens them, takes in their frames, and runs the code of
 * handlers that these set going, where the method's dispatch says.
 */
final class StreamedCalls {

    private final CallRunner runner;

    private final Executor executor;

    /**
     * The streams of a server.
     * @param runner answers the calls
     * @param executor for methods with {@link Dispatch#EXECUTOR}
     */
    StreamedCalls(CallRunner runner, Executor executor) {
        this.runner = runner;
        this.executor = executor;
    }

    // -- In the poll role

    /** Gives a call its streams. Before others can find it. */
    void open(ServerCall call) {
        MethodBinding binding = call.binding();
        InboundStream inbound = binding.kind().callerStreams()
                ? new InboundStream(true, (frame) -> decode(call, frame), new InboundOwner(call)) : null;
        OutboundStream outbound = null;
        if (binding.kind().calleeStreams()) {
            byte codec = binding.messageCodec(call.codec());
            outbound = new OutboundStream(call.connection().streams(), call.callId(), true,
                    (message, frame, callId, fromCallee) -> runner.encodeMessage(call, message, codec, frame),
                    new OutboundListener(call));
        }
        call.streams(new CallStreams(inbound, outbound));
        call.onPeerCancel(() -> cancelled(call));
    }

    private Object decode(ServerCall call, InboundFrame frame) {
        runner.inflate(call, frame);
        return call.binding().decodeMessage(frame);
    }

    /**
     * Takes in a frame of a stream.
     * @param type MESSAGE, HALF_CLOSE or CREDIT
     * @return what is to be run after the role, {@code null} if nothing is
     */
    @Nullable StreamTask accept(byte type, ServerConnection peer, InboundFrame frame) throws ProtocolException {
        ServerCall call = peer.find(FrameReader.callId(frame));
        CallStreams streams = (call == null) ? null : call.streams();
        return switch (type) {
            case FrameType.MESSAGE -> message(peer, call, streams == null ? null : streams.inbound(), frame);
            case FrameType.HALF_CLOSE -> halfClose(call, streams == null ? null : streams.inbound());
            default -> credit(peer, call, streams == null ? null : streams.outbound(), frame);
        };
    }

    private @Nullable StreamTask message(ServerConnection peer, @Nullable ServerCall call,
            @Nullable InboundStream inbound, InboundFrame frame) throws ProtocolException {
        long cost = FrameReader.cost(frame);
        peer.streams().received(cost);
        if (call == null || inbound == null) {
            // Of a call that is over.
            peer.streams().taken(cost);
            return null;
        }
        return switch (inbound.message(peer.streams(), frame)) {
            case KEPT -> null;
            case DELIVER -> new StreamTask(call, inbound);
            case WITHOUT_CREDIT ->
                new StreamTask(null, () -> failed(call, new RpcException(RpcStatus.RESOURCE_EXHAUSTED, Outcome.ANSWERED,
                        "a message of " + call.method() + " was sent without credit", null)));
        };
    }

    private @Nullable StreamTask halfClose(@Nullable ServerCall call, @Nullable InboundStream inbound) {
        return (call != null && inbound != null && inbound.complete(null)) ? new StreamTask(call, inbound) : null;
    }

    private @Nullable StreamTask credit(ServerConnection peer, @Nullable ServerCall call,
            @Nullable OutboundStream outbound, InboundFrame frame) throws ProtocolException {
        if (FrameReader.callId(frame) == 0) {
            return peer.streams().allow(FrameReader.credit(frame)) ? new StreamTask(null, peer.streams()::resume)
                    : null;
        }
        if (call == null || outbound == null) {
            return null;
        }
        return outbound.allow(FrameReader.credit(frame)) ? new StreamTask(call, outbound::resume) : null;
    }

    // -- After it

    /** Runs a handler's code where its method runs. */
    private void run(ServerCall call, Runnable code) {
        if (!runsInExecutor(call)) {
            runAsCall(call, code);
            return;
        }
        try {
            executor.execute(() -> runAsCall(call, code));
        }
        catch (RejectedExecutionException full) {
            failed(call, new RpcException(RpcStatus.RESOURCE_EXHAUSTED, Outcome.ANSWERED, Refusal.EXECUTOR_FULL.text(),
                    full));
        }
    }

    private static boolean runsInExecutor(ServerCall call) {
        Dispatch dispatch = call.binding().dispatch();
        return dispatch == Dispatch.EXECUTOR || dispatch == Dispatch.SERIAL;
    }

    private static void runAsCall(ServerCall call, Runnable code) {
        CallContext outer = CurrentCall.set(call);
        try {
            code.run();
        }
        finally {
            CurrentCall.set(outer);
        }
    }

    /**
     * Sends what a handler returned.
     * @param call begun
     * @param result as the handler returned it
     */
    void answer(ServerCall call, @Nullable Object result) {
        StreamType type = Objects.requireNonNull(call.binding().replyStream());
        if (result == null) {
            throw new IllegalStateException("Handler of " + call.method() + " returned null instead of its messages");
        }
        CallStreams streams = call.streams();
        OutboundStream outbound = (streams == null) ? null : streams.outbound();
        Flow.Publisher<?> messages = type.publisher(result);
        runner.answersLater(call);
        subscribeAsCall(call, messages, outbound != null ? outbound : new OnlyMessage(call));
    }

    /**
     * What a handler returned may do its work only now.
     */
    private static void subscribeAsCall(ServerCall call, Flow.Publisher<?> messages,
            Flow.Subscriber<Object> subscriber) {
        CurrentCall.Slot slot = CurrentCall.slot();
        CallContext outer = slot.enter(call);
        try {
            messages.subscribe(subscriber);
        }
        finally {
            if (slot.leave(outer)) {
                call.binding().contextAsked();
            }
        }
    }

    private void cancelled(ServerCall call) {
        CallStreams streams = call.streams();
        if (streams != null) {
            streams.cancel();
            if (streams.outbound() != null && call.answer()) {
                // What its handler sent is stopped, so nobody else will end it.
                call.observeEnd(RpcStatus.CANCELLED);
                runner.finish(call);
            }
        }
    }

    private void failed(ServerCall call, Throwable failure) {
        if (call.answer()) {
            runner.answer(call, null, failure);
        }
    }

    /** Code of a handler, or of several, that a frame of a stream has set going. */
    final class StreamTask implements Runnable {

        private final @Nullable ServerCall call;

        private final Runnable code;

        /**
         * What is to be run.
         * @param call whose handler it is, {@code null} if it runs in the current thread
         * whatever its dispatch says
         * @param code may run for any time
         */
        StreamTask(@Nullable ServerCall call, Runnable code) {
            this.call = call;
            this.code = code;
        }

        /** Whether it may hold up the thread that runs it. */
        boolean mayBlock() {
            return call == null || (!runsInExecutor(call) && call.binding().dispatch() != Dispatch.INLINE);
        }

        @Override
        public void run() {
            if (call == null) {
                code.run();
            }
            else {
                StreamedCalls.this.run(call, code);
            }
        }

    }

    /** Of the caller's messages. */
    private final class InboundOwner implements InboundStream.Owner {

        private final ServerCall call;

        InboundOwner(ServerCall call) {
            this.call = call;
        }

        @Override
        public void closed() {
            // The handler wants no more, and may still answer.
        }

        @Override
        public void failed(Throwable failure) {
            StreamedCalls.this.failed(call, failure);
        }

    }

    /** Of the handler's messages. */
    private final class OutboundListener implements OutboundStream.Listener {

        private final ServerCall call;

        OutboundListener(ServerCall call) {
            this.call = call;
        }

        @Override
        public void completed() {
            if (call.answer()) {
                runner.answer(call, null, null);
            }
        }

        @Override
        public void failed(Throwable failure) {
            StreamedCalls.this.failed(call, failure);
        }

    }

    /** Takes the one message of a publisher as the reply of a unary call. */
    private final class OnlyMessage implements Flow.Subscriber<Object> {

        private final ServerCall call;

        private @Nullable Object reply;

        OnlyMessage(ServerCall call) {
            this.call = call;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            call.onPeerCancel(subscription::cancel);
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(Object message) {
            reply = message;
        }

        @Override
        public void onError(Throwable failure) {
            StreamedCalls.this.failed(call, failure);
        }

        @Override
        public void onComplete() {
            if (call.answer()) {
                runner.answer(call, reply, null);
            }
        }

    }

}
