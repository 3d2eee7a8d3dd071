package io.github.shmrpc.client.link;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

import io.github.shmrpc.PeerInfo;
import io.github.shmrpc.duplex.AcceptedPeer;
import io.github.shmrpc.duplex.Duplex;
import io.github.shmrpc.duplex.TrafficCount;
import io.github.shmrpc.protocol.FrameDescriptor;
import io.github.shmrpc.protocol.FrameWriter;
import io.github.shmrpc.protocol.PayloadCompression;
import io.github.shmrpc.session.Link;
import io.github.shmrpc.session.Session;
import io.github.shmrpc.stream.ConnectionStreams;
import io.github.shmrpc.transport.Connection;
import io.github.shmrpc.transport.ConnectionUsage;
import io.github.shmrpc.transport.Dialled;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.OutboundFrame;
import io.github.shmrpc.transport.ProtocolException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of a channel: sends its calls, and takes what comes back. Any thread,
 * unless said otherwise.
 */
public final class ClientLink implements Link {

    /** How a call on this connection went. */
    public enum Result {

        /** RESPONSE or ERROR is in the call's reply. */
        REPLIED,

        /**
         * The connection ended or takes no more calls; the server did not execute the
         * call.
         */
        NOT_EXECUTED,

        /** The connection ended; the server may have executed the call. */
        LOST,

        /** The deadline passed after the call was sent. */
        EXPIRED,

        /** The thread was interrupted after the call was sent; the flag is still set. */
        INTERRUPTED,

        /** There are as many calls in flight as there may be. */
        TOO_MANY_CALLS,

        /**
         * The server was behind with reading until the deadline; the call was not
         * executed.
         */
        NO_ROOM,

        /** The thread was interrupted before the call was sent; the flag is still set. */
        NOT_SENT,

        /** The frame is longer than the connection carries; the call was not executed. */
        TOO_LONG

    }

    private static final Logger LOGGER = LoggerFactory.getLogger(ClientLink.class);

    /** Stands for the position of a frame that was not taken. */
    private static final long NEVER_SENT = Long.MIN_VALUE;

    private final Session<ClientLink> session;

    private final Connection connection;

    /** Longest request that goes as it is, in bytes. */
    private final int longestPlain;

    private final CallTable table;

    private final Wiring wiring;

    private final LinkReceiver receiver;

    private final Replies replies;

    private final FrameSender sender;

    private final ConnectionStreams streams;

    private final Liveness liveness;

    private final @Nullable PolledLinks polled;

    private final String endpoint;

    private final TrafficCount traffic;

    private final long openedNs = System.nanoTime();

    // Any thread.
    private volatile boolean draining;

    private volatile boolean closing;

    private volatile @Nullable String endReason;

    /**
     * What belongs to a connection that this side has dialled.
     * @param session whose connection it is
     * @param dialled the connection
     * @param name of the channel
     * @param settings of the channel
     */
    public ClientLink(Session<ClientLink> session, Dialled dialled, String name, LinkSettings settings) {
        this(session, dialled.connection(), settings, new DialledWiring(dialled, name, settings));
        traffic.opened(connection);
    }

    /**
     * What belongs to a connection that the peer has dialled.
     * @param session whose connection it is
     * @param peer the peer
     * @param settings of all peers
     */
    public ClientLink(Session<ClientLink> session, AcceptedPeer peer, LinkSettings settings) {
        this(session, peer.duplex().connection(), settings, new AcceptedWiring(peer));
    }

    private ClientLink(Session<ClientLink> session, Connection connection, LinkSettings settings, Wiring wiring) {
        this.session = session;
        this.connection = connection;
        this.longestPlain = connection.takesCompressed()
                ? Math.min(connection.maxFrameLength(), longestFrame(settings.compressAbove()))
                : connection.maxFrameLength();
        this.table = new CallTable(settings.maxCalls(), settings.firstCallId());
        this.wiring = wiring;
        this.endpoint = settings.endpoint();
        this.traffic = settings.traffic();
        this.liveness = new Liveness(connection, endpoint, System::nanoTime);
        this.polled = settings.polled();
        Duplex duplex = wiring.duplex(this);
        this.streams = duplex.streams();
        this.receiver = new LinkReceiver(this, table, duplex, settings, wiring.callee(this, duplex));
        this.replies = wiring.replies(this, table, receiver, duplex);
        this.sender = new FrameSender(connection, replies, this);
    }

    @Override
    public void start() {
        if (polled != null) {
            polled.add(this);
            // A caller may have polled its end already. Pairs with ended().
            if (replies.hasEnded()) {
                polled.remove(this);
            }
        }
        replies.start();
    }

    // -- Blocking calls

