package io.github.shmrpc.client.link;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.github.shmrpc.transport.Poller;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of a connection that polls while no caller does: for asynchronous calls and
 * parked virtual threads, and on an idle connection to learn of its end. It also ends
 * asynchronous calls whose time is up.
 *
 * <p>
 * It keeps out of the way of callers that poll for themselves. While it leads, it gives
 * the role up to any follower, who gets it out of its sleep by {@link #interrupt}. Then
 * it parks, looks now and then whether callers still take the role, and takes it itself
 * only after a time in which none did; or as soon as it is woken because somebody depends
 * on it. Where the application comes for replies itself, that time is so long that the
 * application is the only one that polls as long as it comes a few times a second; and
 * then it is also the one that ends calls.
 *
 * <p>
 * {@code state} says how to reach it. SLEEPING is set before it looks for followers a
 * last time and waits in the poller; a follower counts itself before it reads the state:
 * one of the two sees the other. PARKED, or NAPPING if there are dependents already, is
 * set before it looks for dependents a last time and parks; a dependent is counted before
 * the state is read. Who finds it SLEEPING or PARKED changes that to RUNNING by
 * compare-and-set, so that one of many wakes it.
 */
final class BackgroundReader {

    private static final Logger LOGGER = LoggerFactory.getLogger(BackgroundReader.class);

    private static final int RUNNING = 0;

    private static final int PARKED = 1;

    private static final int NAPPING = 2;

    private static final int SLEEPING = 3;

    private static final long IDLE_CHECK_NS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final long LONGEST_CHECK_NS = TimeUnit.MILLISECONDS.toNanos(80);

    /** The same where the application polls by itself. */
    private static final long POLLED_CHECK_NS = TimeUnit.MILLISECONDS.toNanos(200);

    /**
     * Longest time that a reply to a dependent may lie unread after callers stopped to
     * poll.
     */
    private static final long NAP_NS = TimeUnit.MILLISECONDS.toNanos(1);

    /** Frames between two looks at the clock. */
    private static final int POLL_LIMIT = 64;

    /** Calls are ended late by this at most, beside the scheduler's delay. */
    private static final long EXPIRY_STEP_NS = TimeUnit.MICROSECONDS.toNanos(500);

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(BackgroundReader.class, "state", int.class);
        }
        catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final ReplyPump pump;

    private final PollRole role;

    private final Poller poller;

    private final Expiry expiry;

    private final Thread thread;

    private final boolean polled;

    // Any thread.
    private volatile int state = RUNNING;

    /** The application polls: the role is to be given up for it. */
    private volatile boolean yields;

    BackgroundReader(ReplyPump pump, PollRole role, Poller poller, Expiry expiry, boolean polled, String name) {
        this.pump = pump;
        this.role = role;
        this.poller = poller;
        this.expiry = expiry;
        this.polled = polled;
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    Thread thread() {
        return thread;
    }

    // -- Others

    /**
     * Gets it to give up the role, if it sleeps in the poller. To be called after
     * entering the role's followers.
     */
    void interrupt() {
        if (state == SLEEPING && STATE.compareAndSet(this, SLEEPING, RUNNING)) {
            poller.wakeup();
        }
    }

    /** Gets it to give up the role, for a thread that will come again and again. */
    void yieldRole() {
        if (role.isHeldBy(thread)) {
            yields = true;
            interrupt();
        }
    }

    /** Gets it to look for the role now. */
    void wake() {
        int seen = state;
        if ((seen == PARKED || seen == NAPPING) && STATE.compareAndSet(this, seen, RUNNING)) {
            LockSupport.unpark(thread);
        }
    }

    /**
     * The role is free, and there are dependents. A reader that naps is left alone: who
     * polled just now will most likely do so again, and to wake the reader costs more
     * than a call.
     */
    void offerRole() {
        if (state == PARKED) {
            wake();
        }
    }

    /** Gets it to see what has changed, be it asleep or standing by. */
    void alert() {
        wake();
        interrupt();
    }

    // -- The reader's thread

    private void run() {
        try {
            while (!pump.hasEnded()) {
                if (role.tryAcquire()) {
                    lead();
                }
                if (!pump.hasEnded()) {
                    standBy();
                }
            }
        }
        catch (Throwable unexpected) {
            LOGGER.error("{} failed: its connection is closed", thread.getName(), unexpected);
            pump.fail(unexpected);
        }
    }

    /** Polls until a follower wants to. */
    private void lead() {
        try {
            while (!pump.hasEnded() && !role.hasFollowers() && !yields) {
                expiry.expireCalls();
                if (!pollSome()) {
                    sleep();
                }
            }
        }
        finally {
            yields = false;
            pump.leave();
        }
    }

    private boolean pollSome() {
        int polled = 0;
        while (polled < POLL_LIMIT && !role.hasFollowers() && pump.pollOne()) {
            polled++;
        }
        return polled > 0;
    }

    private void sleep() {
        // Somebody's code may have left the flag; the poller would not wait.
        Thread.interrupted();
        state = SLEEPING;
        // After the state was set. Pairs with interrupt().
        if (!role.hasFollowers() && !yields && !pump.hasEnded()) {
            long timeoutNs = pump.until(untilExpiryNs());
            if (pump.recountDependents()) {
                poller.awaitQuietly(timeoutNs);
            }
            else {
                poller.awaitIdly(timeoutNs);
            }
        }
        state = RUNNING;
    }

    /** Parks until nobody has led for a time, or somebody wakes it. */
    private void standBy() {
        long checkNs = polled ? POLLED_CHECK_NS : IDLE_CHECK_NS;
        while (!pump.hasEnded()) {
            long leads = pump.leads();
            boolean naps = pump.recountDependents();
            state = naps ? NAPPING : PARKED;
            // After the state was set. Pairs with wake().
            if (!naps && pump.hasDependents() && role.isFree() && !role.hasFollowers()) {
                state = RUNNING;
                return;
            }
            Thread.interrupted();
            LockSupport.parkNanos(this, naps ? Math.min(untilExpiryNs(), NAP_NS) : standByNs(checkNs));
            boolean woken = state == RUNNING;
            state = RUNNING;
            expiry.expireCalls();
            boolean idle = leads == pump.leads() && role.isFree();
            if (woken || idle) {
                return;
            }
            checkNs = polled ? POLLED_CHECK_NS : Math.min(LONGEST_CHECK_NS, 2 * checkNs);
        }
    }

    private long standByNs(long checkNs) {
        return polled ? checkNs : Math.min(untilExpiryNs(), checkNs);
    }

    private long untilExpiryNs() {
        return Math.max(EXPIRY_STEP_NS, expiry.remainingNs());
    }

}
