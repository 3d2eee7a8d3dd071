package io.github.shmrpc.server;

import java.util.concurrent.atomic.AtomicInteger;

import io.github.shmrpc.CurrentCall;
import io.github.shmrpc.Dispatch;
import io.github.shmrpc.duplex.CallerHalf;
import io.github.shmrpc.protocol.FrameReader;
import io.github.shmrpc.protocol.FrameType;
import io.github.shmrpc.server.CallRunner.Left;
import io.github.shmrpc.server.ServerConnection.BoundMethod;
import io.github.shmrpc.server.StreamedCalls.StreamTask;
import io.github.shmrpc.server.poll.PollHandler;
import io.github.shmrpc.transport.Connection;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.ProtocolException;
import org.jspecify.annotations.Nullable;

/**
 * What one polling thread does with frames. In the poll role it reads headers and keeps
 * the tables of the connections; whatever may take long (decoding, handlers, answers,
 * actions of cancelled calls, handing over to an executor) is served after that.
 */
final class ServerWorker implements PollHandler {

    private static final int FRAMES_BETWEEN_FLUSHES = 64;

    private static final int REQUESTS_BETWEEN_COUNTS = 1024;

    /** What {@link #serve} is to do. */
    private enum Work {

        NONE, CALL, HAND_OVER, STREAM, CANCEL, REPLY, END_CONNECTION, GIVEN

    }

    private static final int IDLE = 0;

    /** With something that is counted by that alone. */
    private static final int SERVING = 1;

    /** With a call that is counted as a pending one. */
    private static final int SERVING_PENDING = 2;

    private final RunningServer server;

    private final CallRunner runner;

    private final Thread thread;

    /**
     * Read by any thread, for counting; set with release only, as who must be sure asks
     * in the poll role first.
     */
    private final AtomicInteger serving = new AtomicInteger(IDLE);

    // This thread only, but for overtaken().
    private final Responder responder;

    private CurrentCall.@Nullable Slot slot;

    private ServerCall spare = new ServerCall();

    private Work work = Work.NONE;

    private @Nullable ServerCall call;

    private @Nullable InboundFrame callFrame;

    private @Nullable StreamTask streamTask;

    private @Nullable Runnable given;

    private @Nullable CallerHalf replied;

    private @Nullable ServerConnection endedConnection;

    private int framesSinceFlush;

    private int uncounted;

    ServerWorker(RunningServer server, CallRunner runner, Thread thread) {
        this.server = server;
        this.runner = runner;
        this.thread = thread;
        this.responder = runner.newResponder();
    }

    boolean isServing() {
        return serving.get() != IDLE;
    }

    /** Whether what it serves is counted nowhere else. */
    boolean isCounted() {
        return serving.get() == SERVING;
    }

    Thread thread() {
        return thread;
    }

    Responder responder() {
        return responder;
    }

    @Override
    public boolean accept(Connection connection, InboundFrame frame) throws ProtocolException {
        if (++framesSinceFlush >= FRAMES_BETWEEN_FLUSHES) {
            framesSinceFlush = 0;
            server.connections().flushBacklogs();
        }
        byte type = FrameReader.validate(frame);
        ServerConnection peer = ServerConnections.of(connection);
        return switch (type) {
            case FrameType.REQUEST -> acceptRequest(peer, frame);
            case FrameType.MESSAGE, FrameType.HALF_CLOSE, FrameType.CREDIT ->
                FrameReader.isFromCallee(frame) ? acceptAnswer(type, peer, frame) : acceptStream(type, peer, frame);
            case FrameType.RESPONSE, FrameType.ERROR, FrameType.HEADERS, FrameType.GOAWAY, FrameType.PONG ->
                acceptAnswer(type, peer, frame);
            case FrameType.CANCEL -> acceptCancel(peer.find(FrameReader.callId(frame)));
            default -> {
                acceptOther(type, peer, frame);
                yield false;
            }
        };
    }

    private void acceptOther(byte type, ServerConnection peer, InboundFrame frame) throws ProtocolException {
        if (type == FrameType.METHOD) {
            server.bind(peer, FrameReader.methodId(frame), FrameReader.text(frame));
        }
        else if (type == FrameType.PING) {
            responder.pong(peer, FrameReader.callId(frame));
        }
        else if (!FrameType.isKnown(type)) {
            throw FrameReader.unknownType(type);
        }
    }