    /**
     * Sends a call and waits for its reply in the current thread.
     * @param call its request is whole but for what {@link FrameWriter#address} sets
     * @param methodId a number for the method that is the same on all connections,
     * positive
     * @param method the method's name
     * @return how it went
     */
    public Result exchange(BlockingCall call, int methodId, String method) {
        replies.beforeWait(method);
        call.prepare();
        if (call.request().frameLength() > longestPlain && !fits(call.request())) {
            return Result.TOO_LONG;
        }
        long id = table.add(call);
        if (id <= 0) {
            return id == CallTable.FULL ? Result.TOO_MANY_CALLS : Result.NOT_EXECUTED;
        }
        try {
            return exchangeAdded(call, methodId, method);
        }
        catch (RuntimeException | Error unexpected) {
            table.remove(call);
            call.retire();
            throw unexpected;
        }
        finally {
            closeIfDrained();
        }
    }

    /**
     * Sends a call that is not answered.
     * @param call its request is whole but for what {@link FrameWriter#address} sets
     * @param methodId a number for the method that is the same on all connections,
     * positive
     * @param method the method's name
     * @return how it went: REPLIED if it was sent
     */
    public Result send(BlockingCall call, int methodId, String method) {
        call.prepare();
        if (call.request().frameLength() > longestPlain && !fits(call.request())) {
            return Result.TOO_LONG;
        }
        call.id(table.nextId());
        return (draining || closing) ? Result.NOT_EXECUTED
                : sender.send(call, call.request(), methodId, method, call.remainingNs());
    }

    /**
     * Sends a one-way call as far as there is room for it now. Never waits: neither for
     * room nor for the rest of a long request, as who sends may be the server's poller.
     * @param request whole but for what {@link FrameWriter#address} sets, its bytes in
     * one piece; not yet sent, or the same again after NO_ROOM
     * @param methodId a number for the method that is the same on all connections,
     * positive
     * @param method the method's name
     * @param timeoutNs how long it may take
     * @return REPLIED if it was sent; NO_ROOM if it is to be offered again, or
     * {@link #abandon abandoned}; else why it was not sent
     */
    public Result trySend(OutboundFrame request, int methodId, String method, long timeoutNs) {
        if (request.frameLength() > connection.maxFrameLength()) {
            return Result.TOO_LONG;
        }
        return (draining || closing) ? Result.NOT_EXECUTED
                : sender.trySend(table.nextId(), request, methodId, method, timeoutNs);
    }

    /**
     * Gives up a request for which there was no room.
     * @param request as {@link #trySend} has left it
     */
    public void abandon(OutboundFrame request) {
        connection.abandon(request);
    }

    private static int longestFrame(int messageLength) {
        return (int) Math.min(Integer.MAX_VALUE, (long) FrameDescriptor.HEADER_LENGTH + messageLength);
    }

    /** Compresses a long request if that is wanted; false if it is too long anyway. */
    private boolean fits(OutboundFrame request) {
        if (longestPlain < connection.maxFrameLength()) {
            PayloadCompression.compress(request);
        }
        return request.frameLength() <= connection.maxFrameLength();
    }

    /**
     * Compresses a message that is long enough for that, where the peer inflates.
     * @param message whole
     */
    public void compressIfLong(OutboundFrame message) {
        if (message.frameLength() > longestPlain) {
            fits(message);
        }
    }

    private Result exchangeAdded(BlockingCall call, int methodId, String method) {
        Result sent = send(call, call.request(), methodId, method, call.remainingNs());
        if (sent != Result.REPLIED) {
            return endByCaller(call) ? sent : resultOf(call, sent);
        }
        Replies.Wait wait = replies.await(call);
        if (wait == Replies.Wait.DONE || !endByCaller(call)) {
            return resultOf(call, Result.LOST);
        }
        sender.cancel(call.request(), call.id());
        if (wait != Replies.Wait.EXPIRED) {
            return Result.INTERRUPTED;
        }
        liveness.unanswered();
        return Result.EXPIRED;
    }

    private Result send(ClientCall call, OutboundFrame request, int methodId, String method, long remainingNs) {
        Result sent = draining ? Result.NOT_EXECUTED : sender.send(call, request, methodId, method, remainingNs);
        if (sent == Result.NO_ROOM) {
            liveness.unanswered();
        }
        return sent;
    }

    /** False if somebody else has ended it; it is done soon. */
    private boolean endByCaller(BlockingCall call) {
        call.retire();
        if (table.remove(call)) {
            return true;
        }
        while (!call.isDone()) {
            LockSupport.parkNanos(1_000);
        }
        return false;
    }

    private Result resultOf(BlockingCall call, Result ifLost) {
        if (call.loss() == null) {
            return Result.REPLIED;
        }
        boolean executed = ifLost == Result.LOST && call.loss() == ClientCall.Loss.CONNECTION_ENDED
                && wasTaken(call.request().position());
        return executed ? Result.LOST : Result.NOT_EXECUTED;
    }

