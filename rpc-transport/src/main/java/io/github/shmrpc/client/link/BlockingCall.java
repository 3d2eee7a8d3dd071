package io.github.shmrpc.client.link;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

import io.github.shmrpc.client.link.Replies.Wait;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.OutboundFrame;
import org.jspecify.annotations.Nullable;

/**
 * A call whose caller waits in its own thread, with the frames that it needs; reused from
 * call to call by {@link BlockingCalls}.
 *
 * <p>
 * The caller and the one completer meet in {@code state}: the caller parks only after it
 * has changed PENDING to FOLLOWING (it would take the poll role) or PARKED (it would
 * not), and the completer, which sets DONE by an exchange, unparks only who has done so:
 * a caller that polls for itself or still spins costs the completer no kernel call. What
 * the completer leaves here it writes before DONE.
 */
public final class BlockingCall extends ClientCall {

    private static final int PENDING = 0;

    private static final int FOLLOWING = 1;

    private static final int PARKED = 2;

    private static final int DONE = 3;

    /** An array above this size is dropped once it was not needed for a while. */
    private static final int LARGE = 64 * 1024;

    private static final int KEPT_CALLS = 64;

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(BlockingCall.class, "state", int.class);
        }
        catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    // Caller and completer.
    private volatile int state;

    // The completer before DONE, the caller after it.
    private @Nullable Loss loss;

    private @Nullable InboundFrame headers;

    private final InboundFrame reply = new InboundFrame();

    // The caller.
    private final OutboundFrame request = new OutboundFrame();

    private Thread caller = Thread.currentThread();

    private long timeoutNs;

    private long deadlineNs;

    private boolean clockRead;

    private boolean reusable = true;

    private int smallRequests;

    private int smallReplies;

    BlockingCall() {
    }

    /**
     * The frame that asks.
     * @return for the caller's thread
     */
    public OutboundFrame request() {
        return request;
    }

    /**
     * The frame that answers, RESPONSE or ERROR.
     * @return valid after the call was answered, for the caller's thread
     */
    public InboundFrame reply() {
        return reply;
    }

    /**
     * What came ahead of the answer.
     * @return a frame of its own, or {@code null} if nothing has come; valid after the
     * call was answered, for the caller's thread
     */
    public @Nullable InboundFrame headers() {
        return headers;
    }

    /**
     * Its time begins: with the first look at the clock, which a call that is answered at
     * once never needs.
     * @param forNs how long it may take, positive
     */
    public void begin(long forNs) {
        timeoutNs = forNs;
        clockRead = false;
    }

    /**
     * The same with a look at the clock at once: where the application's code makes the
     * request, which counts.
     * @param forNs how long it may take, positive
     */
    public void beginNow(long forNs) {
        timeoutNs = forNs;
        deadlineNs = System.nanoTime() + forNs;
        clockRead = true;
    }

    @Override
    public long deadlineNs() {
        if (!clockRead) {
            deadlineNs = System.nanoTime() + timeoutNs;
            clockRead = true;
        }
        return deadlineNs;
    }

    /**
     * What is left of its time.
     * @return nanoseconds
     */
    public long remainingNs() {
        return clockRead ? deadlineNs - System.nanoTime() : timeoutNs;
    }

    /**
     * The whole of its time.
     * @return nanoseconds
     */
    public long timeoutNs() {
        return timeoutNs;
    }

    /**
     * Makes it ready to be sent, for the first time or again on another connection, by
     * the current thread.
     */
    void prepare() {
        caller = Thread.currentThread();
        loss = null;
        headers = null;
        request.sent(0);
        request.position(0);
        // Nobody else knows the call yet; its slot of the table publishes it.
        STATE.setOpaque(this, PENDING);
    }

    /**
     * The caller ended it on its own: the table's slot might be compared with it by
     * somebody slow, so that it is not reused.
     */
    void retire() {
        reusable = false;
    }

    /** Gives back what carriers have lent to its frames. The caller is done with it. */
    void giveBack() {
        request.dropBody();
        reply.release();
    }

    boolean isReusable() {
        return reusable;
    }

    /** Lets go of what one large message has left, unless large ones come often. */
    void tidy() {
        smallRequests = request.length() > LARGE ? 0 : smallRequests + 1;
        smallReplies = reply.length() > LARGE ? 0 : smallReplies + 1;
        if (smallRequests > KEPT_CALLS) {
            request.trim();
            smallRequests = 0;
        }
        if (smallReplies > KEPT_CALLS) {
            reply.trim();
            smallReplies = 0;
        }
    }

    boolean isDone() {
        return state == DONE;
    }

    @Override
    boolean needsPolling(FrameSink on) {
        return state != DONE;
    }

    /**
     * Why no reply came.
     * @return {@code null} if one came; valid once it is done
     */
    @Nullable Loss loss() {
        return loss;
    }

    @Override
    void headers(InboundFrame frame) {
        InboundFrame copy = new InboundFrame(frame.length());
        copy.append(frame.array(), 0, frame.length());
        headers = copy;
    }

    @Override
    void replied(InboundFrame frame) {
        reply.swap(frame);
        complete();
    }

    @Override
    void lost(Loss why) {
        loss = why;
        complete();
    }

    private void complete() {
        // Read before DONE: the object may serve another thread right after.
        Thread waiting = caller;
        if (waiting == Thread.currentThread()) {
            // The caller polls for itself: nobody else waits for this.
            STATE.setOpaque(this, DONE);
        }
        else if ((int) STATE.getAndSet(this, DONE) != PENDING) {
            LockSupport.unpark(waiting);
        }
    }

    /**
     * The caller is about to park until it may have the poll role. False if the call is
     * done.
     */
    boolean follows() {
        return STATE.compareAndSet(this, PENDING, FOLLOWING);
    }

    boolean isFollowing() {
        return state == FOLLOWING;
    }

    /** The caller follows no more. */
    void unfollows() {
        STATE.compareAndSet(this, FOLLOWING, PENDING);
    }

    /** The caller is about to park until the call has ended. False if it has. */
    boolean parks() {
        return STATE.compareAndSet(this, PENDING, PARKED);
    }

    /** Waits in the caller's thread, after {@link #parks}. */
    Wait parkUntilDone(long untilNs) {
        while (!isDone()) {
            long remainingNs = untilNs - System.nanoTime();
            if (remainingNs <= 0) {
                return Wait.EXPIRED;
            }
            if (Thread.currentThread().isInterrupted()) {
                return Wait.INTERRUPTED;
            }
            LockSupport.parkNanos(this, remainingNs);
        }
        return Wait.DONE;
    }

    /** The caller leaves polling to others until the call has ended. */
    boolean isParked() {
        return state == PARKED;
    }

    void unparkCaller() {
        LockSupport.unpark(caller);
    }

}
