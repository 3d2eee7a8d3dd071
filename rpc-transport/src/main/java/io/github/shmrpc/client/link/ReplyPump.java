package io.github.shmrpc.client.link;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.Poller;

/**
 * Polls one connection for the replies of all its calls, by the threads that wait for
 * them. The thread that holds the {@link PollRole}, the leader, completes whatever comes;
 * when its own reply is there it leaves, and one that waits takes its place. So a sole
 * caller pays no hand-over to another thread at all. A {@link BackgroundReader} leads
 * while nobody else does.
 *
 * <p>
 * A leader may be entered again by its own thread: what completes an asynchronous call
 * may run the application's code, which may call in its turn. That inner call polls under
 * the role its thread already holds; the inbound frame is free then, as a call has taken
 * what it needs before it is completed.
 *
 * <p>
 * A virtual thread does not sleep in the poller, as it would hold its carrier: it leads
 * for a short time only, then leaves the polling to the reader and parks, counted among
 * the {@link #dependents}.
 */
final class ReplyPump {

    /** How a wait ended. */
    enum Wait {

        DONE, EXPIRED, INTERRUPTED

    }

    /** How often a follower looks for its reply before it parks. */
    private static final int SPINS = Runtime.getRuntime().availableProcessors() > 1 ? 40 : 0;

    /** Longest time that a virtual thread polls without a reply. */
    private static final long VIRTUAL_LEAD_NS = 50_000;

    /** A virtual thread tries to lead now and then even if that was of no use before. */
    private static final int VIRTUAL_RETRY = 16;

    private static final VarHandle LEADS;