    /**
     * Lends a request memory that the server reads from, if there is some.
     * @param request has its head
     * @param length of the message that will be written to
     * {@link OutboundFrame#writable}, in bytes
     */
    public void claimBody(OutboundFrame request, int length) {
        if (!connection.claimBody(request, length)) {
            LOGGER.trace("{} bytes are written to the heap", length);
        }
    }

    // -- Calls without a thread

    /**
     * Sends a call.
     * @param call in flight nowhere
     * @param request whole but for what {@link FrameWriter#address} sets; free again
     * afterwards
     * @param methodId a number for the method that is the same on all connections,
     * positive
     * @param method the method's name
     * @param remainingNs what is left of its deadline, positive
     * @return REPLIED if the call will be told how it goes on, else why nothing will be
     * told
     */
    public Result start(DependentCall call, OutboundFrame request, int methodId, String method, long remainingNs) {
        return start(call, request, methodId, method, remainingNs, true);
    }

    /**
     * Sends a call if there is room for it now. Never waits.
     * @param call in flight nowhere
     * @param request as for
     * {@link #start(DependentCall, OutboundFrame, int, String, long)}; after NO_ROOM it
     * may be given to this method again, or to none
     * @param methodId a number for the method that is the same on all connections,
     * positive
     * @param method the method's name
     * @param remainingNs what is left of its deadline, positive
     * @return REPLIED if the call will be told how it goes on, else why nothing will be
     * told
     */
    public Result startIfRoom(DependentCall call, OutboundFrame request, int methodId, String method,
            long remainingNs) {
        return start(call, request, methodId, method, remainingNs, false);
    }

    private Result start(DependentCall call, OutboundFrame request, int methodId, String method, long remainingNs,
            boolean waits) {
        if (request.frameLength() > longestPlain && !fits(request)) {
            return Result.TOO_LONG;
        }
        replies.addCall();
        call.prepare(this);
        request.sent(0);
        request.position(0);
        long id = table.add(call);
        if (id <= 0) {
            call.leaveLink();
            return id == CallTable.FULL ? Result.TOO_MANY_CALLS : Result.NOT_EXECUTED;
        }
        Result sent = waits ? send(call, request, methodId, method, remainingNs)
                : trySend(call.id(), request, methodId, method, remainingNs);
        if (sent != Result.REPLIED && table.remove(call)) {
            call.leaveLink();
            return sent;
        }
        // Before the call is told to be sent: it may be completed, and sent elsewhere,
        // right after.
        replies.sentCall(call.deadlineNs());
        call.sent(sent == Result.REPLIED ? request.position() : NEVER_SENT);
        return Result.REPLIED;
    }

    private Result trySend(long callId, OutboundFrame request, int methodId, String method, long remainingNs) {
        Result sent = draining ? Result.NOT_EXECUTED : sender.trySend(callId, request, methodId, method, remainingNs);
        if (sent == Result.NO_ROOM) {
            // The next attempt is another frame, as it has another number.
            connection.abandon(request);
        }
        else if (sent == Result.NOT_EXECUTED) {
            refuseCalls();
        }
        return sent;
    }

    boolean giveUp(DependentCall call) {
        if (!table.remove(call)) {
            return false;
        }
        call.leaveLink();
        cancel(call.id());
        // Its thread may be the one that polls.
        replies.wakeup();
        return true;
    }

    void cancel(long callId) {
        streams.cancel(callId);
    }

    /** A call has got no reply in time. */
    void unanswered() {
        liveness.unanswered();
    }

    /** A PONG has come. */
    void answered() {
        liveness.answered();
    }

    /**
     * How long the server has answered nothing although calls waited and it was asked.
     * @return at least ten seconds, or {@code null} if it was less
     */
    public @Nullable Duration silence() {
        return liveness.silence();
    }

    /**
     * What the streams of its calls share.
     * @return the same each time
     */
    public ConnectionStreams streams() {
        return streams;
    }

    /**
     * Longest frame that the server takes.
     * @return bytes
     */
    public int maxFrameLength() {
        return connection.maxFrameLength();
    }

    /**
     * Takes in a frame that another poller has taken, in its role.
     * @param type MESSAGE, HEADERS, CREDIT, GOAWAY or PONG
     * @param frame validated
     * @throws ProtocolException if the peer must not send it
     */
    public void received(byte type, InboundFrame frame) throws ProtocolException {
        receiver.received(type, frame);
    }

    /**
     * Ends a call by a frame that another poller has taken, after its role.
     * @param frame a validated RESPONSE or ERROR
     */
    public void replied(InboundFrame frame) {
        receiver.replied(frame);
    }

    /** Frames wait for room. */
    void flushSoon() {
        replies.interrupt();
    }

