package io.github.shmrpc.shm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import io.github.shmrpc.transport.ConnectionClosedException;
import io.github.shmrpc.transport.ConnectionUsage;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.OutboundFrame;
import io.github.shmrpc.transport.ProtocolException;
import io.github.shmrpc.unix.Link;
import io.github.shmrpc.unix.SocketConnection;
import org.jspecify.annotations.Nullable;

/**
 * Frames through the two rings of a segment. The socket beside it carries bytes that wake
 * a sleeping peer, and its end.
 * <p>
 * <b>Wake-up.</b> Who offers commits and then looks at the peer's flag; who goes to sleep
 * sets the flag and then looks at the ring. Both have a full fence in between, so one of
 * the two sees the other. The offering thread that turns the flag from 1 to 0 sends the
 * byte: one for each sleep, whatever the number of frames.
 * <p>
 * <b>Held-up acceptor.</b> An acceptor that is awake gets no byte, yet may be held up in
 * a slow handler. A dialler that is about to sleep on an acceptor that is awake therefore
 * tells the acceptor's watcher, and so does one that offers while its own process sleeps.
 * Sleeper and offerer look at each other's words after a fence, so that one of them
 * tells.
 * <p>
 * <b>End.</b> The mapping goes when the poll role has ended the connection and every
 * offering thread has left the ring: the last of them unmaps, whenever that is.
 */
final class ShmConnection extends SocketConnection {

    static final String CARRIER = "shm";

    private static final long PAUSE_NS = 10_000;

    private static final int TRIES_FOR_ROOM = 1_000;

    /** A frame that is all in one array is divided after this. */
    private static final int SHORTEST_HEAD = 24;

    // Any thread.
    private final Mapping mapping;

    private final ByteBuffer memory;

    private final RingProducer producer;

    private final SlabAttachment slabs;

    private final int longestInRecord;

    private final int ownSleepingOffset;

    private final int peerSleepingOffset;

    private final boolean dialled;

    /**
     * The large frame whose parts are on their way; one at a time. Set by its offering
     * thread, cleared by the same.
     */
    private final AtomicReference<@Nullable OutboundFrame> underWay = new AtomicReference<>();

    private final AtomicLong slotBytes = new AtomicLong();

    private final Object wakeLock = new Object();

    /** Guarded by wakeLock. */
    private final ByteBuffer wakeByte = ByteBuffer.allocateDirect(1);

    /** Guarded by wakeLock. */
    private long wakeUps;

    /**
     * End of the record whose commit woke the peer, 0 for none since. Offering threads
     * set it, the holder clears it.
     */
    private volatile long wokeEnd;

    /**
     * When the last answer came that the peer had to be woken for. The holder writes,
     * offering threads read.
     */
    private volatile long answeredNs = System.nanoTime();

    // Holder of the poll role only.
    private final RingConsumer consumer;

    private final ByteBuffer wakeBytes = ByteBuffer.allocateDirect(64);

    private boolean awaitsWokenAnswer;

    private boolean woken;

    private long drainLimit = Long.MAX_VALUE;

    /** Guarded by this: the mapping may be touched by the control thread. */
    private boolean mapped = true;

    /**
     * How far the peer had read when it went; -1 while that is not known. Written once by
     * the holder, read by any thread.
     */
    private volatile long finalHead = -1;

    ShmConnection(Link link, SegmentDirectory directory, SegmentFile file, String key, int ringLength) {
        super(link, CARRIER);
        this.mapping = file.mapping();
        this.memory = mapping.memory();
        this.dialled = link.dialled();
        this.slabs = new SlabAttachment(dialled, directory, key, link.options().slots(), link.options().slotLength(),
                link.background(), this::sendSlabRecord);
        int toAcceptor = SegmentDescriptor.toAcceptorOffset();
        int toDialler = SegmentDescriptor.toDiallerOffset(ringLength);
        int acceptorHead = SegmentDescriptor.TO_ACCEPTOR_HEAD_OFFSET;
        int diallerHead = SegmentDescriptor.TO_DIALLER_HEAD_OFFSET;
        this.producer = new RingProducer(memory, dialled ? toAcceptor : toDialler, ringLength,
                dialled ? acceptorHead : diallerHead);
        this.consumer = new RingConsumer(memory, dialled ? toDialler : toAcceptor, ringLength,
                dialled ? diallerHead : acceptorHead, link.maxInboundLength(), slabs);
        this.longestInRecord = RingDescriptor.maxRecordLength(ringLength) - RingDescriptor.HEADER_LENGTH;
        this.ownSleepingOffset = dialled ? SegmentDescriptor.DIALLER_SLEEPING_OFFSET
                : SegmentDescriptor.ACCEPTOR_SLEEPING_OFFSET;
        this.peerSleepingOffset = dialled ? SegmentDescriptor.ACCEPTOR_SLEEPING_OFFSET
                : SegmentDescriptor.DIALLER_SLEEPING_OFFSET;
    }

