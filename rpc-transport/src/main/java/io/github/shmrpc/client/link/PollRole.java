package io.github.shmrpc.client.link;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

/**
 * The right to poll one connection, held by one thread at a time: the leader. The others
 * are followers; one that has parked needs to be woken once the role is free and nobody
 * else polls for it. All fields are volatile, so all accesses here are in one total
 * order, on which the following rests.
 *
 * <p>
 * <b>Nobody sleeps while the role is free.</b> A follower counts itself, sets its call's
 * state to FOLLOWING, then tries the role, then parks. A leader frees the role, then
 * reads the count, then looks for a call that is FOLLOWING. If it finds none, the
 * follower's state came after that look, so its try comes after the role was freed: it
 * gets the role, or somebody else has it who will look when leaving.
 *
 * <p>
 * <b>One wake-up at a time.</b> To wake somebody takes 7 µs, in which a caller that comes
 * again and again takes the role twenty times. So who wakes a follower puts the
 * follower's call down as the baton, and while it is there nobody else is woken. The
 * follower takes it away as soon as it runs, and then tries the role. A leader that saw
 * the baton and left without waking anybody freed the role before that look, hence before
 * the baton was taken away, hence before the try: the follower gets the role, or somebody
 * else has it. A follower that does not want the role any more (it has its reply, or its
 * time is up) passes the duty on by {@link #wakeOne}.
 *
 * <p>
 * <b>The baton is never forgotten.</b> The call that was seen FOLLOWING may have ended,
 * and be in use elsewhere, before the baton is put down. So the leader looks, after
 * putting it down, whether the call is still in this connection's table; every caller
 * looks, after its call left the table, whether the baton is its own. One of the two sees
 * the other.
 */
final class PollRole {

    private static final VarHandle HOLDER;

    private static final VarHandle FOLLOWERS;

    private static final VarHandle BATON;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            HOLDER = lookup.findVarHandle(PollRole.class, "holder", Thread.class);
            FOLLOWERS = lookup.findVarHandle(PollRole.class, "followers", int.class);
            BATON = lookup.findVarHandle(PollRole.class, "baton", BlockingCall.class);
        }
        catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final CallTable table;

    // Any thread.
    private volatile @Nullable Thread holder;

    private volatile int followers;

    private volatile @Nullable BlockingCall baton;

    // Any thread, racily: a hint where to look first. Written by who has put down the
    // baton, which may be gone by then, with another thread looking.
    private int nextSlot;

    PollRole(CallTable table) {
        this.table = table;
    }

    /** Takes the role if it is free, whoever may be waiting for it. */
    boolean tryAcquire() {
        return holder == null && HOLDER.compareAndSet(this, (Thread) null, Thread.currentThread());
    }

    /** Gives it up. {@link #wakeOne} must follow. */
    void release() {
        holder = null;
    }

    boolean isFree() {
        return holder == null;
    }

    boolean isHeldByCurrentThread() {
        return holder == Thread.currentThread();
    }

    boolean isHeldBy(Thread thread) {
        return holder == thread;
    }

    /** A thread is about to wait for the role; to be followed by another try. */
    void enter() {
        FOLLOWERS.getAndAdd(this, 1);
    }

    void exit() {
        FOLLOWERS.getAndAdd(this, -1);
    }

    boolean hasFollowers() {
        return followers > 0;
    }

    /**
     * Wakes one parked follower if the role is free, unless one is on its way.
     * @return true if one was woken or is on its way
     */
    boolean wakeOne() {
        if (followers == 0 || holder != null) {
            return false;
        }
        // Read once: were it to change on the way, slots would be passed over.
        int first = nextSlot;
        for (int tried = 0; tried < table.length(); tried++) {
            if (baton != null) {
                return true;
            }
            int slot = (first + tried) & (table.length() - 1);
            if (table.at(slot) instanceof BlockingCall call && call.isFollowing() && passTo(call, slot)) {
                return true;
            }
        }
        return false;
    }

    private boolean passTo(BlockingCall call, int slot) {
        if (!BATON.compareAndSet(this, (BlockingCall) null, call)) {
            return true;
        }
        // After the baton was put down. Pairs with takeBaton, which comes after the call
        // left the table.
        if (table.at(slot) == call && call.isFollowing()) {
            nextSlot = slot + 1;
            call.unparkCaller();
            return true;
        }
        BATON.compareAndSet(this, call, (BlockingCall) null);
        return false;
    }

    /**
     * Takes the baton away if it is this call's: the caller runs, and tries the role or
     * wakes another.
     * @return true if it was
     */
    boolean takeBaton(BlockingCall call) {
        return baton == call && BATON.compareAndSet(this, call, (BlockingCall) null);
    }

}
