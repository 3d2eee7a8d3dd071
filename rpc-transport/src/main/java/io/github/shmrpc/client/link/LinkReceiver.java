package io.github.shmrpc.client.link;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;

import io.github.shmrpc.duplex.CalleeHalf;
import io.github.shmrpc.duplex.Duplex;
import io.github.shmrpc.protocol.FrameReader;
import io.github.shmrpc.protocol.FrameType;
import io.github.shmrpc.protocol.FrameWriter;
import io.github.shmrpc.stream.ConnectionStreams;
import io.github.shmrpc.transport.ConnectionClosedException;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.OutboundFrame;
import io.github.shmrpc.transport.ProtocolException;
import org.jspecify.annotations.Nullable;

/**
 * Takes in what the peer of a connection sends: what answers this side's calls, and on a
 * connection that this side has dialled all else. Called by the holder of the poll role.
 */
final class LinkReceiver implements FrameSink {

    private final ClientLink link;

    private final CallTable table;

    private final Duplex duplex;

    private final ConnectionStreams streams;

    private final Executor executor;

    private final LongAdder lateReplies;

    private final @Nullable CalleeHalf callee;

    private OutboundFrame answer = new OutboundFrame();

    /**
     * What takes in the frames of a connection.
     * @param link that it belongs to
     * @param table calls of this side
     * @param duplex the connection
     * @param settings of the channel
     * @param callee serves the peer's calls, {@code null} if it must not make any here
     */
    LinkReceiver(ClientLink link, CallTable table, Duplex duplex, LinkSettings settings, @Nullable CalleeHalf callee) {
        this.link = link;
        this.table = table;
        this.duplex = duplex;
        this.streams = duplex.streams();
        this.executor = settings.executor();
        this.lateReplies = settings.lateReplies();
        this.callee = callee;
    }

    /** Of a dialled connection. */
    @Override
    public void received(InboundFrame frame) {
        if (link.isClosing()) {
            return;
        }
        try {
            byte type = FrameReader.validate(frame);
            if (callee != null && isOfPeersCall(type, frame)) {
                callee.received(type, frame);
            }
            else {
                received(type, frame);
            }
        }
        catch (ProtocolException broken) {
            link.broken(broken);
        }
    }

    private static boolean isOfPeersCall(byte type, InboundFrame frame) {
        return switch (type) {
            case FrameType.REQUEST, FrameType.METHOD, FrameType.CANCEL, FrameType.HALF_CLOSE -> true;
            case FrameType.MESSAGE -> !FrameReader.isFromCallee(frame);
            case FrameType.CREDIT -> !FrameReader.isFromCallee(frame) && FrameReader.callId(frame) != 0;
            default -> false;
        };
    }

    void received(byte type, InboundFrame frame) throws ProtocolException {
        switch (type) {
            case FrameType.RESPONSE, FrameType.ERROR -> replied(frame);
            case FrameType.MESSAGE -> message(frame);
            case FrameType.HEADERS -> headers(frame);
            case FrameType.CREDIT -> credit(frame);
            case FrameType.PING -> pong(FrameReader.callId(frame));
            case FrameType.PONG -> link.answered();
            case FrameType.GOAWAY -> link.goAway(FrameReader.callId(frame));
            default -> throw new ProtocolException("Frame of type " + type + " is not one that a server sends"
                    + (callee == null ? " to a channel that serves no calls" : ""));
        }
    }

    void replied(InboundFrame frame) {
        ClientCall call = table.remove(FrameReader.callId(frame));
        if (call == null) {
            // Of a call that was given up.
            lateReplies.increment();
        }
        else {
            call.replied(frame);
        }
    }

    private void message(InboundFrame frame) throws ProtocolException {
        long cost = FrameReader.cost(frame);
        streams.received(cost);
        ClientCall call = table.find(FrameReader.callId(frame));
        if (call == null) {
            // Of a call that was given up.
            streams.taken(cost);
        }
        else {
            call.message(streams, frame);
        }
    }

    private void headers(InboundFrame frame) {
        ClientCall call = table.find(FrameReader.callId(frame));
        if (call != null) {
            call.headers(frame);
        }
    }

    private void credit(InboundFrame frame) throws ProtocolException {
        if (FrameReader.callId(frame) == 0) {
            if (streams.allow(FrameReader.credit(frame))) {
                executor.execute(streams::resume);
            }
            return;
        }
        ClientCall call = table.find(FrameReader.callId(frame));
        if (call != null) {
            call.allow(FrameReader.credit(frame));
        }
    }

    private void pong(long id) {
        FrameWriter.pong(answer, id);
        try {
            // Also if there is no room now: who has asked does not ask again.
            answer = duplex.backlog().sendAndReplace(answer);
        }
        catch (ConnectionClosedException closed) {
            answer.clear();
        }
    }

    @Override
    public void failed(Throwable cause) {
        link.failed(cause);
    }

    /** Whether no call of the peer is being served. */
    boolean servesNothing() {
        return callee == null || callee.isIdle();
    }

    void refuseCalls() {
        if (callee != null) {
            callee.refuseCalls();
        }
    }

    void ended() {
        if (callee != null) {
            callee.ended();
        }
    }

}
