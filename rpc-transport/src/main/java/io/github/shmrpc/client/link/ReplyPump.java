package io.github.shmrpc.client.link;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.Poller;
import org.jspecify.annotations.Nullable;

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
 */
final class ReplyPump implements Replies {

    private static final VarHandle LEADS;

    private static final VarHandle WAITS_SINCE;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            LEADS = lookup.findVarHandle(ReplyPump.class, "leads", long.class);
            WAITS_SINCE = lookup.findVarHandle(ReplyPump.class, "waitsSinceNs", long.class);
        }
        catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private static final int EAGER_POLLS = 64;

    /** A leader that others wait for looks after this time whether they still do. */
    private static final long LOOK_FOR_FOLLOWERS_NS = 2_000_000;

    /** {@link #waitsSinceNs} while the leader does not wait. */
    private static final long NOT_WAITING = 0;

    /** Stands for the deadline of a call, whose clock may not have been read yet. */
    private static final long OWN_DEADLINE = Long.MIN_VALUE;

    private final Poller poller;

    private final FrameSink sink;

    private final PollRole role;

    private final BackgroundReader reader;

    private final Outlet outlet;

    private final @Nullable PolledLinks polled;

    private final CallTable table;

    private final Expiry expiry;

    private final long patienceNs;

    private final CallWaiter waiter;

    private final boolean serves;

    // Any thread.
    /**
     * Whether the reader must poll while nobody leads, as there may be asynchronous calls
     * and parked threads: see {@link #recountDependents}.
     */
    private volatile boolean dependents;

    /**
     * Asynchronous calls whose replies the application comes for itself: the same while
     * one of its threads waits.
     */
    private final AtomicInteger polledCalls = new AtomicInteger();

    private volatile boolean ended;

    // Holder of the role.
    private final InboundFrame inbound = new InboundFrame();

    /**
     * How often callers took the role. Read by the reader without order, as a hint of
     * activity.
     */
    private long leads;

    /** Taken so far. Read by others without order, as a hint. */
    private long frames;

    /**
     * When the leader began to wait for its reply in the poller. Read by followers
     * without order, as a hint that it is of use to interrupt it.
     */
    private long waitsSinceNs;

    /** Whether the application's last look found nothing, though calls were open. */
    private boolean overdue;

    /**
     * A pump that nobody works yet.
     * @param poller inbound side of the connection
     * @param table its calls
     * @param sink takes each frame
     * @param outlet is flushed
     * @param polled those of the channel if the application comes for replies itself
     * @param patienceNs a leader whose reply has not come after so long gives the role up
     * to whoever wants it: it sleeps, and would have to be woken for each of their
     * replies
     * @param serves whether the peer calls, too: somebody must always poll
     * @param name for the reader's thread
     */
    ReplyPump(Poller poller, CallTable table, FrameSink sink, Outlet outlet, @Nullable PolledLinks polled,
            long patienceNs, boolean serves, String name) {
        this.outlet = outlet;
        this.poller = poller;
        this.sink = sink;
        this.role = new PollRole(table);
        this.polled = polled;
        this.table = table;
        this.patienceNs = patienceNs;
        this.serves = serves;
        this.expiry = new Expiry(table);
        this.reader = new BackgroundReader(this, role, poller, expiry, polled != null, name);
        this.waiter = new CallWaiter(this, sink);
    }

    @Override
    public void start() {
        reader.start();
    }

    @Override
    public void beforeWait(String method) {
        // Who waits polls for itself.
    }

    @Override
    public Wait await(BlockingCall call) {
        return waiter.await(call);
    }

    @Override
    public void help(DependentCall call, long untilNs) {
        waiter.help(call, untilNs);
        if (call.needsPolling(sink)) {
            wakeReader();
        }
    }

    @Override
    public void end() {
        ended = true;
        outlet.close();
        reader.wake();
    }

    @Override
    public boolean hasEnded() {
        return ended;
    }

    // -- Polling

    /** Polls until the call has ended or its time is up, then gives up the role. */
    Wait leadOnce(ClientCall call) {
        return leadOnce(call, OWN_DEADLINE);
    }

    /** The same until another time. */
    Wait leadOnce(ClientCall call, long untilNs) {
        LEADS.setOpaque(this, leads + 1);
        try {
            return lead(call, untilNs, true);
        }
        catch (RuntimeException | Error unexpected) {
            sink.failed(unexpected);
            return Wait.DONE;
        }
        finally {
            leave();
        }
    }

    /**
     * Polls until the call has ended; the role is held.
     * @param mayLeave whether the thread would give it up for somebody else
     */
    Wait lead(ClientCall call, long untilNs, boolean mayLeave) {
        // Most replies are there before it would pay to look at the clock.
        for (int i = 0; i < EAGER_POLLS; i++) {
            pollOne();
            if (!call.needsPolling(sink)) {
                return Wait.DONE;
            }
        }
        long deadlineNs = (untilNs == OWN_DEADLINE) ? call.deadlineNs() : untilNs;
        long startNs = NOT_WAITING;
        while (call.needsPolling(sink)) {
            if (pollOne()) {
                continue;
            }
            // A poll without a frame may have reported the end of the connection, and
            // with it that of the call.
            if (!call.needsPolling(sink)) {
                return Wait.DONE;
            }
            long nowNs = System.nanoTime();
            if (deadlineNs - nowNs <= 0) {
                return Wait.EXPIRED;
            }
            if (Thread.currentThread().isInterrupted()) {
                return Wait.INTERRUPTED;
            }
            boolean wanted = mayLeave && role.hasFollowers();
            if (startNs == NOT_WAITING) {
                startNs = nowNs;
            }
            else if (wanted && nowNs - startNs >= patienceNs) {
                return Wait.OVERTAKEN;
            }
            WAITS_SINCE.setOpaque(this, startNs);
            long waitNs = outlet.until(deadlineNs - nowNs);
            poller.await(wanted ? Math.min(waitNs, LOOK_FOR_FOLLOWERS_NS) : waitNs);
        }
        return Wait.DONE;
    }

    /**
     * Gets a leader whose reply takes long to give up the role. For a follower that is
     * about to park.
     * @return after what time it is worth another try, in nanoseconds
     */
    long interruptLeader(long nowNs) {
        long sinceNs = (long) WAITS_SINCE.getOpaque(this);
        if (sinceNs == NOT_WAITING) {
            return Long.MAX_VALUE;
        }
        long restNs = patienceNs - (nowNs - sinceNs);
        if (restNs <= 0) {
            poller.wakeup();
        }
        return restNs > 0 ? restNs : Long.MAX_VALUE;
    }

    /** Takes and handles one frame; the role is held. False if there was none. */
    boolean pollOne() {
        if (poller.poll(inbound) == null) {
            if (outlet.isOccupied()) {
                outlet.flush();
            }
            return false;
        }
        frames++;
        sink.received(inbound);
        // Who waited for it has swapped it for another, or read it.
        inbound.release();
        return true;
    }

    /** Handles one frame, if there is one and nobody else does so. */
    @Override
    public boolean helpOnce() {
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
     * Handles what has come, if nobody else does so: for an application that comes now
     * and then. A reader that leads will let it have the role the next time.
     * @return how many frames it handled
     */
    @Override
    public int pollSome(int limit) {
        expiry.expireCalls();
        if (role.isHeldByCurrentThread()) {
            return pollUpTo(limit);
        }
        if (!role.tryAcquire()) {
            if (!isReplyAwaited() && !(dependents && hasDependentCall())) {
                reader.yieldRole();
            }
            return 0;
        }
        LEADS.setOpaque(this, leads + 1);
        try {
            return pollAndLook(limit);
        }
        catch (RuntimeException | Error unexpected) {
            sink.failed(unexpected);
            return 1;
        }
        finally {
            leave();
        }
    }

    private int pollAndLook(int limit) {
        int count = pollUpTo(limit);
        if (count == 0) {
            poller.look(overdue);
            count = pollUpTo(limit);
        }
        overdue = count == 0 && polledCalls.get() > 0;
        return count;
    }

    private int pollUpTo(int limit) {
        int count = 0;
        while (count < limit && pollOne()) {
            count++;
        }
        return count;
    }

    /** Gives up the role. */
    void leave() {
        if (waitsSinceNs != NOT_WAITING) {
            WAITS_SINCE.setOpaque(this, NOT_WAITING);
        }
        role.release();
        handOver();
    }

    /** After the role was free: sees to it that somebody polls who needs to. */
    void handOver() {
        if (!role.wakeOne() && hasDependents()) {
            reader.offerRole();
        }
    }

    PollRole role() {
        return role;
    }

    BackgroundReader reader() {
        return reader;
    }

    // -- Those who depend on the reader

    /**
     * A call in the table depends on the reader. After it was put there: who finds the
     * mark set writes nothing that others read, so that such calls do not get into each
     * other's way.
     */
    void addDependent() {
        if (!dependents) {
            dependents = true;
        }
    }

    /** True also for a while after the last of them has ended. */
    boolean hasDependents() {
        return serves || dependents || outlet.isOccupied() || isReplyAwaited();
    }

    private boolean isReplyAwaited() {
        return polled != null && polledCalls.get() > 0 && polled.isAwaited();
    }

    /**
     * The same after a look at all calls, for the reader: the mark stays set when the
     * calls that it was for have ended. First it is cleared, then the table is read; a
     * dependent is in the table before the mark is looked at, so that it is seen here, or
     * sees the mark cleared and sets it again.
     */
    boolean recountDependents() {
        if (dependents) {
            dependents = false;
            if (hasDependentCall()) {
                dependents = true;
            }
        }
        return hasDependents();
    }

    private boolean hasDependentCall() {
        for (int slot = 0; slot < table.length(); slot++) {
            ClientCall call = table.at(slot);
            boolean depends = (call instanceof BlockingCall blocking) ? blocking.isParked()
                    : call != null && polled == null;
            if (depends) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void addCall() {
        if (polled != null) {
            polledCalls.incrementAndGet();
        }
    }

    @Override
    public void removeCall() {
        if (polled != null) {
            polledCalls.decrementAndGet();
        }
    }

    @Override
    public void sentCall(long deadlineNs) {
        boolean sooner = expiry.expiresAt(deadlineNs);
        if (polled == null) {
            addDependent();
        }
        else if (!polled.isAwaited()) {
            // After that and after it was counted: who waits for a reply says so, then
            // has the reader look.
            return;
        }
        if (sooner) {
            reader.alert();
        }
        // After it was counted, or the mark was seen set. Pairs with the reader's look at
        // the dependents before it parks.
        if (role.isFree()) {
            reader.offerRole();
        }
    }

    @Override
    public void wakeReader() {
        if (polled != null) {
            reader.alert();
        }
    }

    @Override
    public void wakeup() {
        poller.wakeup();
    }

    /**
     * Gets whoever polls to look again, be it the reader: the connection was closed by
     * this side, or frames wait for room.
     */
    @Override
    public void interrupt() {
        poller.wakeup();
        reader.wake();
    }

    /** The reader cannot go on. */
    void fail(Throwable cause) {
        sink.failed(cause);
    }

    /** How long the reader may wait for something to poll. */
    long until(long timeoutNs) {
        return outlet.until(timeoutNs);
    }

    long frames() {
        return frames;
    }

    long leads() {
        return (long) LEADS.getOpaque(this);
    }

}