    @Override
    public boolean offer(OutboundFrame frame) {
        int length = frame.frameLength();
        if (length == 0 || length > maxFrameLength()) {
            throw new IllegalArgumentException("Frame length must be 1 to " + maxFrameLength() + ": length=" + length);
        }
        if (!isOpen()) {
            throw new ConnectionClosedException(this + " is closed");
        }
        try {
            return (length <= longestInRecord) ? offerWhole(frame) : offerLarge(frame);
        }
        catch (ProtocolException ex) {
            breached(ex);
            throw new ConnectionClosedException(this + " is closed: " + ex.getMessage());
        }
    }

    private boolean offerWhole(OutboundFrame frame) throws ProtocolException {
        int length = frame.frameLength();
        int recordLength = RingDescriptor.HEADER_LENGTH + length;
        long position = claim(recordLength);
        if (position < 0) {
            return false;
        }
        producer.write(position, 0, frame, 0, length);
        publish(position, recordLength, RingDescriptor.WHOLE);
        frame.position(position + RingDescriptor.aligned(recordLength));
        return true;
    }

    private boolean offerLarge(OutboundFrame frame) throws ProtocolException {
        Slab slab = slabs.forLargeMessage();
        if (slab == null || frame.sent() > 0) {
            return offerParts(frame, slab);
        }
        int inPlace = frame.slotOf(slab.outbound());
        int headLength = headLength(frame);
        int slot = (inPlace >= 0) ? inPlace
                : (headLength <= longestHead()) ? slab.outbound().claim(frame.frameLength() - headLength) : -1;
        if (slot < 0) {
            return offerParts(frame, slab);
        }
        boolean sent = (inPlace >= 0) ? offerInPlace(frame, slab, slot) : offerInSlot(frame, headLength, slab, slot);
        if (sent) {
            // It may have waited for its turn to go in parts.
            underWay.compareAndSet(frame, null);
        }
        return sent;
    }

    /** Where to divide a frame that is all in one array: after the shortest header. */
    private static int headLength(OutboundFrame frame) {
        return (frame.frameLength() > frame.length()) ? frame.length() : SHORTEST_HEAD;
    }

    private int longestHead() {
        return longestInRecord - RingDescriptor.SLOT_FIELDS_LENGTH;
    }

    /** The message was written to a slot by whoever made it. */
    private boolean offerInPlace(OutboundFrame frame, Slab slab, int slot) throws ProtocolException {
        if (!offerHead(frame, frame.length(), slot)) {
            return false;
        }
        slotBytes.addAndGet(frame.frameLength() - frame.length());
        frame.bodySent();
        slab.outbound().settle(slot, true);
        return true;
    }

    private boolean offerInSlot(OutboundFrame frame, int headLength, Slab slab, int slot) throws ProtocolException {
        slab.outbound().write(slot, frame, headLength, frame.frameLength() - headLength);
        boolean sent = false;
        try {
            sent = offerHead(frame, headLength, slot);
        }
        finally {
            slab.outbound().settle(slot, sent);
        }
        if (sent) {
            slotBytes.addAndGet(frame.frameLength() - headLength);
        }
        return sent;
    }

    private boolean offerHead(OutboundFrame frame, int headLength, int slot) throws ProtocolException {
        int recordLength = RingDescriptor.HEADER_LENGTH + RingDescriptor.SLOT_FIELDS_LENGTH + headLength;
        long position = claim(recordLength);
        if (position < 0) {
            return false;
        }
        producer.writeInts(position, slot, frame.frameLength() - headLength);
        producer.write(position, RingDescriptor.SLOT_FIELDS_LENGTH, frame, 0, headLength);
        publish(position, recordLength, RingDescriptor.BODY);
        frame.position(position + RingDescriptor.aligned(recordLength));
        return true;
    }

