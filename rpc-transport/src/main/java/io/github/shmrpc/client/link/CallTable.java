package io.github.shmrpc.client.link;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * The calls in flight on one connection, by id. Callers put their calls in; the holder of
 * the poll role takes out what was answered, a caller what it gives up: whoever's
 * compare-and-set empties the slot owns the completion.
 *
 * <p>
 * A call's slot is its id modulo the table's length. Ids grow by one and are never used
 * again; one whose slot is still taken, by a call that takes long, is skipped. So a late
 * reply to a call that was given up finds an empty slot, or a call with another id.
 *
 * <p>
 * Once closed, the table takes no call: {@link #close} sets a flag, then empties all
 * slots; {@link #add} fills a slot, then reads the flag. Both are volatile, so that at
 * least one of the two sees the other, and the compare-and-set decides if both do.
 */
final class CallTable {

    /** The table is full. */
    static final long FULL = 0;

    /** The table is closed. */
    static final long CLOSED = -1;

    // Any thread.
    private final AtomicReferenceArray<@Nullable ClientCall> slots;

    private final AtomicLong nextId;

    private volatile boolean closed;

    private final int mask;

    /**
     * An empty table.
     * @param maxCalls rounded up to a power of two
     * @param firstId id of the first call, positive
     */
    CallTable(int maxCalls, long firstId) {
        int length = maxCalls <= 1 ? 1 : Integer.highestOneBit(maxCalls - 1) << 1;
        this.slots = new AtomicReferenceArray<>(length);
        this.mask = length - 1;
        this.nextId = new AtomicLong(firstId);
    }

    /**
     * Puts a call in and gives it its id. Any thread.
     * @param call in no table
     * @return its id, or {@link #FULL} or {@link #CLOSED}: it is in no table then
     */
    long add(ClientCall call) {
        for (int tried = 0; tried <= mask; tried++) {
            long id = nextId.getAndIncrement();
            int slot = (int) id & mask;
            if (slots.get(slot) == null) {
                call.id(id);
                if (slots.compareAndSet(slot, null, call)) {
                    // After the slot was filled. Pairs with close().
                    return (closed && remove(call)) ? CLOSED : id;
                }
            }
        }
        return closed ? CLOSED : FULL;
    }

    /**
     * The id of a call that waits for nothing. Any thread.
     * @return an id that no other call has
     */
    long nextId() {
        return nextId.getAndIncrement();
    }

    /**
     * Looks up the call of a stream's frame. For the holder of the poll role.
     * @param id any number a peer may have sent
     * @return {@code null} if there is none with this id
     */
    @Nullable ClientCall find(long id) {
        ClientCall call = slots.get((int) id & mask);
        return (call != null && call.id() == id) ? call : null;
    }

    /**
     * Takes the call of a reply out. For the holder of the poll role.
     * @param id any number a peer may have sent
     * @return the call, owned by the current thread from now on; {@code null} if there is
     * none with this id
     */
    @Nullable ClientCall remove(long id) {
        ClientCall call = find(id);
        return (call != null && remove(call)) ? call : null;
    }

    /**
     * Takes a call out. Any thread that knows the call not to be reused meanwhile.
     * @param call any
     * @return true if it was there: the current thread owns its completion now
     */
    boolean remove(ClientCall call) {
        return slots.compareAndSet((int) call.id() & mask, call, null);
    }

    /**
     * Takes no more calls, and takes out all that are there. For the holder of the poll
     * role.
     * @param owner gets each call that was there
     */
    void close(Consumer<ClientCall> owner) {
        closed = true;
        // After the flag was set. Pairs with add().
        removeAbove(Long.MIN_VALUE, owner);
    }

    /**
     * Takes calls out. For the holder of the poll role.
     * @param lastId calls up to this id stay
     * @param owner gets each of the others
     */
    void removeAbove(long lastId, Consumer<ClientCall> owner) {
        for (int slot = 0; slot <= mask; slot++) {
            ClientCall call = slots.get(slot);
            if (call != null && call.id() > lastId && slots.compareAndSet(slot, call, null)) {
                owner.accept(call);
            }
        }
    }

    boolean isClosed() {
        return closed;
    }

    boolean isEmpty() {
        for (int slot = 0; slot <= mask; slot++) {
            if (slots.get(slot) != null) {
                return false;
            }
        }
        return true;
    }

    /**
     * How many calls are in it. Any thread.
     * @return 0 or more, changing all the time
     */
    int size() {
        int count = 0;
        for (int slot = 0; slot <= mask; slot++) {
            if (slots.get(slot) != null) {
                count++;
            }
        }
        return count;
    }

    int length() {
        return mask + 1;
    }

    @Nullable ClientCall at(int slot) {
        return slots.get(slot);
    }

}