    private boolean acceptRequest(ServerConnection peer, InboundFrame frame) throws ProtocolException {
        if (++uncounted >= REQUESTS_BETWEEN_COUNTS) {
            count();
        }
        long callId = FrameReader.callId(frame);
        BoundMethod method = peer.method(FrameReader.methodId(frame));
        if (server.isDraining()) {
            responder.refuse(peer, callId, Refusal.STOPPING);
            return false;
        }
        peer.arrived(callId);
        Refusal refusal = Refusal.of(peer, method, frame, server.options());
        if (refusal != null) {
            responder.refuse(peer, callId, refusal);
            return false;
        }
        return acceptCall(peer, method.served().forFlags(FrameReader.flags(frame)), frame);
    }

    private boolean acceptCall(ServerConnection peer, MethodBinding binding, InboundFrame frame) {
        ServerCall accepted = spare;
        boolean handedOver = binding.isHandedOver() || binding.kind().hasStream();
        accepted.begin(peer, binding, frame, handedOver || binding.notesArrival());
        call = accepted;
        serving.lazySet(SERVING);
        if (handedOver) {
            return acceptHandOver(accepted, frame);
        }
        callFrame = frame;
        work = Work.CALL;
        if (binding.dispatch() == Dispatch.INLINE) {
            serveInRole();
            return false;
        }
        server.served(accepted);
        return true;
    }

    private boolean acceptHandOver(ServerCall accepted, InboundFrame frame) {
        InboundFrame own = detach(accepted, frame);
        work = Work.HAND_OVER;
        if (accepted.binding().dispatch() == Dispatch.POLLED) {
            // To queue it takes no time, and outside of the role a later call might
            // overtake it.
            serve();
            return false;
        }
        if (accepted.binding().dispatch() == Dispatch.SERIAL) {
            server.serialCalls().arrived(accepted, own);
        }
        server.served(null);
        return true;
    }

    /** The call is a pending one now, with a frame of its own. */
    private InboundFrame detach(ServerCall accepted, InboundFrame frame) {
        InboundFrame own = runner.handOver(accepted, frame);
        callFrame = own;
        spare = new ServerCall();
        serving.lazySet(SERVING_PENDING);
        return own;
    }

    private void serveInRole() {
        serve();
        if (Thread.interrupted()) {
            server.interrupted();
        }
    }

    private boolean acceptStream(byte type, ServerConnection peer, InboundFrame frame) throws ProtocolException {
        streamTask = runner.streamed().accept(type, peer, frame);
        if (streamTask == null) {
            return false;
        }
        work = Work.STREAM;
        serving.lazySet(SERVING);
        server.served(null);
        return true;
    }

    /** Of a call that this server has made, if it has made any. */
    private boolean acceptAnswer(byte type, ServerConnection peer, InboundFrame frame) throws ProtocolException {
        CallerHalf caller = peer.caller();
        if (caller == null) {
            return false;
        }
        if (type != FrameType.RESPONSE && type != FrameType.ERROR) {
            caller.received(type, frame);
            return false;
        }
        replied = caller;
        callFrame = frame;
        work = Work.REPLY;
        serving.lazySet(SERVING);
        server.served(null);
        return true;
    }

    private void reply() {
        CallerHalf caller = replied;
        InboundFrame frame = callFrame;
        replied = null;
        if (caller != null && frame != null) {
            caller.replied(frame);
            frame.release();
        }
    }

    private boolean acceptCancel(@Nullable ServerCall cancelled) {
        if (cancelled == null) {
            return false;
        }
        cancelled.markCancelled();
        call = cancelled;
        work = Work.CANCEL;
        server.served(null);
        return true;
    }

    @Override
    public boolean acceptDeferred() {
        ServerConnection ended = server.connections().nextEnded();
        if (ended == null) {
            return false;
        }
        endedConnection = ended;
        work = Work.END_CONNECTION;
        server.served(null);
        return true;
    }

    /**
     * Calls whose handlers may block, and code of such handlers. What ends calls is not
     * given away, as held-up handlers may wait for that.
     */
    @Override
    public @Nullable Runnable giveAway(boolean hasRoom) {
        Runnable away = switch (work) {
            case CALL -> giveCallAway(hasRoom);
            case HAND_OVER -> giveStreamsAway(hasRoom);
            case STREAM -> giveTaskAway();
            default -> null;
        };
        if (away != null) {
            doneWithWork();
        }
        return away;
    }

