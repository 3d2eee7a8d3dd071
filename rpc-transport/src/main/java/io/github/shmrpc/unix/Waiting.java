package io.github.shmrpc.unix;

import io.github.shmrpc.transport.TransportOptions;
import io.github.shmrpc.transport.WaitMode;

/**
 * When to spin and when to sleep. Entered by the holder of the poll role only.
 * <p>
 * A wake-up puts the woken thread on the waker's core more often than not, so whoever
 * spins after having woken somebody keeps that somebody from running. Hence a dialler
 * that had to wake its server does not spin for this answer, and a server spins only
 * while requests follow each other closely. It finds out by <i>expiry</i>: hot, it spins
 * for a fixed time and turns cold at the first spin that finds nothing; cold, it turns
 * hot when the clients' smoothed think time, which they tell with a request that had to
 * wake it, is short.
 */
@SuppressWarnings("ThreadPriorityCheck") // yielding the core to the peer is what this
                                         // class is for
abstract class Waiting {

    private static final int COLD_PAUSES = 40;

    private static final int COLD_YIELDS = 3;

    /**
     * Looks before the first pause: an answer that comes at once is not to wait for the
     * end of a pause, nor for the clock.
     */
    private static final int EAGER_LOOKS = 64;

    /** Spins between two looks at the clock. */
    private static final int SPINS_PER_LOOK = 16;

    /** How often a spinner asks the kernel about dormant connections. */
    private static final long LOOK_EVERY_NS = 20_000;

    /** Longest spin for the rest of a large frame. */
    private static final long REST_SPIN_NS = 100_000;

    private Waiting() {
    }

    /**
     * Waits for something to poll.
     * @param poller whose holder we are
     * @param timeoutNs at most
     */
    abstract void await(SocketPoller poller, long timeoutNs);

    /**
     * The same without a spin.
     * @param poller whose holder we are
     * @param timeoutNs at most
     */
    void awaitQuietly(SocketPoller poller, long timeoutNs) {
        await(poller, timeoutNs);
    }

    /**
     * The same while nothing is due.
     * @param poller whose holder we are
     * @param timeoutNs at most
     */
    void awaitIdly(SocketPoller poller, long timeoutNs) {
        awaitQuietly(poller, timeoutNs);
    }

    static Waiting ofDialler(TransportOptions options) {
        return switch (options.waitMode()) {
            case ADAPTIVE -> new AdaptiveDialler(options.clientSpin().toNanos());
            case PARK -> new Sleeping();
            case SPIN, YIELD -> new Busy(options.waitMode() == WaitMode.YIELD);
        };
    }

    static Waiting ofAcceptor(TransportOptions options) {
        return switch (options.waitMode()) {
            case ADAPTIVE -> new AdaptiveAcceptor(options.serverSpin().toNanos());
            case PARK -> new Sleeping();
            case SPIN, YIELD -> new Busy(options.waitMode() == WaitMode.YIELD);
        };
    }

    /**
     * The rest of a large frame comes as fast as we make room for it: worth a spin in any
     * case.
     * @return true once the holder is wanted
     */
    static boolean spinForRest(SocketPoller poller, long timeoutNs) {
        return poller.isMidFrame() && spin(poller, Math.min(REST_SPIN_NS, timeoutNs));
    }

    /**
     * Spins, without ever giving the core away.
     * @param poller whose holder we are
     * @param forNs at most, and at least for some looks
     * @return true once the holder is wanted
     */
    static boolean spin(SocketPoller poller, long forNs) {
        for (int i = 0; i < EAGER_LOOKS; i++) {
            if (poller.isWanted()) {
                return true;
            }
        }
        boolean kernelWatched = poller.hasKernelWatched();
        long startNs = System.nanoTime();
        long lookedNs = startNs;
        while (true) {
            for (int i = 0; i < SPINS_PER_LOOK; i++) {
                if (poller.isWanted()) {
                    return true;
                }
                Thread.onSpinWait();
            }
            long nowNs = System.nanoTime();
            if (nowNs - startNs >= forNs) {
                return false;
            }
            if (kernelWatched && nowNs - lookedNs >= LOOK_EVERY_NS) {
                poller.lookAtKernel();
                lookedNs = nowNs;
            }
        }
    }

