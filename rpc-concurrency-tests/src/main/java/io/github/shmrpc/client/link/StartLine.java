package io.github.shmrpc.client.link;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where the two actors of a round wait for each other: one that has parked comes late to
 * the next round, and would meet nobody there.
 */
final class StartLine {

    private static final int SPINS = 1_000;

    private static final int YIELDS = 10_000;

    private final AtomicInteger arrived = new AtomicInteger();

    /** Returns in both actors at about the same time. */
    @SuppressWarnings("ThreadPriorityCheck") // the other one may need this core
    void await() {
        arrived.incrementAndGet();
        for (int i = 0; i < SPINS + YIELDS && arrived.get() < 2; i++) {
            if (i < SPINS) {
                Thread.onSpinWait();
            }
            else {
                Thread.yield();
            }
        }
    }

    /** As above, then stays behind for a moment: another one each time. */
    void await(int longestDelay) {
        await();
        for (int i = anyBelow(longestDelay); i > 0; i--) {
            Thread.onSpinWait();
        }
    }

    /**
     * A number that is another one each time.
     * @param limit a power of two
     */
    static int anyBelow(int limit) {
        return (int) System.nanoTime() & (limit - 1);
    }

}