    private boolean offerParts(OutboundFrame frame, @Nullable Slab slab) throws ProtocolException {
        OutboundFrame other = underWay.get();
        if (other != frame && (other != null || !underWay.compareAndSet(null, frame))) {
            return false;
        }
        while (frame.sent() < frame.frameLength()) {
            int slot = (slab != null && frame.sent() > 0) ? claimForPart(frame, slab) : -1;
            boolean sent = (slab != null && slot >= 0) ? offerPartInSlot(frame, slab, slot) : offerPart(frame);
            if (!sent) {
                return false;
            }
        }
        underWay.set(null);
        return true;
    }

    private int claimForPart(OutboundFrame frame, Slab slab) {
        int rest = frame.frameLength() - frame.sent();
        return (rest > longestInRecord) ? slab.outbound().claim(Math.min(rest, slab.slotLength())) : -1;
    }

    private boolean offerPartInSlot(OutboundFrame frame, Slab slab, int slot) throws ProtocolException {
        int count = Math.min(frame.frameLength() - frame.sent(), slab.slotLength());
        slab.outbound().write(slot, frame, frame.sent(), count);
        int recordLength = RingDescriptor.HEADER_LENGTH + RingDescriptor.SLOT_FIELDS_LENGTH;
        boolean sent = false;
        try {
            long position = claim(recordLength);
            if (position >= 0) {
                producer.writeInts(position, slot, count);
                publish(position, recordLength, RingDescriptor.NEXT_SLOT);
                frame.sent(frame.sent() + count);
                frame.position(position + RingDescriptor.aligned(recordLength));
                slotBytes.addAndGet(count);
                sent = true;
            }
        }
        finally {
            slab.outbound().settle(slot, sent);
        }
        return sent;
    }

    private boolean offerPart(OutboundFrame frame) throws ProtocolException {
        boolean first = frame.sent() == 0;
        int bytesAt = first ? Long.BYTES : 0;
        int count = Math.min(frame.frameLength() - frame.sent(), longestInRecord - bytesAt);
        int recordLength = RingDescriptor.HEADER_LENGTH + bytesAt + count;
        long position = claim(recordLength);
        if (position < 0) {
            return false;
        }
        if (first) {
            producer.writeLong(position, 0, frame.frameLength());
        }
        producer.write(position, bytesAt, frame, frame.sent(), count);
        publish(position, recordLength, first ? RingDescriptor.FIRST : RingDescriptor.NEXT);
        frame.sent(frame.sent() + count);
        frame.position(position + RingDescriptor.aligned(recordLength));
        return true;
    }

    private boolean sendSlabRecord(int type, int first, int second, byte[] rest) {
        int recordLength = RingDescriptor.HEADER_LENGTH + RingDescriptor.SLOT_FIELDS_LENGTH + rest.length;
        try {
            for (int tries = 0; tries < TRIES_FOR_ROOM; tries++) {
                long position = producer.claim(recordLength);
                if (position >= 0) {
                    producer.writeInts(position, first, second);
                    producer.write(position, RingDescriptor.SLOT_FIELDS_LENGTH, rest, 0, rest.length);
                    publish(position, recordLength, type);
                    return true;
                }
                if (position == RingProducer.CLOSED) {
                    return false;
                }
                LockSupport.parkNanos(PAUSE_NS);
            }
        }
        catch (ProtocolException ex) {
            breached(ex);
        }
        return false;
    }

    @Override
    public boolean claimBody(OutboundFrame frame, int length) {
        Slab slab = (length > longestInRecord) ? slabs.forLargeMessage() : null;
        int slot = (slab != null) ? slab.outbound().claim(length) : -1;
        if (slab == null || slot < 0) {
            return false;
        }
        slab.outbound().lend(slot, frame, length);
        return true;
    }

    private long claim(int recordLength) throws ProtocolException {
        long position = producer.claim(recordLength);
        if (position == RingProducer.CLOSED) {
            throw new ConnectionClosedException(this + " is closed");
        }
        return position;
    }

    private void publish(long position, int recordLength, int type) {
        producer.commit(position, recordLength, type);
        // Volatile after the volatile store of the commit: pairs with the fence in the
        // peer's sleep.
        if (Words.getIntVolatile(memory, peerSleepingOffset) != 0) {
            wake(position + RingDescriptor.aligned(recordLength));
        }
        else if (dialled && Words.getIntVolatile(memory, ownSleepingOffset) != 0) {
            tellWatcher();
        }
        producer.leave(recordLength);
    }

    private void wake(long end) {
        if (dialled) {
            wokeEnd = end;
            Words.putLong(memory, SegmentDescriptor.THINK_TIME_OFFSET, System.nanoTime() - answeredNs);
        }
        if (Words.compareAndSetInt(memory, peerSleepingOffset, 1, 0)) {
            sendByte(link().data());
        }
    }