    /** A few pauses and yields: gives a peer that is about to act the chance to do so. */
    static boolean linger(SocketPoller poller) {
        for (int i = 0; i < COLD_PAUSES; i++) {
            if (poller.isWanted()) {
                return true;
            }
            Thread.onSpinWait();
        }
        for (int i = 0; i < COLD_YIELDS; i++) {
            Thread.yield();
            if (poller.isWanted()) {
                return true;
            }
        }
        return false;
    }

    private static final class AdaptiveDialler extends Waiting {

        /** How long a server may be behind before a quiet client tells it. */
        private static final long UNTOLD_NS = 1_000_000;

        /** A server that runs takes a request in less. */
        private static final long TAKEN_NS = 3_000;

        /** Calls in a row that had to yield before we try to part from the server. */
        private static final int CALLS_BEFORE_PARTING = 32;

        /** Longest spin to part: a tick of the scheduler and some. */
        private static final long PART_NS = 6_000_000;

        /** A spin to part is followed by so many times its length without another. */
        private static final int LEAST_PART_SHARE = 4;

        /** The same where other processes need the other cores: to part is of no use. */
        private static final int LARGEST_PART_SHARE = 64;

        /** Who shares a core again so soon was not parted. */
        private static final long PARTED_NS = 5_000_000;

        private final long spinNs;

        private int yieldedCalls;

        private int partShare = LEAST_PART_SHARE;

        private long nextPartNs = System.nanoTime();

        AdaptiveDialler(long spinNs) {
            this.spinNs = spinNs;
        }

        @Override
        void await(SocketPoller poller, long timeoutNs) {
            if (spinForRest(poller, timeoutNs)) {
                return;
            }
            boolean spins = spinNs > 0 && !poller.wokePeer() && poller.canSpin();
            long startNs = System.nanoTime();
            if (spins ? spinOrYield(poller, timeoutNs) : linger(poller)) {
                return;
            }
            long leftNs = timeoutNs - (System.nanoTime() - startNs);
            if (leftNs > 0) {
                poller.sleep(leftNs, spins);
            }
        }

        @Override
        void awaitQuietly(SocketPoller poller, long timeoutNs) {
            if (spinForRest(poller, timeoutNs) || linger(poller)) {
                return;
            }
            // A server that is just busy need not be told.
            long firstNs = Math.min(timeoutNs, UNTOLD_NS);
            poller.wokePeer();
            poller.sleep(firstNs, false);
            if (timeoutNs > firstNs && !poller.isWanted()) {
                poller.sleep(timeoutNs - firstNs, true);
            }
        }

        @Override
        void awaitIdly(SocketPoller poller, long timeoutNs) {
            if (poller.isPeerBehind()) {
                // With a call that has no answer, say: it has to be told like any other.
                awaitQuietly(poller, timeoutNs);
            }
            else {
                poller.sleepIdly(timeoutNs);
            }
        }

        /**
         * A server that is awake and does not take the request at once does not run: most
         * likely it waits for the very core that we are on, and the sooner it gets it the
         * better.
         */
        private boolean spinOrYield(SocketPoller poller, long timeoutNs) {
            long forNs = Math.min(spinNs, timeoutNs);
            if (spin(poller, Math.min(TAKEN_NS, forNs))) {
                yieldedCalls = 0;
                return true;
            }
            long startNs = System.nanoTime();
            if (yieldedCalls >= CALLS_BEFORE_PARTING && poller.isPeerBehind() && startNs - nextPartNs >= 0) {
                return part(poller, startNs, timeoutNs);
            }
            boolean yielded = false;
            while (System.nanoTime() - startNs < forNs) {
                if (poller.isPeerBehind()) {
                    yielded = true;
                    Thread.yield();
                }
                if (spin(poller, 0)) {
                    yieldedCalls = yielded ? yieldedCalls + 1 : 0;
                    return true;
                }
            }
            return false;
        }

