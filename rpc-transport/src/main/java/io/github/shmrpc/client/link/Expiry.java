package io.github.shmrpc.client.link;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Ends asynchronous calls whose time is up, by going through the table when the earliest
 * of them is due: so a call costs no timer. Any thread.
 */
final class Expiry {

    /** No call expires. */
    static final long NEVER = Long.MAX_VALUE;

    private static final VarHandle AT;

    static {
        try {
            AT = MethodHandles.lookup().findVarHandle(Expiry.class, "atNs", long.class);
        }
        catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final CallTable table;

    private final long startNs = System.nanoTime();

    /** When the next call expires, since {@link #startNs}. */
    private volatile long atNs = NEVER;

    Expiry(CallTable table) {
        this.table = table;
    }

    /**
     * An asynchronous call is in the table.
     * @return true if nothing was to expire so soon before
     */
    boolean expiresAt(long deadlineNs) {
        return lower(deadlineNs - startNs);
    }

    /**
     * How long until a call expires.
     * @return nanoseconds, zero or less if one has; {@link #NEVER} if there is none
     */
    long remainingNs() {
        long at = atNs;
        return at == NEVER ? NEVER : at - (System.nanoTime() - startNs);
    }

    /**
     * Ends calls whose time is up. Any thread, also several: whoever resets the time
     * looks at all calls after that.
     */
    void expireCalls() {
        long at = atNs;
        if (at == NEVER || System.nanoTime() - startNs < at) {
            return;
        }
        // Before the table is read: a call that comes in later sets its own.
        atNs = NEVER;
        long next = NEVER;
        for (int slot = 0; slot < table.length(); slot++) {
            if (table.at(slot) instanceof DependentCall call) {
                long callNs = call.deadlineNs() - startNs;
                if (callNs > System.nanoTime() - startNs) {
                    next = Math.min(next, callNs);
                }
                else if (table.remove(call)) {
                    call.expired();
                }
            }
        }
        if (next != NEVER) {
            lower(next);
        }
    }

    private boolean lower(long to) {
        long before = atNs;
        while (to < before) {
            if (AT.compareAndSet(this, before, to)) {
                return true;
            }
            before = atNs;
        }
        return false;
    }

}
