package io.github.shmrpc.client;

import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.client.link.ClientLink;
import io.github.shmrpc.session.Session;
import io.github.shmrpc.stream.ConnectionStreams;
import io.github.shmrpc.stream.InboundStream;
import io.github.shmrpc.stream.OutboundStream;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.ProtocolException;
import org.jspecify.annotations.Nullable;

/**
 * A call with a stream in one direction or both. Its future completes with the call: with
 * the reply, or with {@code null} after the last message of the server's stream.
 * <p>
 * The application's code (subscribers, publishers) runs in the channel's executor and not
 * where replies are polled, so that slow code holds up no other call. A thread that reads
 * an {@link io.github.shmrpc.RpcStream} polls for itself.
 */
final class StreamCall extends AsyncCall {

    private final ClientMethod method;

    private final CallOptions options;

    private final Executor executor;

    private final Flow.@Nullable Publisher<?> requests;

    private final @Nullable InboundStream replies;

    private final long connectDeadlineNs;

    // Set by the sender, once.
    private volatile @Nullable OutboundStream outbound;

    /**
     * A call that was not sent yet.
     * @param call its times
     * @param method of a kind with a stream
     * @param options of the call
     * @param executor runs the application's code
     * @param requests what to send, {@code null} if the request is a message
     */
    StreamCall(Times call, ClientMethod method, Session<ClientLink> session, UnaryCalls calls, CallOptions options,
            Executor executor, Flow.@Nullable Publisher<?> requests) {
        super(method, session, calls, call.timeoutNs, call.deadlineNs, options);
        this.method = method;
        this.options = options;
        this.executor = executor;
        this.requests = requests;
        this.connectDeadlineNs = call.connectDeadlineNs;
        this.replies = method.key().kind().calleeStreams()
                ? new InboundStream(false, (frame) -> decode(calls, frame), new RepliesOwner()) : null;
    }

    /**
     * When a call's time is up.
     *
     * @param timeoutNs the whole of it
     * @param deadlineNs until when the call may take
     * @param connectDeadlineNs until when it waits for a connection
     */
    record Times(long timeoutNs, long deadlineNs, long connectDeadlineNs) {
    }

    /** Follows the call's end. Before it is sent. */
    @SuppressWarnings("FutureReturnValueIgnored") // Throws nothing.
    void begin() {
        future().whenComplete((reply, failure) -> ended(failure));
    }

    /** The server's messages. */
    InboundStream replies() {
        if (replies == null) {
            throw new IllegalStateException(method + " replies with one message");
        }
        return replies;
    }

    @Override
    long connectDeadlineNs() {
        return connectDeadlineNs;
    }

    private Object decode(UnaryCalls calls, InboundFrame frame) {
        calls.inflate(name(), frame);
        return method.decodeMessage(frame);
    }

    // -- The caller's messages

    @Override
    void sent(ClientLink link) {
        if (requests == null) {
            return;
        }
        isExecuted();
        OutboundStream sending = new OutboundStream(link.streams(), id(), false,
                (message, frame, callId, fromCallee) -> {
                    method.encodeMessage(message, options, frame, callId);
                    link.compressIfLong(frame);
                }, new RequestsListener(link.streams(), id()));
        outbound = sending;
        if (future().isDone()) {
            // After it was set. Pairs with ended().
            sending.cancel();
        }
        executor.execute(() -> requests.subscribe(sending));
    }

    @Override
    protected void onCredit(int bytes) throws ProtocolException {
        OutboundStream sending = outbound;
        if (sending == null) {
            super.onCredit(bytes);
        }
        else if (sending.allow(bytes)) {
            executor.execute(sending::resume);
        }
    }

    // -- The server's messages

    @Override
    protected void onMessage(ConnectionStreams from, InboundFrame frame) throws ProtocolException {
        InboundStream stream = replies;
        if (stream == null) {
            super.onMessage(from, frame);
            return;
        }
        isExecuted();
        switch (stream.message(from, frame)) {
            case KEPT -> {
            }
            case DELIVER -> executor.execute(stream);
            // Not here, as a server polls for all its peers.
            case WITHOUT_CREDIT -> executor.execute(() -> giveUp(new RpcException(RpcStatus.RESOURCE_EXHAUSTED,
                    Outcome.UNKNOWN, "the server sent a message of " + name() + " without credit", null)));
        }
    }

    /** Has a thread that reads stop polling when there is something to read. */
    @Override
    protected boolean isDone() {
        return super.isDone() || (replies != null && replies.hasNews());
    }

    // -- The end

    private void giveUp(RpcException failure) {
        fail(failure);
        giveUp();
    }

    private void ended(@Nullable Throwable failure) {
        OutboundStream sending = outbound;
        if (sending != null) {
            sending.cancel();
        }
        InboundStream stream = replies;
        if (stream != null && (isOfServer(failure) ? stream.complete(failure) : stream.abort(cause(failure)))) {
            executor.execute(stream);
        }
    }

    /** What the server ends does so after its messages. */
    private static boolean isOfServer(@Nullable Throwable failure) {
        return failure == null || (failure instanceof RpcException known ? known.outcome() == Outcome.ANSWERED
                : !(failure instanceof CancellationException));
    }

    private Throwable cause(@Nullable Throwable failure) {
        return (failure instanceof CancellationException || failure == null) ? new RpcException(RpcStatus.CANCELLED,
                Outcome.UNKNOWN, "the call of " + name() + " was cancelled", failure) : failure;
    }

    private final class RepliesOwner implements InboundStream.Owner {

        @Override
        public void closed() {
            future().cancel(false);
        }

        @Override
        public void failed(Throwable failure) {
            giveUp(failure instanceof RpcException known ? known : new RpcException(RpcStatus.CANCELLED,
                    Outcome.UNKNOWN, "the subscriber of " + name() + " has failed: " + failure, failure));
        }

        @Override
        public void help(long untilNs) {
            StreamCall.this.help(untilNs - deadlineNs() < 0 ? untilNs : deadlineNs());
        }

    }

    /** Of the caller's messages. */
    private final class RequestsListener implements OutboundStream.Listener {

        private final ConnectionStreams streams;

        private final long callId;

        RequestsListener(ConnectionStreams streams, long callId) {
            this.streams = streams;
            this.callId = callId;
        }

        @Override
        public void completed() {
            streams.halfClose(callId);
        }

        @Override
        public void failed(Throwable failure) {
            giveUp(failure instanceof RpcException known ? known : new RpcException(RpcStatus.CANCELLED,
                    Outcome.UNKNOWN, "the messages sent to " + name() + " failed: " + failure, failure));
        }

    }

}
