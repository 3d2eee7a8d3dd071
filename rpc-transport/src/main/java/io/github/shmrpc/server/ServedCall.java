package io.github.shmrpc.server;

import java.util.concurrent.Flow;

import io.github.shmrpc.CallKind;
import io.github.shmrpc.Deadline;
import io.github.shmrpc.Metadata;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.PeerInfo;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.protocol.FramePool;
import io.github.shmrpc.protocol.FrameWriter;
import io.github.shmrpc.stream.InboundStream;
import io.github.shmrpc.stream.OutboundStream;
import io.github.shmrpc.stream.OutgoingMessage;
import io.github.shmrpc.transport.ConnectionClosedException;
import io.github.shmrpc.transport.OutboundFrame;
import org.jspecify.annotations.Nullable;

/**
 * A call that a {@link CallBridge} serves. Answered once; answers after that, or after
 * its cancellation, are dropped. Any thread, where not said otherwise; frames of one call
 * are sent by one thread at a time.
 */
public final class ServedCall {

    /** Longest metadata of an error in bytes. */
    private static final int MAX_ERROR_METADATA_LENGTH = 32 * 1024;

    private final CallRunner runner;

    private final ServerCall call;

    private final @Nullable InboundStream inbound;

    private final @Nullable OutboundStream outbound;

    // Set by the bridge before it returns from serving.
    private volatile Runnable whenCancelled = () -> {
    };

    // Under the lock.
    private boolean left;

    private boolean over;

    private boolean cancelled;

    ServedCall(CallRunner runner, ServerCall call, boolean callerStreams, boolean calleeStreams) {
        this.runner = runner;
        this.call = call;
        this.inbound = callerStreams ? new InboundStream(true, (frame) -> frame, new MessagesOwner()) : null;
        this.outbound = calleeStreams ? new OutboundStream(call.connection().streams(), call.callId(), true,
                this::write, new RepliesListener()) : null;
    }

    // -- What came

    public String method() {
        return call.method();
    }

    public Metadata metadata() {
        return call.metadata();
    }

    /**
     * Which of its messages are streams.
     * @return never one-way
     */
    public CallKind kind() {
        return CallKind.of(inbound != null, outbound != null);
    }

    /**
     * Sets what the answer's messages are encoded with, before the first of them.
     * @param codec its id; the request's if not set
     */
    public void codec(byte codec) {
        call.codec(codec);
    }

    /**
     * By when the caller wants the answer.
     * @return the deadline, {@link Deadline#NEVER} if it has none
     */
    public Deadline deadline() {
        return call.deadline();
    }

    public PeerInfo peer() {
        return call.peer().info();
    }

    /**
     * The caller's messages, as frames.
     * @return to be subscribed to once, or {@code null} if the request is the message
     */
    public @Nullable InboundStream messages() {
        return inbound;
    }

    /**
     * Sets what is done, once, when the call is cancelled by its caller, the end of the
     * connection or a stop of the server; at once if it is already. To be called before
     * {@link CallBridge#serve} returns.
     * @param action short
     */
    public void whenCancelled(Runnable action) {
        boolean already;
        synchronized (this) {
            whenCancelled = action;
            already = cancelled;
        }
        if (already) {
            action.run();
        }
        else if (call.isMarkedCancelled() || !call.connection().isOpen()) {
            cancelled();
        }
    }

    // -- What goes back

    /**
     * Sends metadata ahead of the answer's first message.
     * @param metadata of the answer
     * @throws RpcException RESOURCE_EXHAUSTED if it is too long
     */
    public void sendHeaders(Metadata metadata) {
        if (call.isOneWay() || isOver()) {
            return;
        }
        OutboundFrame frame = frames().take();
        try {
            FrameWriter.headers(frame, call.callId(), metadata, runner.maxMetadataLength());
        }
        catch (RpcException tooLong) {
            frames().give(frame);
            throw tooLong;
        }
        send(frame);
    }

    /**
     * Sends messages of the answer, if the callee streams.
     * @param messages in their order
     * @throws IllegalStateException if the answer is one message
     */
    public void send(Flow.Publisher<OutgoingMessage> messages) {
        if (outbound == null) {
            throw new IllegalStateException("The answer of " + method() + " is one message");
        }
        messages.subscribe(outbound);
    }

    /**
     * Begins an answer with a message.
     * @return to have the message appended, then for {@link #answer} or {@link #drop}
     */
    public OutboundFrame beginReply() {
        OutboundFrame frame = frames().take();
        FrameWriter.beginResponse(frame, call.callId(), call.codec(), Metadata.EMPTY, 0);
        return frame;
    }

    /**
     * Lends an answer memory of the carrier's for its message, if there is some and it
     * pays.
     * @param reply begun
     * @param length of the message that will be written to
     * {@link OutboundFrame#writable}, in bytes
     */
    public void claimBody(OutboundFrame reply, int length) {
        call.connection().connection().claimBody(reply, length);
    }

    /**
     * Gives an answer up that was begun.
     * @param reply from {@link #beginReply}
     */
    public void drop(OutboundFrame reply) {
        frames().give(reply);
    }