    static {
        try {
            LEADS = MethodHandles.lookup().findVarHandle(ReplyPump.class, "leads", long.class);
        }
        catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final Poller poller;

    private final FrameSink sink;

    private final PollRole role;

    private final BackgroundReader reader;

    // Any thread.
    /**
     * Those for whom the reader must poll while nobody leads: asynchronous calls and
     * parked virtual threads.
     */
    private final AtomicInteger dependents = new AtomicInteger();

    private volatile boolean ended;

    // Holder of the role.
    private final InboundFrame inbound = new InboundFrame();

    /**
     * How often callers took the role. Read by the reader without order, as a hint of
     * activity.
     */
    private long leads;

    // Virtual threads, racily: hints.
    private boolean virtualLeadsInVain;

    private int virtualWaits;

    /**
     * A pump that nobody works yet.
     * @param poller inbound side of the connection
     * @param table its calls
     * @param sink takes each frame
     * @param name for the reader's thread
     */
    ReplyPump(Poller poller, CallTable table, FrameSink sink, String name) {
        this.poller = poller;
        this.sink = sink;
        this.role = new PollRole(table);
        this.reader = new BackgroundReader(this, role, poller, table, name);
    }

    void start() {
        reader.start();
    }

    /**
     * The connection has reported its end: no frame will come. For the holder of the
     * role.
     */
    void end() {
        ended = true;
        reader.wake();
    }

    boolean hasEnded() {
        return ended;
    }

    // -- Waiting
    // ---------------------------------------------------------------------------------------------------

    /**
     * Waits for a call of the current thread.
     * @param call sent
     * @param deadlineNs until when, on the clock of {@link System#nanoTime()}
     * @param remainingNs what was left of that a moment ago
     */
    Wait await(BlockingCall call, long deadlineNs, long remainingNs) {
        Wait wait = role.isHeldByCurrentThread() ? lead(call, deadlineNs, remainingNs)
                : waitInTurn(call, deadlineNs, remainingNs);
        // Maybe somebody put the baton down for this call just before it ended.
        if (role.takeBaton(call)) {
            handOver();
        }
        return wait;
    }

    private Wait waitInTurn(BlockingCall call, long deadlineNs, long remainingNs) {
        boolean virtual = VirtualThreads.isCurrent();
        while (true) {
            if (call.isDone()) {
                return Wait.DONE;
            }
            if (virtual && virtualLeadsInVain && ++virtualWaits % VIRTUAL_RETRY != 0) {
                return parkVirtual(call, deadlineNs);
            }
            if (role.tryAcquire()) {
                Wait wait = virtual ? leadShortly(call, deadlineNs) : leadOnce(call, deadlineNs, remainingNs);
                if (wait != Wait.EXPIRED || !virtual || deadlineNs - System.nanoTime() <= 0) {
                    return wait;
                }
                return parkVirtual(call, deadlineNs);
            }
            Wait wait = follow(call, deadlineNs);
            if (wait != Wait.DONE) {
                return wait;
            }
        }
    }

    /** Polls until the call has ended, then gives up the role. */
    private Wait leadOnce(ClientCall call, long deadlineNs, long remainingNs) {
        LEADS.setOpaque(this, leads + 1);
        try {
            return lead(call, deadlineNs, remainingNs);
        }
        catch (RuntimeException | Error unexpected) {
            sink.failed(unexpected);
            return Wait.DONE;
        }
        finally {
            leave();
        }
    }

    /** Polls until the call has ended; the role is held. */
    private Wait lead(ClientCall call, long deadlineNs, long remainingNs) {
        long timeoutNs = remainingNs;
        while (call.needsPolling(sink)) {
            if (pollOne()) {
                continue;
            }
            // A poll without a frame may have reported the end of the connection, and
            // with it that of the call.
            if (!call.needsPolling(sink)) {
                return Wait.DONE;
            }
            if (timeoutNs <= 0) {
                return Wait.EXPIRED;
            }
            if (Thread.currentThread().isInterrupted()) {
                return Wait.INTERRUPTED;
            }
            poller.await(timeoutNs);
            if (!pollOne()) {
                timeoutNs = deadlineNs - System.nanoTime();
            }
        }
        return Wait.DONE;
    }

    /** The same for a virtual thread; EXPIRED also if no reply came in a short time. */
    private Wait leadShortly(BlockingCall call, long deadlineNs) {
        long now = System.nanoTime();
        long untilNs = deadlineNs - now < VIRTUAL_LEAD_NS ? deadlineNs : now + VIRTUAL_LEAD_NS;
        Wait wait = leadOnce(call, untilNs, untilNs - now);
        virtualLeadsInVain = wait == Wait.EXPIRED;
        return wait;
    }

    /** Waits until the call has ended or the role may be had: DONE stands for both. */
    private Wait follow(BlockingCall call, long deadlineNs) {
        for (int i = 0; i < SPINS; i++) {
            if (call.isDone() || role.isFree()) {
                return Wait.DONE;
            }
            Thread.onSpinWait();
        }
        if (!call.follows()) {
            return Wait.DONE;
        }
        role.enter();
        Wait wait = parkUntilFree(call, deadlineNs);
        call.unfollows();
        role.exit();
        if (role.takeBaton(call) && (wait != Wait.DONE || call.isDone())) {
            handOver();
        }
        return wait;
    }

    private Wait parkUntilFree(BlockingCall call, long deadlineNs) {
        while (true) {
            // After the state and the count were set. Pairs with PollRole.wakeOne.
            if (call.isDone() || role.isFree()) {
                return Wait.DONE;
            }
            reader.interrupt();
            long remainingNs = deadlineNs - System.nanoTime();
            if (remainingNs <= 0) {
                return Wait.EXPIRED;
            }
            if (Thread.currentThread().isInterrupted()) {
                return Wait.INTERRUPTED;
            }
            LockSupport.parkNanos(this, remainingNs);
            if (role.takeBaton(call)) {
                // The duty that comes with it: to take the role if it is free, or to wake
                // another.
                if (!call.isDone()) {
                    continue;
                }
                handOver();
            }
        }
    }

    /** A virtual thread waits while others poll; the reader does if need be. */
    private Wait parkVirtual(BlockingCall call, long deadlineNs) {
        addDependent();
        try {
            wakeReader();
            if (!call.parks()) {
                return Wait.DONE;
            }
            while (!call.isDone()) {
                long remainingNs = deadlineNs - System.nanoTime();
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
        finally {
            removeDependent();
        }
    }

    // -- Polling
    // ---------------------------------------------------------------------------------------------------

    /** Takes and handles one frame; the role is held. False if there was none. */
    boolean pollOne() {
        if (poller.poll(inbound) == null) {
            return false;
        }
        sink.received(inbound);
        return true;
    }

    /**
     * Handles one frame, if there is one and nobody else does so: for a caller that waits
     * for room.
     */
    boolean helpOnce() {
        if (role.isHeldByCurrentThread()) {
            return pollOne();
        }
        if (!role.tryAcquire()) {
            return false;
        }
        LEADS.setOpaque(this, leads + 1);
        try {
            return pollOne();
        }
        catch (RuntimeException | Error unexpected) {
            sink.failed(unexpected);
            return true;
        }
        finally {
            leave();
        }
    }

    /**
     * Polls in the thread that waits for an asynchronous call, if the role can be had
     * soon. Returns when the call has ended, the thread is interrupted, the time has
     * passed, or the role cannot be had: the caller waits then.
     */
    void help(ClientCall call, long deadlineNs) {
        if (role.isHeldByCurrentThread()) {
            lead(call, deadlineNs, deadlineNs - System.nanoTime());
            return;
        }
        if (VirtualThreads.isCurrent() || !acquireSoon(call)) {
            return;
        }
        leadOnce(call, deadlineNs, deadlineNs - System.nanoTime());
    }

    /** Asks the reader for the role, and waits a little. */
    private boolean acquireSoon(ClientCall call) {
        if (role.tryAcquire()) {
            return true;
        }
        role.enter();
        try {
            reader.interrupt();
            for (int i = 0; i < SPINS * 4 && call.needsPolling(sink); i++) {
                if (role.tryAcquire()) {
                    return true;
                }
                Thread.onSpinWait();
            }
            return false;
        }
        finally {
            role.exit();
        }
    }

    /** Gives up the role. */
    void leave() {
        role.release();
        handOver();
    }

    /** After the role was free: sees to it that somebody polls who needs to. */
    private void handOver() {
        if (!role.wakeOne() && dependents.get() > 0) {
            reader.offerRole();
        }
    }

    // -- Asynchronous calls
    // ----------------------------------------------------------------------------------------

    void addDependent() {
        dependents.incrementAndGet();
    }

    void removeDependent() {
        dependents.decrementAndGet();
    }

    boolean hasDependents() {
        return dependents.get() > 0;
    }

    /** A call that depends on the reader was sent. */
    void sentDependent(long deadlineNs) {
        reader.expiresAt(deadlineNs);
        wakeReader();
    }

    private void wakeReader() {
        // After the dependent was counted. Pairs with the reader's look at them before it
        // parks.
        if (role.isFree()) {
            reader.offerRole();
        }
    }

    /** Somebody else than the leader has changed what it waits for. */
    void wakeup() {
        poller.wakeup();
    }

    /**
     * Gets whoever polls to look again, be it the reader: the connection was closed by
     * this side.
     */
    void interrupt() {
        poller.wakeup();
        reader.wake();
    }

    /** The reader cannot go on. */
    void fail(Throwable cause) {
        sink.failed(cause);
    }

    long leads() {
        return (long) LEADS.getOpaque(this);
    }

}