    private void doneWithWork() {
        work = Work.NONE;
        call = null;
        callFrame = null;
        serving.lazySet(IDLE);
        server.served(null);
    }

    private @Nullable Runnable giveCallAway(boolean hasRoom) {
        ServerCall waiting = call;
        InboundFrame frame = callFrame;
        if (waiting == null || frame == null) {
            return null;
        }
        if (!hasRoom) {
            server.refusedForThreads();
            server.counters().rejected.increment();
            Refusal why = Refusal.THREADS_HELD_UP;
            responder.fail(waiting, why.status(), why.outcome(), why.text());
            doneWithWork();
            return null;
        }
        waiting.noteArrival();
        InboundFrame own = detach(waiting, frame);
        return () -> server.serveWaiting(waiting, own);
    }

    /** A call with streams: if its handler runs here, and may block. */
    private @Nullable Runnable giveStreamsAway(boolean hasRoom) {
        ServerCall waiting = call;
        InboundFrame own = callFrame;
        if (waiting == null || own == null || waiting.binding().dispatch() != Dispatch.ADAPTIVE) {
            return null;
        }
        if (!hasRoom) {
            server.refusedForThreads();
            runner.refuse(waiting, own, responder, Refusal.THREADS_HELD_UP);
            doneWithWork();
            return null;
        }
        return () -> server.serveWaiting(waiting, own);
    }

    /** Always: there are no more than the calls that have begun. */
    private @Nullable Runnable giveTaskAway() {
        StreamTask task = streamTask;
        if (task == null || !task.mayBlock()) {
            return null;
        }
        streamTask = null;
        return task;
    }

    @Override
    public void accept(Runnable given) {
        this.given = given;
        work = Work.GIVEN;
        serving.lazySet(SERVING_PENDING);
    }

    private void runGiven() {
        Runnable task = given;
        given = null;
        if (task != null) {
            task.run();
        }
    }

    @Override
    public void serve() {
        Work current = work;
        work = Work.NONE;
        try {
            switch (current) {
                case CALL -> serveCall();
                case HAND_OVER -> handOver();
                case STREAM -> runStream();
                case CANCEL -> cancel();
                case REPLY -> reply();
                case END_CONNECTION -> endConnection();
                case GIVEN -> runGiven();
                case NONE -> {
                }
            }
        }
        finally {
            serving.lazySet(IDLE);
        }
    }

    private void serveCall() {
        ServerCall served = call;
        InboundFrame frame = callFrame;
        if (served != null && frame != null) {
            Left left = runner.run(served, frame, responder, slot());
            frame.release();
            if (left != Left.ANSWERED) {
                spare = new ServerCall();
            }
            if (left == Left.PENDING) {
                // Its own from now on; lost() must not end it.
                call = null;
            }
        }
    }

    private void handOver() {
        ServerCall handed = call;
        InboundFrame frame = callFrame;
        call = null;
        callFrame = null;
        if (handed != null && frame != null) {
            server.handOver(handed, frame, responder);
        }
    }

    private void runStream() {
        StreamTask task = streamTask;
        streamTask = null;
        if (task != null) {
            task.run();
        }
    }

    private void cancel() {
        ServerCall cancelled = call;
        call = null;
        if (cancelled != null) {
            cancelled.cancel(server.log());
        }
    }

    private void endConnection() {
        ServerConnection ended = endedConnection;
        endedConnection = null;
        if (ended != null) {
            server.connections().end(ended);
        }
    }

    @Override
    public void overtaken() {
        ServerCall slow = server.served();
        if (slow != null) {
            slow.connection().add(slow);
        }
    }

    @Override
    public void lost() {
        ServerCall done = call;
        call = null;
        if (done != null) {
            // In this order: see ServerConnection.add, which the taker may be about to
            // call.
            done.end();
            done.connection().remove(done);
        }
        spare = new ServerCall();
        responder.trim();
        count();
    }

    @Override
    public void failed(Connection connection, Throwable failure) {
        server.connections().failed(connection, failure);
    }

    @Override
    public long idle() {
        if (uncounted > 0) {
            count();
        }
        return server.connections().hasEnded() ? 0 : server.connections().flushBacklogs();
    }

    private void count() {
        server.counters().requests.add(uncounted);
        uncounted = 0;
    }

    private CurrentCall.Slot slot() {
        CurrentCall.Slot own = slot;
        if (own == null) {
            own = CurrentCall.slot();
            slot = own;
        }
        return own;
    }

}
