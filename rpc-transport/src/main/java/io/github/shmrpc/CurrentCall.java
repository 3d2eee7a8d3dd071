package io.github.shmrpc;

import org.jspecify.annotations.Nullable;

/**
 * The call that a thread serves. Written by the dispatcher of that thread, read by its
 * handler.
 */
public final class CurrentCall {

    private static final ThreadLocal<@Nullable Slot> SLOT = new ThreadLocal<>();

    private CurrentCall() {
    }

    /**
     * The call that the current thread serves.
     * @return the context or {@code null}
     */
    public static @Nullable CallContext get() {
        Slot slot = SLOT.get();
        if (slot == null) {
            return null;
        }
        slot.handedOut = true;
        return slot.context;
    }

    /**
     * Sets the call that the current thread serves. For those who hand work to other
     * threads.
     * @param context the context, or {@code null} for none
     * @return what was there before, to be restored
     */
    public static @Nullable CallContext set(@Nullable CallContext context) {
        Slot slot = slot();
        CallContext previous = slot.context;
        slot.handedOut = true;
        slot.context = context;
        return previous;
    }

    /**
     * The current thread's place for its call. For dispatchers, which keep it and so look
     * it up once a thread instead of once a call.
     * @return the same each time
     */
    public static Slot slot() {
        Slot slot = SLOT.get();
        if (slot == null) {
            slot = new Slot();
            SLOT.set(slot);
        }
        return slot;
    }

    /**
     * One thread's place for its call, used by that thread only. Knows whether somebody
     * has asked for the call: a context that nobody has seen may be used again for the
     * next call.
     */
    public static final class Slot {

        private @Nullable CallContext context;

        private boolean handedOut;

        private Slot() {
        }

        /**
         * A handler begins.
         * @param next the context of its call, or {@code null} to restore none
         * @return what was there before, to be restored
         */
        public @Nullable CallContext enter(@Nullable CallContext next) {
            CallContext previous = context;
            context = next;
            handedOut = false;
            return previous;
        }

        /**
         * The handler has ended.
         * @param previous what {@link #enter} returned
         * @return whether anybody has asked for the context
         */
        public boolean leave(@Nullable CallContext previous) {
            boolean asked = handedOut;
            context = previous;
            // Whoever put a context there before may not know whether it was asked for.
            handedOut = true;
            return asked;
        }

    }

}