    private void tellWatcher() {
        SocketChannel control = link().control();
        if (control != null && Words.compareAndSetInt(memory, SegmentDescriptor.WATCHER_LISTENS_OFFSET, 1, 0)) {
            sendByte(control);
        }
    }

    private void sendByte(SocketChannel channel) {
        synchronized (wakeLock) {
            try {
                // A full socket has bytes that the peer has not read: it will wake up
                // anyway.
                channel.write(wakeByte.clear());
                wakeUps++;
            }
            catch (IOException ex) {
                peerGone();
            }
        }
    }

    @Override
    public void abandon(OutboundFrame frame) {
        // The next large frame's first part makes the peer discard what it has of this
        // one.
        underWay.compareAndSet(frame, null);
    }

    @Override
    public boolean wasTaken(long position) {
        long head = finalHead;
        return head < 0 || head >= position;
    }

    @Override
    public ConnectionUsage usage() {
        Slab slab = slabs.current();
        int slots = (slab != null) ? slab.slots() : 0;
        int slotsInUse = (slab != null) ? slab.outbound().inUse() : 0;
        return new ConnectionUsage(producer.tail() + slotBytes.get(), consumer.receivedBytes(), wakeUps(),
                producer.length(), unread(), slots, slotsInUse);
    }

    private long wakeUps() {
        synchronized (wakeLock) {
            return wakeUps;
        }
    }

    private synchronized int unread() {
        return mapped ? producer.unread() : 0;
    }

    @Override
    protected boolean pollFrame(InboundFrame frame) throws IOException {
        if (isPeerGone() && mustStopDraining()) {
            return false;
        }
        if (!consumer.poll(frame)) {
            return false;
        }
        if (awaitsWokenAnswer) {
            awaitsWokenAnswer = false;
            answeredNs = System.nanoTime();
        }
        return true;
    }

    /**
     * What a dead peer left is at most a ring full: more comes from one that only
     * pretends.
     */
    private boolean mustStopDraining() {
        if (drainLimit == Long.MAX_VALUE) {
            drainLimit = consumer.head() + memory.capacity();
        }
        return consumer.head() >= drainLimit;
    }

    @Override
    protected boolean hasInbound() {
        return consumer.hasRecord() && consumer.head() < drainLimit;
    }

    @Override
    protected boolean isMidFrame() {
        return consumer.hasParts();
    }

    @Override
    protected boolean canSpin() {
        return true;
    }

    @Override
    protected void arm() {
        Words.putIntRelease(memory, ownSleepingOffset, 1);
    }

    @Override
    protected void disarm() {
        Words.putIntRelease(memory, ownSleepingOffset, 0);
    }

    @Override
    protected void aboutToSleep(boolean spun) {
        boolean peerAwake = Words.getIntVolatile(memory, peerSleepingOffset) == 0;
        boolean othersWait = wokeEnd != 0 && producer.tail() != wokeEnd;
        if (peerAwake && (spun || othersWait) && producer.isBehind()) {
            tellWatcher();
        }
    }

    @Override
    protected boolean isPeerBehind() {
        return producer.isBehind();
    }

    @Override
    protected void watcherTold() {
        synchronized (this) {
            if (mapped) {
                Words.putIntRelease(memory, SegmentDescriptor.WATCHER_LISTENS_OFFSET, 1);
            }
        }
    }

    @Override
    protected boolean wokePeer() {
        boolean woke = wokeEnd != 0;
        if (woke) {
            wokeEnd = 0;
            awaitsWokenAnswer = true;
        }
        return woke;
    }

    @Override
    protected long takeThinkTimeNs() {
        if (!woken) {
            return -1;
        }
        woken = false;
        return Math.max(0, Words.getLong(memory, SegmentDescriptor.THINK_TIME_OFFSET));
    }

    @Override
    protected void readable() throws IOException {
        wakeBytes.clear();
        int count = link().data().read(wakeBytes);
        if (count < 0) {
            peerGone();
        }
        woken = count > 0;
    }

    @Override
    protected void release() {
        producer.close();
        if (isPeerGone()) {
            finalHead = readFinalHead();
        }
        slabs.close();
        synchronized (this) {
            mapped = false;
        }
        producer.whenQuiet(mapping::unmap);
    }

    private long readFinalHead() {
        try {
            return producer.refreshedHead();
        }
        catch (ProtocolException ex) {
            return Long.MAX_VALUE;
        }
    }

}
