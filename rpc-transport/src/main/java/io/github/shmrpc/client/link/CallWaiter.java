package io.github.shmrpc.client.link;

import java.util.concurrent.locks.LockSupport;

import io.github.shmrpc.client.link.Replies.Wait;
import io.github.shmrpc.thread.VirtualThreads;

/**
 * How a caller's thread waits for its reply: it leads if it can, else it follows, which
 * is to spin a little, then to park until its reply is there or the role is free.
 *
 * <p>
 * A virtual thread does not sleep in the poller, as it would hold its carrier: it leads
 * for a short time only, then leaves the polling to the reader and parks, counted among
 * those who depend on it. So does any leader whose reply takes long once another thread
 * wants to poll: the calls of that one shall not have to wake a leader that sleeps.
 */
final class CallWaiter {

    /** How often a follower looks for its reply before it parks. */
    private static final int SPINS = Runtime.getRuntime().availableProcessors() > 1 ? 40 : 0;

    /** The same giving the core away each time: who leads may be waiting for it. */
    private static final int YIELDS = 4;

    /** Longest time that a virtual thread polls without a reply. */
    private static final long VIRTUAL_LEAD_NS = 50_000;

    /** A virtual thread tries to lead now and then even if that was of no use before. */
    private static final int VIRTUAL_RETRY = 64;

    private final ReplyPump pump;

    private final FrameSink sink;

    private final PollRole role;

    private final BackgroundReader reader;

    // Virtual threads, racily: hints.
    private boolean virtualLeadsInVain;

    private int virtualWaits;

    CallWaiter(ReplyPump pump, FrameSink sink) {
        this.pump = pump;
        this.sink = sink;
        this.role = pump.role();
        this.reader = pump.reader();
    }

    /**
     * Waits for a call of the current thread.
     * @param call sent
     */
    Wait await(BlockingCall call) {
        Wait wait = role.isHeldByCurrentThread() ? pump.lead(call, call.deadlineNs(), false) : waitInTurn(call);
        // Maybe somebody put the baton down for this call just before it ended.
        if (role.takeBaton(call)) {
            pump.handOver();
        }
        return wait;
    }

    private Wait waitInTurn(BlockingCall call) {
        boolean virtual = VirtualThreads.isCurrent();
        while (true) {
            if (call.isDone()) {
                return Wait.DONE;
            }
            if (virtual && virtualLeadsInVain && ++virtualWaits % VIRTUAL_RETRY != 0) {
                return parkVirtual(call, call.deadlineNs());
            }
            Wait wait = !role.tryAcquire() ? follow(call, call.deadlineNs())
                    : virtual ? leadShortly(call, call.deadlineNs()) : pump.leadOnce(call);
            if (wait == Wait.OVERTAKEN) {
                return parkBehind(call, call.deadlineNs());
            }
            if (wait != Wait.DONE) {
                return wait;
            }
        }
    }

    /**
     * Leads for as long as a virtual thread may: then OVERTAKEN if nothing has come, else
     * DONE, as for one who has its reply. What comes are the replies of others, and its
     * own is behind them.
     */
    private Wait leadShortly(BlockingCall call, long deadlineNs) {
        long now = System.nanoTime();
        long untilNs = deadlineNs - now < VIRTUAL_LEAD_NS ? deadlineNs : now + VIRTUAL_LEAD_NS;
        long framesBefore = pump.frames();
        Wait wait = pump.leadOnce(call, untilNs);
        boolean given = wait == Wait.EXPIRED && deadlineNs - System.nanoTime() > 0;
        virtualLeadsInVain = given && pump.frames() == framesBefore;
        return virtualLeadsInVain ? Wait.OVERTAKEN : given ? Wait.DONE : wait;
    }

    /** Waits until the call has ended or the role may be had: DONE stands for both. */
    @SuppressWarnings("ThreadPriorityCheck") // Yielding is a hint to the scheduler here.
    private Wait follow(BlockingCall call, long deadlineNs) {
        for (int i = 0; i < SPINS; i++) {
            if (call.isDone() || role.isFree()) {
                return Wait.DONE;
            }
            Thread.onSpinWait();
        }
        // The leader may be waiting for our core, and to park costs both of us more.
        for (int i = 0; i < YIELDS; i++) {
            Thread.yield();
            if (call.isDone() || role.isFree()) {
                return Wait.DONE;
            }
        }
        if (!call.follows()) {
            return Wait.DONE;
        }
        role.enter();
        Wait wait = parkUntilFree(call, deadlineNs);
        call.unfollows();
        role.exit();
        if (role.takeBaton(call) && (wait != Wait.DONE || call.isDone())) {
            pump.handOver();
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
            long nowNs = System.nanoTime();
            if (deadlineNs - nowNs <= 0) {
                return Wait.EXPIRED;
            }
            if (Thread.currentThread().isInterrupted()) {
                return Wait.INTERRUPTED;
            }
            LockSupport.parkNanos(this, Math.min(deadlineNs - nowNs, pump.interruptLeader(nowNs)));
            if (role.takeBaton(call)) {
                // The duty that comes with it: to take the role if it is free, or to wake
                // another.
                if (!call.isDone()) {
                    continue;
                }
                pump.handOver();
            }
        }
    }

    /**
     * Does not even try to lead. A reply that comes soon nevertheless says that it would
     * have been of use.
     */
    private Wait parkVirtual(BlockingCall call, long deadlineNs) {
        long startNs = System.nanoTime();
        Wait wait = parkBehind(call, deadlineNs);
        if (wait == Wait.DONE && System.nanoTime() - startNs < VIRTUAL_LEAD_NS) {
            virtualLeadsInVain = false;
        }
        return wait;
    }

    /** Waits while others poll; the reader does if need be. */
    private Wait parkBehind(BlockingCall call, long deadlineNs) {
        if (!call.parks()) {
            return Wait.DONE;
        }
        pump.addDependent();
        // After it was counted. Pairs with the reader's look at the dependents before it
        // parks.
        if (role.isFree()) {
            reader.wake();
        }
        return call.parkUntilDone(deadlineNs);
    }

    /**
     * Polls in the thread that waits for an asynchronous call, if the role can be had
     * soon. Returns when the call has ended, the thread is interrupted, the time has
     * passed, or the role cannot be had: the caller waits then.
     */
    void help(ClientCall call, long deadlineNs) {
        if (role.isHeldByCurrentThread()) {
            pump.lead(call, deadlineNs, false);
            return;
        }
        if (VirtualThreads.isCurrent() || !acquireSoon(call)) {
            return;
        }
        pump.leadOnce(call, deadlineNs);
    }

    /**
     * Asks the reader for the role, and waits a little: also without the core, which the
     * reader may need to give the role up.
     */
    @SuppressWarnings("ThreadPriorityCheck") // Yielding is a hint to the scheduler here.
    private boolean acquireSoon(ClientCall call) {
        if (role.tryAcquire()) {
            return true;
        }
        role.enter();
        try {
            reader.interrupt();
            for (int i = 0; i < YIELDS; i++) {
                for (int j = 0; j < SPINS && call.needsPolling(sink); j++) {
                    if (role.tryAcquire()) {
                        return true;
                    }
                    Thread.onSpinWait();
                }
                Thread.yield();
            }
            return call.needsPolling(sink) && role.tryAcquire();
        }
        finally {
            role.exit();
        }
    }

}