    /**
     * Ends the call well.
     * @param reply from {@link #beginReply}, or {@code null} for an answer without a
     * message of its own
     * @param metadata that comes with it
     * @return false if the call was over already
     * @throws RpcException RESOURCE_EXHAUSTED if the metadata is too long or the answer
     * too long for the connection: it was not sent
     */
    public boolean answer(@Nullable OutboundFrame reply, Metadata metadata) {
        OutboundFrame frame = reply != null ? reply : beginReply();
        try {
            FrameWriter.insertMetadata(frame, metadata, runner.maxMetadataLength());
            requireLength(frame);
        }
        catch (RpcException tooLong) {
            frames().give(frame);
            throw tooLong;
        }
        return end(frame, RpcStatus.OK);
    }

    /**
     * Ends the call with an error.
     * @param status not OK
     * @param text cut to 4 KiB
     * @param metadata that comes with it; left out if it is longer than 32 KiB
     * @return false if the call was over already
     */
    public boolean fail(RpcStatus status, String text, Metadata metadata) {
        OutboundFrame frame = frames().take();
        FrameWriter.error(frame, call.callId(), status, Outcome.ANSWERED, text);
        try {
            FrameWriter.insertMetadata(frame, metadata, MAX_ERROR_METADATA_LENGTH);
        }
        catch (RpcException tooLong) {
            runner.log().warn("long:" + method(), "Metadata of an error of " + method() + " was left out", tooLong);
        }
        runner.countError(status);
        return end(frame, status);
    }

    /**
     * Ends the call with an error of which more is known.
     * @param failure also its outcome is told, so it must be that of this call
     * @return false if the call was over already
     */
    public boolean fail(RpcException failure) {
        OutboundFrame frame = frames().take();
        boolean whole = FrameWriter.error(frame, call.callId(), failure.outcome(), failure, Metadata.EMPTY,
                call.connection().connection().maxFrameLength());
        if (!whole) {
            runner.log().warn("long:" + method(), "Details of an error of " + method() + " were left out");
        }
        runner.countError(failure.status());
        return end(frame, failure.status());
    }

    private boolean end(OutboundFrame frame, RpcStatus status) {
        if (!call.answer()) {
            frames().give(frame);
            return false;
        }
        if (call.isOneWay()) {
            frames().give(frame);
        }
        else {
            send(frame);
        }
        call.observeEnd(status);
        answered();
        return true;
    }

    private void send(OutboundFrame frame) {
        OutboundFrame next = frame;
        try {
            next = call.connection().backlog().sendAndReplace(frame);
        }
        catch (ConnectionClosedException gone) {
            frame.clear();
        }
        frames().give(next);
    }

    private void write(Object message, OutboundFrame frame, long callId, boolean fromCallee) {
        FrameWriter.beginMessage(frame, callId, call.codec(), fromCallee);
        ((OutgoingMessage) message).writeTo(frame);
        requireLength(frame);
    }

    private void requireLength(OutboundFrame frame) {
        int longest = call.connection().connection().maxFrameLength();
        if (frame.frameLength() > longest) {
            throw new RpcException(RpcStatus.RESOURCE_EXHAUSTED, Outcome.ANSWERED, "answer of " + method()
                    + " is too long: " + frame.frameLength() + " bytes, its caller takes " + longest, null);
        }
    }

    private FramePool frames() {
        return runner.frames();
    }

    // -- The end

    /** Its caller gave it up, or is gone. Any number of times. */
    void cancelled() {
        Runnable action;
        synchronized (this) {
            if (cancelled || over) {
                return;
            }
            cancelled = true;
            action = whenCancelled;
        }
        if (call.answer()) {
            call.observeEnd(RpcStatus.CANCELLED);
            answered();
        }
        CallStreams streams = call.streams();
        if (streams != null) {
            streams.cancel();
        }
        action.run();
    }

    /** After the answer: whoever comes second, this or {@link #leave}, ends the call. */
    private void answered() {
        boolean pending;
        synchronized (this) {
            over = true;
            pending = left;
        }
        if (pending) {
            runner.finish(call);
        }
    }

    synchronized boolean isOver() {
        return over;
    }

    /** The bridge has returned. False if the call is over already. */
    synchronized boolean leave() {
        left = !over;
        return left;
    }

    CallStreams streams() {
        return new CallStreams(inbound, outbound);
    }

    /** Of the caller's messages. */
    private final class MessagesOwner implements InboundStream.Owner {

        @Override
        public void closed() {
            // The bridge wants no more, and may still answer.
        }

        @Override
        public void failed(Throwable failure) {
            fail(RpcStatus.UNKNOWN, Failures.HANDLER_FAILED, Metadata.EMPTY);
        }

    }

    /** Of the callee's messages. */
    private final class RepliesListener implements OutboundStream.Listener {

        @Override
        public void completed() {
            // The bridge answers itself when its messages are sent.
        }

        @Override
        public void failed(Throwable failure) {
            RpcStatus status = failure instanceof RpcException known ? known.status() : RpcStatus.INTERNAL;
            if (fail(status, String.valueOf(failure.getMessage()), Metadata.EMPTY)) {
                whenCancelled.run();
            }
        }

    }

}
