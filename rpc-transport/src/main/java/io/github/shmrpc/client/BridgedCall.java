package io.github.shmrpc.client;

import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.shmrpc.Metadata;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.client.link.BlockingCall;
import io.github.shmrpc.client.link.BlockingCalls;
import io.github.shmrpc.client.link.ClientLink;
import io.github.shmrpc.client.link.ClientLink.Result;
import io.github.shmrpc.client.link.DependentCall;
import io.github.shmrpc.protocol.FrameWriter;
import io.github.shmrpc.session.Session;
import io.github.shmrpc.stream.ConnectionStreams;
import io.github.shmrpc.stream.InboundStream;
import io.github.shmrpc.stream.OutboundStream;
import io.github.shmrpc.stream.OutgoingMessage;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.OutboundFrame;
import io.github.shmrpc.transport.ProtocolException;
import org.jspecify.annotations.Nullable;

/**
 * A call of a {@link BridgedMethod} that nobody waits for. Like other asynchronous calls
 * it is sent again on another connection if it was certainly not executed, unless it
 * streams or is long.
 */
public final class BridgedCall extends DependentCall {

    /** Is told how a call goes on. Not on threads of the application's: short. */
    public interface Listener {

        /**
         * Where the caller's messages come from, if it streams.
         * @return subscribed to once, when the call was sent
         */
        Flow.Publisher<OutgoingMessage> requests();

        /**
         * Metadata has come ahead of the answer.
         * @param headers valid during this call
         */
        void onHeaders(InboundFrame headers);

        /**
         * The server has ended the call.
         * @param reply RESPONSE or ERROR, as it came; the listener's own
         */
        void onReply(InboundFrame reply);

        /**
         * The call has ended without an answer of the server.
         * @param failure why
         */
        void onFailure(RpcException failure);

        /**
         * A message of the caller's cannot be sent. The call goes on.
         * @param failure why
         */
        void onUnsendable(Throwable failure);

        /**
         * There is something to deliver.
         * @param messages to be run by a thread of the application's
         */
        void deliver(Runnable messages);

    }

    private final MethodKey method;

    private final Session<ClientLink> session;

    private final UnaryCalls calls;

    private final RoomLine roomLine;

    private final Listener listener;

    private final BridgedMethod.Begin begin;

    private final @Nullable InboundStream messages;

    private final AtomicBoolean ended = new AtomicBoolean();

    // Set by the sender, once.
    private volatile @Nullable OutboundStream outbound;

    // One thread after the other, as the call is sent from place to place.
    private byte @Nullable [] kept;

    // Written before it is in line, read by any thread.
    private volatile RoomLine.@Nullable Standing standing;

    BridgedCall(MethodKey method, Session<ClientLink> session, UnaryCalls calls, RoomLine roomLine, Listener listener,
            BridgedMethod.Begin begin) {
        super(System.nanoTime() + Math.min(begin.timeoutNs(), BridgedMethod.NO_TIMEOUT));
        this.method = method;
        this.session = session;
        this.calls = calls;
        this.roomLine = roomLine;
        this.listener = listener;
        this.begin = begin;
        this.messages = method.kind().calleeStreams() ? new InboundStream(false, (frame) -> frame, new MessagesOwner())
                : null;
    }

    byte codec() {
        return begin.codec();
    }

    Metadata metadata() {
        return begin.metadata();
    }

    /**
     * The server's messages, as frames.
     * @return to be subscribed to before the call is started
     * @throws IllegalStateException if the server does not stream
     */
    public InboundStream messages() {
        if (messages == null) {
            throw new IllegalStateException(method.name() + " replies with one message");
        }
        return messages;
    }

    /**
     * Gives the call up, and tells the server. Nothing more is told of it. Any thread,
     * any number of times.
     * @return false if it has ended already
     */
    public boolean cancel() {
        boolean first = end();
        if (first) {
            giveUp();
        }
        return first;
    }

    // -- Sending

