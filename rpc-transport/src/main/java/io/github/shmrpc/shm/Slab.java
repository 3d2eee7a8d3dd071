package io.github.shmrpc.shm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.shmrpc.transport.ProtocolException;
import io.github.shmrpc.transport.TransportOptions;

/**
 * The slots of one connection, as one side has mapped them.
 * <p>
 * Who writes to a slot or reads one is a user of the mapping, by {@link #enter()} and
 * {@link #leave()}; a handler that reads a message in place may be one for long. So
 * {@link #close()} lets nobody in any more, and the last who leaves unmaps.
 */
final class Slab {

    private static final int CLOSED = Integer.MIN_VALUE;

    private final SegmentFile file;

    private final int slotLength;

    private final OutboundSlots outbound;

    private final InboundSlots inbound;

    /**
     * Number of users, with {@link #CLOSED} added once it is closed. Any thread.
     */
    private final AtomicInteger users = new AtomicInteger();

    /** Set by any thread that shows a slot to the application. */
    private volatile boolean exposed;

    /**
     * The slots of a file that has its header.
     * @param file mapped
     * @param dialled whether this is the dialling side
     */
    Slab(SegmentFile file, boolean dialled, int slots, int slotLength) {
        this.file = file;
        this.slotLength = slotLength;
        this.outbound = new OutboundSlots(this, dialled, slots, slotLength);
        this.inbound = new InboundSlots(this, !dialled, slots, slotLength);
    }

    /**
     * Makes a slab, for the accepting side.
     * @throws IOException if there is no memory for it
     */
    static Slab create(SegmentDirectory directory, String key, int slots, int slotLength) throws IOException {
        long length = SlabDescriptor.slabLength(slots, slotLength);
        if (length > Integer.MAX_VALUE) {
            throw new IOException("Slots of a connection have " + length + " bytes in all, at most " + Integer.MAX_VALUE
                    + " are possible: slots=" + slots + ", slotLength=" + slotLength);
        }
        SegmentFile file = directory.create(key, (int) length);
        ByteBuffer memory = file.memory();
        Words.putInt(memory, SlabDescriptor.LAYOUT_VERSION_OFFSET, SlabDescriptor.LAYOUT_VERSION);
        Words.putInt(memory, SlabDescriptor.SLOTS_OFFSET, slots);
        Words.putInt(memory, SlabDescriptor.SLOT_LENGTH_OFFSET, slotLength);
        Words.putLongRelease(memory, SlabDescriptor.MAGIC_OFFSET, SlabDescriptor.MAGIC);
        return new Slab(file, false, slots, slotLength);
    }

    /**
     * Maps the slab that an acceptor made, for the dialling side.
     * @throws IOException if it is not what was told, or cannot be mapped
     */
    static Slab open(SegmentDirectory directory, Path path, int slots, int slotLength) throws IOException {
        long length = SlabDescriptor.slabLength(slots, slotLength);
        if (slots < 1 || slots > TransportOptions.MAX_SLOTS || !TransportOptions.isSlotLength(slotLength)
                || length > Integer.MAX_VALUE) {
            throw new ProtocolException("The server offers " + slots + " slots of " + slotLength + " bytes");
        }
        SegmentFile file = directory.open(path, (int) length);
        ByteBuffer memory = file.memory();
        if (Words.getLongAcquire(memory, SlabDescriptor.MAGIC_OFFSET) != SlabDescriptor.MAGIC
                || Words.getInt(memory, SlabDescriptor.LAYOUT_VERSION_OFFSET) != SlabDescriptor.LAYOUT_VERSION
                || Words.getInt(memory, SlabDescriptor.SLOTS_OFFSET) != slots
                || Words.getInt(memory, SlabDescriptor.SLOT_LENGTH_OFFSET) != slotLength) {
            file.mapping().unmap();
            throw new ProtocolException("The slab " + path + " has another header than the server says");
        }
        return new Slab(file, true, slots, slotLength);
    }

    Path path() {
        return file.path();
    }

    int slots() {
        return outbound.count();
    }

    int slotLength() {
        return slotLength;
    }

    ByteBuffer memory() {
        return file.memory();
    }

    OutboundSlots outbound() {
        return outbound;
    }

    InboundSlots inbound() {
        return inbound;
    }

    /**
     * Both sides have mapped it.
     * @throws ProtocolException if the dialler has not sealed what is to be sealed
     */
    void mappedByBoth() throws ProtocolException {
        file.mappedByBoth();
    }

    /** Nobody finds it any more. */
    void hide() {
        file.hide();
    }

    /** The application gets to see the memory itself, and may keep what it gets. */
    void expose() {
        exposed = true;
    }

    /**
     * Becomes a user of the mapping.
     * @return false if it is closed
     */
    boolean enter() {
        int before;
        do {
            before = users.get();
            if (before < 0) {
                return false;
            }
        }
        while (!users.compareAndSet(before, before + 1));
        return true;
    }

    /** Is a user no more. */
    void leave() {
        if (users.decrementAndGet() == CLOSED) {
            unmap();
        }
    }

    /** Lets nobody in any more. Once. */
    void close() {
        if (users.getAndAdd(CLOSED) == 0) {
            unmap();
        }
    }

    /** Runs once: after the last user has left, or at once if it was never used. */
    private void unmap() {
        if (exposed) {
            file.mapping().unmapExposed();
        }
        else {
            file.mapping().unmap();
        }
    }

}