        /**
         * The scheduler moves a thread to an idle core only if it has waited for some
         * time while another one held its core: so that is what we do, once in a while.
         */
        private boolean part(SocketPoller poller, long startNs, long timeoutNs) {
            boolean inVain = startNs - nextPartNs < PARTED_NS;
            partShare = inVain ? Math.min(2 * partShare, LARGEST_PART_SHARE) : LEAST_PART_SHARE;
            boolean wanted = spin(poller, Math.min(PART_NS, timeoutNs));
            long nowNs = System.nanoTime();
            nextPartNs = nowNs + partShare * (nowNs - startNs);
            yieldedCalls = 0;
            return wanted;
        }

    }

    private static final class AdaptiveAcceptor extends Waiting {

        private static final long HOT_BELOW_NS = 30_000;

        private static final long LONGEST_THINK_TIME_NS = 400_000;

        /**
         * A spinner that never yields may keep the other side off the core that both were
         * put on.
         */
        private static final long YIELD_EVERY_NS = 30_000;

        /** The same once a yield has shown that the other side is on this core. */
        private static final long YIELD_EVERY_IF_SHARED_NS = 2_000;

        private final long spinNs;

        private long thinkTimeNs = LONGEST_THINK_TIME_NS / 2;

        private boolean hot;

        private boolean sharesCore;

        AdaptiveAcceptor(long spinNs) {
            this.spinNs = spinNs;
        }

        @Override
        void await(SocketPoller poller, long timeoutNs) {
            if (spinForRest(poller, timeoutNs)) {
                return;
            }
            if (hot && poller.canSpin()) {
                if (spinAndYield(poller, Math.min(spinNs, timeoutNs))) {
                    return;
                }
                hot = false;
            }
            if (linger(poller)) {
                // A request that finds a cold server still awake came at once.
                sample(0);
                return;
            }
            long told = poller.sleep(timeoutNs, false);
            if (told >= 0) {
                sample(told);
            }
        }

        private boolean spinAndYield(SocketPoller poller, long forNs) {
            long startNs = System.nanoTime();
            while (true) {
                if (spin(poller, sharesCore ? YIELD_EVERY_IF_SHARED_NS : YIELD_EVERY_NS)) {
                    return true;
                }
                Thread.yield();
                sharesCore = poller.isWanted();
                if (sharesCore) {
                    return true;
                }
                if (System.nanoTime() - startNs >= forNs) {
                    return false;
                }
            }
        }

        private void sample(long sampleNs) {
            thinkTimeNs = (thinkTimeNs + Math.min(sampleNs, LONGEST_THINK_TIME_NS)) / 2;
            hot = spinNs > 0 && thinkTimeNs < HOT_BELOW_NS;
        }

    }

    private static final class Sleeping extends Waiting {

        @Override
        void await(SocketPoller poller, long timeoutNs) {
            poller.sleep(timeoutNs, false);
        }

    }

    private static final class Busy extends Waiting {

        private static final long ROUND_NS = 50_000;

        private final boolean yields;

        Busy(boolean yields) {
            this.yields = yields;
        }

        @Override
        void await(SocketPoller poller, long timeoutNs) {
            long startNs = System.nanoTime();
            do {
                if (yields) {
                    Thread.yield();
                }
                if (yields ? poller.isWanted() : spin(poller, ROUND_NS)) {
                    return;
                }
                // The only way to learn that a peer died while nobody sleeps.
                poller.lookAtKernel();
            }
            while (System.nanoTime() - startNs < timeoutNs && !Thread.currentThread().isInterrupted());
        }

    }

}
