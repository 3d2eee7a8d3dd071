package io.github.shmrpc.server;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Future;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.CallObserver;
import io.github.shmrpc.Deadline;
import io.github.shmrpc.Metadata;
import io.github.shmrpc.RpcPeer;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.buffer.MessageBuffer;
import io.github.shmrpc.logging.RateLimitedLog;
import io.github.shmrpc.protocol.FrameDescriptor;
import io.github.shmrpc.protocol.FrameReader;
import io.github.shmrpc.stream.InboundStream;
import io.github.shmrpc.transport.InboundFrame;
import org.jspecify.annotations.Nullable;

/**
 * A call that is being served.
 * <p>
 * A polling thread uses one object for call after call, as long as nobody else can have
 * seen it: a handler that asks for its context, a take-over of the poll role and an
 * answer that comes later each make the thread leave the object to its call and take a
 * new one. So a context is never another call's, however long it is kept.
 * <p>
 * The fields of the call itself are written by {@link #begin} before the object can be
 * seen by another thread; what the call has become is under its lock.
 */
final class ServerCall implements CallContext {

    private @Nullable ServerConnection connection;

    private @Nullable MethodBinding binding;

    private long callId;

    private byte codec;

    private boolean oneWay;

    private boolean compressed;

    private long timeoutNs;

    private long arrivedNs;

    private boolean arrivalKnown;

    /** Set in the poll role before the call can be found by others. */
    private @Nullable CallStreams streams;

    /** What the method's observer gave at the begin. */
    private long begun;

    private boolean observed;

    // The serving thread, before its handler runs.
    private Metadata metadata = Metadata.EMPTY;

    // Who hands the call over, before its handler's thread has it.
    private @Nullable Object request;

    private @Nullable Runnable whenFinished;

    // Who serves it, before the answer. Never set without leaving the object to its call.
    private Metadata responseMetadata = Metadata.EMPTY;

    // Under the lock; the flag is read by any thread.
    private volatile boolean cancelled;

    private boolean ended;

    private boolean answered;

    private @Nullable Deadline deadline;

    private @Nullable Set<CancelAction> cancelActions;

    /** What the bridge that serves it has of it, told before all others. */
    private @Nullable ServedCall bridged;

    private @Nullable Future<?> deadlineTimer;

    /**
     * Makes it the call of a frame. In the poll role, while nobody else knows this
     * object.
     * @param connection where it came from
     * @param binding its method
     * @param frame a validated REQUEST
     * @param noteArrival whether to look at the clock now
     */
    void begin(ServerConnection connection, MethodBinding binding, MessageBuffer frame, boolean noteArrival) {
        this.connection = connection;
        this.binding = binding;
        this.callId = FrameReader.callId(frame);
        this.codec = FrameReader.codec(frame);
        int flags = FrameReader.flags(frame);
        this.oneWay = (flags & FrameDescriptor.FLAG_ONE_WAY) != 0;
        this.compressed = (flags & FrameDescriptor.FLAG_COMPRESSED) != 0;
        this.timeoutNs = FrameReader.timeoutNs(frame);
        this.metadata = Metadata.EMPTY;
        this.arrivalKnown = false;
        if (noteArrival) {
            noteArrival();
        }
        CallObserver observer = binding.observer();
        if (observer != null) {
            this.begun = observer.begin();
            this.observed = false;
        }
    }

    /** Its time counts from now on, unless it does already. As {@link #begin}. */
    void noteArrival() {
        if (!arrivalKnown && timeoutNs > 0) {
            arrivalKnown = true;
            arrivedNs = System.nanoTime();
        }
    }

    /** Its answer was sent, or none will be: tells the observer. Once. */
    void observeEnd(RpcStatus status) {
        CallObserver observer = binding().observer();
        if (observer != null && !observed) {
            observed = true;
            observer.end(begun, status);
        }
    }

    /** Its streams, {@code null} if it is unary. */
    @Nullable CallStreams streams() {
        return streams;
    }

    void streams(CallStreams opened) {
        streams = opened;
    }

    synchronized @Nullable ServedCall bridged() {
        return bridged;
    }

    /** Sets who serves it and is told of a cancellation. */
    synchronized void bridged(ServedCall served) {
        bridged = served;
    }

    /**
     * Decodes the message ahead of {@link #request}. For an object that serves one call.
     * @throws RpcException INVALID_ARGUMENT
     */
    @Nullable Object decoded(InboundFrame frame) {
        request = binding().decode(frame);
        return request;
    }

    /**
     * What its handler gets: the caller's stream, or the message, decoded now if it was
     * not before.
     * @throws RpcException INVALID_ARGUMENT
     */
    @Nullable Object request(InboundFrame frame) {
        InboundStream inbound = (streams == null) ? null : streams.inbound();
        if (inbound != null) {
            return binding().requestOf(inbound);
        }
        Object known = request;
        return known != null ? known : binding().decode(frame);
    }

    /** What to do once after the answer. For an object that serves one call. */
    void whenFinished(Runnable action) {
        whenFinished = action;
    }

