package io.github.shmrpc.shm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.github.shmrpc.transport.ProtocolException;

/**
 * How the two sides of a connection get a slab, once a large message wants one.
 *
 * <pre>
 *  dialler                      acceptor
 *     | -- SLAB_WANTED ----------> |     or the acceptor itself has a large message
 *     |                            |     makes the file, outside of the poll role
 *     | <--------- SLAB_OFFERED -- |
 *     |  maps it, deletes its name |
 *     | -- SLAB_MAPPED ----------> |
 * </pre>
 *
 * From then on both use it. Until then, and for good if anything fails on the way, large
 * messages go through the rings. One try for each connection.
 */
final class SlabAttachment implements SlabRecords {

    /** Puts a record about slabs into the ring to the peer. */
    interface Sender {

        /**
         * Sends a record, or not if there is no room for it within a short time.
         * @param type the record's
         * @param first first field
         * @param second second field
         * @param rest what follows them
         * @return whether it was sent
         */
        boolean send(int type, int first, int second, byte[] rest);

    }

    private static final Logger LOGGER = LoggerFactory.getLogger(SlabAttachment.class);

    private static final byte[] NOTHING = {};

    private final boolean dialled;

    /** Where the rings are, and so the slab. */
    private final SegmentDirectory directory;

    private final String key;

    private final int slots;

    private final int slotLength;

    /** Runs what takes long; the acceptor's. */
    private final Executor background;

    private final Sender sender;

    /** Set by the first thread that wants a slab. */
    private final AtomicBoolean begun = new AtomicBoolean();

    /** Set by the holder of the poll role, once; read by any thread. */
    private volatile @Nullable Slab attached;

    // Guarded by this.
    /** Made, and not yet mapped by the dialler. */
    private @Nullable Slab offered;

    private boolean closed;

    SlabAttachment(boolean dialled, SegmentDirectory directory, String key, int slots, int slotLength,
            Executor background, Sender sender) {
        this.dialled = dialled;
        this.directory = directory;
        this.key = key;
        this.slots = slots;
        this.slotLength = slotLength;
        this.background = background;
        this.sender = sender;
    }

    /**
     * The slab for a large message. Asks for one if there is none. Any thread.
     * @return {@code null} as long as there is none
     */
    @Nullable Slab forLargeMessage() {
        Slab slab = attached;
        if (slab == null && !begun.get() && begun.compareAndSet(false, true)) {
            begin();
        }
        return slab;
    }

    /**
     * The slab that there is. Any thread.
     * @return {@code null} as long as there is none
     */
    @Nullable Slab current() {
        return attached;
    }

    private void begin() {
        if (!dialled) {
            if (slots > 0) {
                background.execute(this::make);
            }
        }
        else if (!sender.send(RingDescriptor.SLAB_WANTED, 0, 0, NOTHING)) {
            begun.set(false);
        }
    }

    @Override
    public void wanted() throws ProtocolException {
        if (dialled) {
            throw new ProtocolException("An acceptor asked for a slab, which it should make");
        }
        forLargeMessage();
    }

    /** The acceptor's background. */
    private void make() {
        try {
            Slab made = Slab.create(directory, key, slots, slotLength);
            boolean kept = keep(made);
            if (!kept || !sender.send(RingDescriptor.SLAB_OFFERED, made.slots(), made.slotLength(),
                    made.path().toString().getBytes(StandardCharsets.UTF_8))) {
                discardOffered(made);
            }
        }
        catch (IOException ex) {
            LOGGER.warn("Large messages of a connection go in parts, which is slower: {}", ex.getMessage());
        }
    }

    private synchronized boolean keep(Slab made) {
        offered = made;
        return !closed;
    }

    private synchronized void discardOffered(Slab made) {
        if (offered == made) {
            offered = null;
            made.hide();
            made.close();
        }
    }

    @Override
    public void offered(String path, int offeredSlots, int offeredLength) throws ProtocolException {
        if (!dialled || attached != null) {
            throw new ProtocolException("A slab was offered that was not expected");
        }
        begun.set(true);
        Slab slab = open(path, offeredSlots, offeredLength);
        if (slab == null) {
            sender.send(RingDescriptor.SLAB_MAPPED, 0, 0, NOTHING);
            return;
        }
        // Before any record that names a slot.
        if (sender.send(RingDescriptor.SLAB_MAPPED, 1, 0, NOTHING)) {
            attached = slab;
        }
        else {
            slab.close();
        }
    }

    private @Nullable Slab open(String path, int offeredSlots, int offeredLength) throws ProtocolException {
        Path file;
        try {
            file = Path.of(path);
        }
        catch (InvalidPathException ex) {
            throw new ProtocolException("The server offers a slab at what is no path");
        }
        if (!directory.path().equals(file.getParent())) {
            throw new ProtocolException("The server offers a slab that is not beside its rings in " + directory.path());
        }
        try {
            Slab slab = Slab.open(directory, file, offeredSlots, offeredLength);
            slab.hide();
            return slab;
        }
        catch (ProtocolException ex) {
            throw ex;
        }
        catch (IOException ex) {
            LOGGER.warn("Large messages of a connection go in parts, which is slower: {}", ex.getMessage());
            return null;
        }
    }

    @Override
    public void mapped(boolean done) throws ProtocolException {
        Slab slab;
        synchronized (this) {
            slab = offered;
            offered = null;
        }
        if (slab == null) {
            throw new ProtocolException("A dialler has mapped a slab that it was not offered");
        }
        if (!done) {
            slab.hide();
            slab.close();
            return;
        }
        try {
            slab.mappedByBoth();
        }
        catch (ProtocolException ex) {
            slab.close();
            throw ex;
        }
        attached = slab;
    }

    @Override
    public InboundSlots inbound() throws ProtocolException {
        Slab slab = attached;
        if (slab == null) {
            throw new ProtocolException("A slot was sent where there is no slab");
        }
        return slab.inbound();
    }

    /** The connection has ended; nobody polls any more. Once. */
    void close() {
        Slab unused;
        synchronized (this) {
            closed = true;
            unused = offered;
        }
        if (unused != null) {
            discardOffered(unused);
        }
        Slab slab = attached;
        if (slab != null) {
            slab.close();
        }
    }

}