    /** The peer takes nothing any more. */
    void doesNotRead(String excess) {
        LOGGER.warn("Closing connection {} to {} as the server does not read: {}", connection.peer().connectionId(),
                endpoint, excess);
        end("the server does not read: " + excess);
    }

    void help(DependentCall call, long untilNs) {
        replies.help(call, untilNs);
    }

    int poll(int limit) {
        return replies.pollSome(limit);
    }

    void wakeReader() {
        replies.wakeReader();
    }

    void dependentEnded() {
        replies.removeCall();
        closeIfDrained();
    }

    boolean wasTaken(long position) {
        return position != NEVER_SENT && connection.wasTaken(position);
    }

    /**
     * No new call shall be sent here: the connection is closed, though its end was not
     * polled yet.
     */
    void refuseCalls() {
        session.retire(this, false);
    }

    // -- The holder of the poll role

    /** The peer takes no more calls. */
    void goAway(long lastCallId) {
        LOGGER.info("{} takes no more calls on connection {}", endpoint, connection.peer().connectionId());
        draining = true;
        session.leave(this);
        if (wiring.isDialled()) {
            table.removeAbove(lastCallId, (call) -> call.lost(ClientCall.Loss.NOT_ACCEPTED));
            closeIfDrained();
        }
        // A peer that has dialled answers all that it does not accept.
    }

    /** The peer has broken the protocol. */
    void broken(ProtocolException broken) {
        LOGGER.warn("Closing connection {} to {}: {}", connection.peer().connectionId(), endpoint, broken.getMessage());
        end("protocol error: " + broken.getMessage());
    }

    /** Polling failed by an error that is not the peer's. */
    void failed(Throwable cause) {
        LOGGER.error("Closing connection {} to {}", connection.peer().connectionId(), endpoint, cause);
        end("internal error: " + cause);
        ended(null);
    }

    @Override
    public void ended(@Nullable IOException cause) {
        if (endReason == null) {
            endReason = cause == null ? "the server closed the connection" : String.valueOf(cause.getMessage());
            LOGGER.info("Connection {} to {} ended: {}", connection.peer().connectionId(), endpoint, endReason);
        }
        closing = true;
        traffic.ended(connection);
        replies.end();
        receiver.ended();
        if (polled != null) {
            polled.remove(this);
        }
        // First, so that whoever is told of the loss finds no connection, or the next
        // one.
        session.retire(this, true);
        table.close((call) -> call.lost(ClientCall.Loss.CONNECTION_ENDED));
        connection.close();
    }

    // -- The end

    @Override
    public void close() {
        end("the channel was closed");
    }

    /**
     * Ends the connection as the peer is too slow.
     * @param what it did not keep up with
     */
    public void disconnect(String what) {
        LOGGER.warn("Disconnecting {} (connection {}): {}", endpoint, connection.peer().connectionId(), what);
        end(what);
    }

    /** Any thread. */
    void closeIfDrained() {
        if (draining && !closing && wiring.isDialled() && table.isEmpty() && receiver.servesNothing()) {
            end("the server takes no more calls");
        }
    }

    boolean isClosing() {
        return closing;
    }

    boolean receivesBy(FrameSink sink) {
        return receiver == sink;
    }

    /** Whether a call waits for what comes here. */
    boolean awaits(ClientCall call) {
        return call.needsPolling(receiver);
    }

    private void end(String reason) {
        if (endReason == null) {
            endReason = reason;
        }
        closing = true;
        session.retire(this, false);
        connection.close();
        replies.interrupt();
    }

    /**
     * Why it ended.
     * @return a reason, also while it has not ended
     */
    public String endReason() {
        String reason = endReason;
        return reason != null ? reason : "the connection ended";
    }

    /**
     * Takes no more calls; ends when those in flight have.
     */
    public void drain() {
        if (endReason == null) {
            endReason = "the channel was told to leave it";
        }
        draining = true;
        session.retire(this, false);
        receiver.refuseCalls();
        closeIfDrained();
    }

    /**
     * Who is on the other end.
     * @return the server
     */
    public PeerInfo peer() {
        return connection.peer();
    }

    /**
     * For how long the connection has been there.
     * @return since it was made
     */
    public Duration age() {
        return Duration.ofNanos(System.nanoTime() - openedNs);
    }

    /**
     * What the connection has carried, and how full it is.
     * @return a snapshot, or {@code null} if its carrier does not tell
     */
    public @Nullable ConnectionUsage usage() {
        return connection.usage();
    }

    /**
     * How many calls are in flight.
     * @return 0 or more, changing all the time
     */
    public int callsInFlight() {
        return table.size();
    }

    /**
     * Whether the server has asked for no more calls.
     * @return true once it has
     */
    public boolean isDraining() {
        return draining;
    }

}