    /** It was answered, and is no call in flight any more. */
    void finished() {
        Runnable action = whenFinished;
        if (action != null) {
            whenFinished = null;
            action.run();
        }
    }

    void metadata(Metadata metadata) {
        this.metadata = metadata;
    }

    ServerConnection connection() {
        if (connection == null) {
            throw new IllegalStateException("The call has not begun");
        }
        return connection;
    }

    MethodBinding binding() {
        if (binding == null) {
            throw new IllegalStateException("The call has not begun");
        }
        return binding;
    }

    long callId() {
        return callId;
    }

    byte codec() {
        return codec;
    }

    /** By who serves it, before the answer. */
    void codec(byte chosen) {
        codec = chosen;
    }

    boolean isOneWay() {
        return oneWay;
    }

    /** Whether its message came as gzip. */
    boolean isCompressed() {
        return compressed;
    }

    /** Whether its time was over before it began. A timeout of zero is none. */
    boolean isExpired() {
        return timeoutNs < 0 || (arrivalKnown && System.nanoTime() - arrivedNs >= timeoutNs);
    }

    @Override
    public String method() {
        return binding().name();
    }

    @Override
    public synchronized Deadline deadline() {
        if (deadline == null) {
            deadline = timeoutNs == 0 ? Deadline.NEVER : Deadline.afterNs(timeLeftNs());
        }
        return deadline;
    }

    /**
     * Where the arrival was not noted, the first who asks starts the time: only in a
     * method that was never asked so far.
     */
    private long timeLeftNs() {
        long elapsedNs = arrivalKnown ? System.nanoTime() - arrivedNs : 0;
        // A peer may have written any number; of two that are not negative the difference
        // cannot overflow.
        return Math.max(timeoutNs, -1) - elapsedNs;
    }

    @Override
    public Metadata metadata() {
        return metadata;
    }

    @Override
    public Metadata responseMetadata() {
        return responseMetadata;
    }

    @Override
    public void responseMetadata(Metadata metadata) {
        responseMetadata = metadata;
    }

    @Override
    public RpcPeer peer() {
        return connection().rpcPeer();
    }

    @Override
    public boolean isCancelled() {
        return cancelled || !connection().isOpen() || deadline().isExpired();
    }

    @Override
    public Registration onCancel(Runnable action) {
        CancelAction registered = new CancelAction(this, action);
        if (isCancelled()) {
            registered.runUnlessEnded();
        }
        else if (add(registered)) {
            watchDeadline();
        }
        return registered;
    }

    @Override
    public Registration onPeerCancel(Runnable action) {
        CancelAction registered = new CancelAction(this, action);
        if (!connection().isOpen()) {
            registered.runUnlessEnded();
        }
        else {
            add(registered);
        }
        return registered;
    }

    @Override
    public boolean interruptsOnCancel() {
        return binding().interruptsOnCancel();
    }

    /** False if it will not have to run any more. */
    private boolean add(CancelAction action) {
        synchronized (this) {
            if (ended) {
                return false;
            }
            if (!cancelled) {
                cancelActions = cancelActions == null ? new LinkedHashSet<>(4) : cancelActions;
                cancelActions.add(action);
                return true;
            }
        }
        action.run();
        return false;
    }

    /** An action was taken back. */
    synchronized void remove(CancelAction action) {
        if (cancelActions != null) {
            cancelActions.remove(action);
        }
    }

    /**
     * Nobody tells when the deadline passes: so the first who wants to know has it
     * watched.
     */
    private synchronized void watchDeadline() {
        if (deadlineTimer == null && !ended && timeoutNs != 0) {
            deadlineTimer = connection().deadlines().schedule(this, deadline().remainingNs());
        }
    }

    /**
     * Nobody waits for the answer any more. Runs what was left for that, each action
     * once. Any thread, any number of times.
     * @param log where failures of the actions go
     */
    void cancel(RateLimitedLog log) {
        Set<CancelAction> actions;
        ServedCall served;
        synchronized (this) {
            cancelled = true;
            actions = cancelActions;
            cancelActions = null;
            served = ended ? null : bridged;
        }
        if (served != null) {
            served.cancelled();
        }
        if (actions == null) {
            return;
        }
        for (CancelAction action : actions) {
            try {
                action.run();
            }
            catch (Throwable failure) {
                log.warn("onCancel:" + method(), "Cancel action of a call of " + method() + " failed", failure);
            }
        }
    }

    /** Sets the flag alone, for who has no time to run the actions. */
    synchronized void markCancelled() {
        cancelled = true;
    }

    boolean isMarkedCancelled() {
        return cancelled;
    }

    /**
     * Claims the right to answer.
     * @return false if the call was answered before
     */
    synchronized boolean answer() {
        boolean first = !answered;
        answered = true;
        return first;
    }

    /** It is over: no action runs any more. */
    synchronized void end() {
        ended = true;
        cancelActions = null;
        if (deadlineTimer != null) {
            deadlineTimer.cancel(false);
            deadlineTimer = null;
        }
    }

    synchronized boolean isEnded() {
        return ended;
    }

    @Override
    public String toString() {
        return "call " + callId + " of " + (binding == null ? "?" : binding.name());
    }

}