    void start(OutboundFrame request) {
        ClientLink link = session.current();
        if (link == null || (request.frameLength() <= AsyncCall.MAX_KEPT && !method.kind().callerStreams())) {
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

    private void send(ClientLink link, OutboundFrame request) {
        if (!begin.holdsUp() && roomLine.isOccupied()) {
            standInLine(request);
            return;
        }
        long remainingNs = deadlineNs() - System.nanoTime();
        if (remainingNs <= 0) {
            fail(calls.errors().notConnected(method.name(), begin.timeoutNs(), session.failure()));
            return;
        }
        Result result = begin.holdsUp() ? link.start(this, request, method.id(), method.name(), remainingNs)
                : link.startIfRoom(this, request, method.id(), method.name(), remainingNs);
        if (result == Result.NO_ROOM && !begin.holdsUp()) {
            standInLine(request);
        }
        else {
            sent(link, result, request.frameLength());
        }
    }

    private void sent(ClientLink link, Result result, int length) {
        if (result == Result.NOT_EXECUTED && kept != null) {
            awaitLink();
        }
        else if (result != Result.REPLIED) {
            fail(calls.errors().of(result, link, method.name(), begin.timeoutNs(), id(), length));
        }
        else if (ended.get()) {
            // Ended while it was not in flight yet.
            giveUp();
        }
        else if (method.kind().callerStreams()) {
            sendMessages(link);
        }
    }

    // -- Waiting for room

    private void standInLine(OutboundFrame request) {
        OutboundFrame copy = new OutboundFrame(request.frameLength());
        request.copyTo(copy);
        RoomLine.Standing last = new RoomLine.Standing(this, copy);
        standing = last;
        if (!roomLine.add(last)) {
            fail(calls.errors().tooMuchWaits(method.name(), roomLine.maxBytes()));
        }
        else if (ended.get()) {
            // After it was added. Pairs with end().
            roomLine.leave(last);
        }
    }

    /**
     * Sends it, as the first of those that wait for room. By who looks for that.
     * @param first its place
     * @return false if there is no room yet; else the place was left
     */
    boolean sendInTurn(RoomLine.Standing first) {
        OutboundFrame request = first.request();
        if (request == null || ended.get()) {
            roomLine.leave(first);
            return true;
        }
        try {
            return sendInTurn(first, request);
        }
        catch (RuntimeException | Error unexpected) {
            roomLine.leave(first);
            fail(new RpcException(RpcStatus.INTERNAL, Outcome.UNKNOWN, "call failed: " + unexpected, unexpected));
            return true;
        }
    }

    private boolean sendInTurn(RoomLine.Standing first, OutboundFrame request) {
        ClientLink link = session.current();
        if (link == null) {
            kept = Arrays.copyOf(request.array(), request.length());
            roomLine.leave(first);
            awaitLink();
            return true;
        }
        long remainingNs = deadlineNs() - System.nanoTime();
        Result result = remainingNs <= 0 ? Result.NO_ROOM
                : link.startIfRoom(this, request, method.id(), method.name(), remainingNs);
        if (result == Result.NO_ROOM) {
            return false;
        }
        // It may have another place by now, as it is on its way already.
        roomLine.leave(first);
        sent(link, result, request.frameLength());
        return true;
    }

    /** Ends it if its time is up. By who looks for room, while there is none. */
    void expireInLine(long nowNs) {
        ClientLink link = session.current();
        if (link != null && deadlineNs() - nowNs <= 0) {
            fail(calls.errors().of(Result.NO_ROOM, link, method.name(), begin.timeoutNs(), 0, 0));
        }
    }

    // -- The caller's messages

    private void sendMessages(ClientLink link) {
        kept = null;
        OutboundStream sending = new OutboundStream(link.streams(), id(), false,
                (message, frame, callId, fromCallee) -> {
                    FrameWriter.beginMessage(frame, callId, begin.codec(), false);
                    ((OutgoingMessage) message).writeTo(frame);
                    requireLength(frame, link.maxFrameLength());
                }, new RequestsListener(link.streams(), id()));
        outbound = sending;
        if (ended.get()) {
            // After it was set. Pairs with end().
            sending.cancel();
        }
        listener.requests().subscribe(sending);
    }

    private void requireLength(OutboundFrame frame, int longest) {
        if (frame.frameLength() > longest) {
            throw new RpcException(RpcStatus.RESOURCE_EXHAUSTED, Outcome.UNKNOWN, "message of " + method.name()
                    + " is too long: " + frame.frameLength() + " bytes, the server takes " + longest, null);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // What is run then throws nothing.
    private void awaitLink() {
        CompletableFuture<ClientLink> ready = session.whenReady(begin.waitForReady());
        if (!ready.isDone()) {
            ready.orTimeout(Math.max(0, deadlineNs() - System.nanoTime()), TimeUnit.NANOSECONDS);
        }
        ready.whenComplete((link, failure) -> {
            if (failure != null) {
                fail(failure instanceof RpcException known ? known
                        : calls.errors().notConnected(method.name(), begin.timeoutNs(), session.failure()));
            }
            else if (!ended.get()) {
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
            fail(new RpcException(RpcStatus.INTERNAL, Outcome.UNKNOWN, "call failed: " + unexpected, unexpected));
        }
        finally {
            BlockingCalls.release(scratch);
        }
    }

    // -- Receiving

    @Override
    protected void onHeaders(InboundFrame frame) {
        kept = null;
        if (!ended.get()) {
            listener.onHeaders(frame);
        }
    }

    @Override
    protected void onMessage(ConnectionStreams from, InboundFrame frame) throws ProtocolException {
        InboundStream stream = messages;
        if (stream == null) {
            super.onMessage(from, frame);
            return;
        }
        kept = null;
        switch (stream.message(from, frame)) {
            case KEPT -> {
            }
            case DELIVER -> listener.deliver(stream);
            case WITHOUT_CREDIT -> {
                fail(new RpcException(RpcStatus.RESOURCE_EXHAUSTED, Outcome.UNKNOWN,
                        "the server sent a message of " + method.name() + " without credit", null));
                giveUp();
            }
        }
    }

    @Override
    protected void onCredit(int bytes) throws ProtocolException {
        OutboundStream sending = outbound;
        if (sending == null) {
            super.onCredit(bytes);
        }
        else if (sending.allow(bytes)) {
            sending.resume();
        }
    }

    @Override
    protected void onReply(ClientLink link, InboundFrame frame) {
        if (kept != null && UnaryCalls.wasRefusedByDraining(link, frame)) {
            awaitLink();
            return;
        }
        InboundFrame reply = new InboundFrame(frame.hasBody() ? frame.length() : frame.frameLength());
        if (frame.hasBody()) {
            frame.gather();
            reply.swap(frame);
        }
        else {
            reply.append(frame.array(), 0, frame.length());
        }
        if (end()) {
            listener.onReply(reply);
            InboundStream stream = messages;
            if (stream != null && stream.complete(null)) {
                listener.deliver(stream);
            }
        }
    }

    @Override
    protected void onLost(ClientLink link, boolean executed) {
        if (kept != null && !executed && !ended.get()) {
            awaitLink();
        }
        else {
            fail(calls.errors()
                .of(executed ? Result.LOST : Result.NOT_EXECUTED, link, method.name(), begin.timeoutNs(), id(), 0));
        }
    }

    @Override
    protected void onExpired(ClientLink link) {
        fail(calls.errors().of(Result.EXPIRED, link, method.name(), begin.timeoutNs(), id(), 0));
    }

    @Override
    protected boolean isDone() {
        return ended.get();
    }

    // -- The end

    private void fail(RpcException failure) {
        if (end()) {
            listener.onFailure(failure);
            InboundStream stream = messages;
            if (stream != null && stream.abort(failure)) {
                listener.deliver(stream);
            }
        }
    }

    private boolean end() {
        boolean first = ended.compareAndSet(false, true);
        RoomLine.Standing last = standing;
        if (last != null) {
            // It may not be there yet. Pairs with standInLine().
            roomLine.leave(last);
        }
        OutboundStream sending = outbound;
        if (first && sending != null) {
            sending.cancel();
        }
        return first;
    }

    private final class MessagesOwner implements InboundStream.Owner {

        @Override
        public void closed() {
            cancel();
        }

        @Override
        public void failed(Throwable failure) {
            // The subscriber is the bridge, which tells of its own failures itself.
            cancel();
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
            listener.onUnsendable(failure);
        }

    }

}
