package io.github.shmrpc.server;

import java.util.concurrent.Semaphore;

/**
 * Bytes of large messages that are decoded at the same time in this JVM, by all servers:
 * a message may take thirty times its length in the heap while it is decoded, and as many
 * threads as there are may decode. Who finds no room waits for others to be done, which
 * never takes long, as they wait for nobody. Small messages are not counted. Any thread.
 */
final class DecodeBudget {

    /** Of this JVM: what is decoded at a time takes a quarter of the heap at most. */
    static final DecodeBudget SHARED = new DecodeBudget(Runtime.getRuntime().maxMemory() / 4 / 30);

    /** Longest message that is not counted, in bytes. */
    static final int SMALL = 64 * 1024;

    private static final int UNIT = 1024;

    private final int units;

    private final Semaphore free;

    /**
     * A budget.
     * @param bytes of messages
     */
    DecodeBudget(long bytes) {
        this.units = (int) Math.max(1, Math.min(Integer.MAX_VALUE, bytes / UNIT));
        this.free = new Semaphore(units, true);
    }

    /**
     * Waits until a message may be decoded. One that is longer than all there is has all.
     * @param length of the message in bytes
     * @return what to give back after that
     */
    int take(int length) {
        if (length <= SMALL) {
            return 0;
        }
        int taken = Math.min(units, length / UNIT);
        free.acquireUninterruptibly(taken);
        return taken;
    }

    void giveBack(int taken) {
        if (taken > 0) {
            free.release(taken);
        }
    }

}
