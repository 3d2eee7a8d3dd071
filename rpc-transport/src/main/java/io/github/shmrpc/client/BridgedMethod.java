package io.github.shmrpc.client;

import io.github.shmrpc.CallKind;
import io.github.shmrpc.Metadata;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.client.link.BlockingCall;
import io.github.shmrpc.client.link.BlockingCalls;
import io.github.shmrpc.protocol.FrameDescriptor;
import io.github.shmrpc.protocol.FrameWriter;
import io.github.shmrpc.stream.OutgoingMessage;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.OutboundFrame;
import org.jspecify.annotations.Nullable;

/**
 * A method that is called by the frames of its calls: what bridges from another call
 * model are made of. Knows no codec, interceptor, retry policy or default timeout.
 * Thread-safe.
 */
public final class BridgedMethod {

    /** As a time: no limit. */
    public static final long NO_TIMEOUT = CallTimeouts.MAX_NS;

    private final MethodKey key;

    private final Sessions sessions;

    private final UnaryCalls calls;

    private final RoomLine roomLine;

    private final int maxMetadataLength;

    BridgedMethod(MethodKey key, Sessions sessions, UnaryCalls calls, RoomLine roomLine, int maxMetadataLength) {
        this.key = key;
        this.sessions = sessions;
        this.calls = calls;
        this.roomLine = roomLine;
        this.maxMetadataLength = maxMetadataLength;
    }

    /** A unary call whose caller waits, from the bridge's side. */
    public interface Exchange {

        /**
         * Appends the message.
         * @param request begun
         */
        void write(OutboundFrame request);

        /**
         * Takes what the server has answered.
         * @param headers what came ahead of it, or {@code null}
         * @param reply RESPONSE or ERROR, as it came; valid during this call
         */
        void read(@Nullable InboundFrame headers, InboundFrame reply);

    }

    /**
     * What a call is begun with.
     *
     * @param metadata sent with the request
     * @param codec id of the messages' codec
     * @param timeoutNs how long it may take, positive
     * @param waitForReady whether it waits for a connection after an attempt failed
     * @param holdsUp whether a thread that starts a call which nobody waits for is held
     * up until the server has room for its request; if not, the call itself waits, behind
     * those of its channel that do, or is refused with RESOURCE_EXHAUSTED when too much
     * waits. That is for connections within the JVM, which take a request as a whole
     */
    public record Begin(Metadata metadata, byte codec, long timeoutNs, boolean waitForReady, boolean holdsUp) {
    }

    /**
     * Calls and waits in the current thread, which polls for the answer itself.
     * @param exchange writes and reads
     * @param begin of the call
     * @throws RpcException if the server has not answered
     */
    public void call(Exchange exchange, Begin begin) {
        BlockingCall call = BlockingCalls.acquire();
        try {
            call.begin(Math.min(begin.timeoutNs(), NO_TIMEOUT));
            FrameWriter.beginRequest(call.request(), begin.codec(), 0, begin.metadata(), maxMetadataLength);
            exchange.write(call.request());
            calls.exchange(key, call, begin.waitForReady(), null);
            exchange.read(call.headers(), call.reply());
        }
        finally {
            BlockingCalls.release(call);
        }
    }

    /**
     * Lends a request memory of the carrier's for its message, if there is some and it
     * pays.
     * @param request begun
     * @param length of the message that will be written to
     * {@link OutboundFrame#writable}, in bytes
     */
    public void claimBody(OutboundFrame request, int length) {
        calls.claimBody(request, length);
    }

    /**
     * A call that nobody waits for, not sent yet.
     * @param listener is told how it goes on
     * @param begin of the call
     * @return to be started
     */
    public BridgedCall newCall(BridgedCall.Listener listener, Begin begin) {
        return new BridgedCall(key, sessions.ofCurrentThread(), calls, roomLine, listener, begin);
    }

    /**
     * Starts a call. Any thread, once.
     * @param call made by {@link #newCall}
     * @param message the request, or {@code null} if the caller streams
     * @throws RpcException not executed: the metadata is too long
     */
    public void start(BridgedCall call, @Nullable OutgoingMessage message) {
        BlockingCall scratch = BlockingCalls.acquire();
        try {
            OutboundFrame request = scratch.request();
            FrameWriter.beginRequest(request, call.codec(), flags(), call.metadata(), maxMetadataLength);
            if (message != null) {
                message.writeTo(request);
            }
            call.start(request);
        }
        finally {
            BlockingCalls.release(scratch);
        }
    }

    private int flags() {
        CallKind kind = key.kind();
        return (kind.callerStreams() ? FrameDescriptor.FLAG_CALLER_STREAMS : 0)
                | (kind.calleeStreams() ? FrameDescriptor.FLAG_CALLEE_STREAMS : 0);
    }

}
