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

    /** Spins between two looks at the clock. */
    private static final int SPINS_PER_LOOK = 16;

    /**
     * A spinner that never yields may keep the other side off the core that both were put
     * on.
     */
    private static final long YIELD_EVERY_NS = 30_000;

    /** How often a spinner asks the kernel about dormant connections. */
    private static final long LOOK_EVERY_NS = 20_000;

    private Waiting() {
    }

    /**
     * Waits for something to poll.
     * @param poller whose holder we are
     * @param timeoutNs at most
     */
    abstract void await(SocketPoller poller, long timeoutNs);

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
     * Spins.
     * @param poller whose holder we are
     * @param forNs at most
     * @param yields whether to yield from time to time
     * @return true once the holder is wanted
     */
    static boolean spin(SocketPoller poller, long forNs, boolean yields) {
        boolean kernelWatched = poller.hasKernelWatched();
        long startNs = System.nanoTime();
        long lookedNs = startNs;
        long yieldedNs = startNs;
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
            if (yields && nowNs - yieldedNs >= YIELD_EVERY_NS) {
                Thread.yield();
                yieldedNs = nowNs;
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

        private final long spinNs;

        AdaptiveDialler(long spinNs) {
            this.spinNs = spinNs;
        }

        @Override
        void await(SocketPoller poller, long timeoutNs) {
            boolean spins = !poller.wokePeer() && poller.canSpin();
            if (spins ? spin(poller, Math.min(spinNs, timeoutNs), false) : linger(poller)) {
                return;
            }
            poller.sleep(timeoutNs, spins);
        }

    }

    private static final class AdaptiveAcceptor extends Waiting {

        private static final long HOT_BELOW_NS = 30_000;

        private static final long LONGEST_THINK_TIME_NS = 400_000;

        private final long spinNs;

        private long thinkTimeNs = LONGEST_THINK_TIME_NS / 2;

        private boolean hot;

        AdaptiveAcceptor(long spinNs) {
            this.spinNs = spinNs;
        }

        @Override
        void await(SocketPoller poller, long timeoutNs) {
            if (hot && poller.canSpin()) {
                if (spin(poller, Math.min(spinNs, timeoutNs), true)) {
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
                if (yields ? poller.isWanted() : spin(poller, ROUND_NS, false)) {
                    return;
                }
                // The only way to learn that a peer died while nobody sleeps.
                poller.lookAtKernel();
            }
            while (System.nanoTime() - startNs < timeoutNs && !Thread.currentThread().isInterrupted());
        }

    }

}
