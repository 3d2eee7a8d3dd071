package io.github.shmrpc.inproc;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.github.shmrpc.PeerInfo;
import io.github.shmrpc.transport.Connection;
import io.github.shmrpc.transport.ConnectionClosedException;
import io.github.shmrpc.transport.ConnectionHandler;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.OutboundFrame;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection. Each end owns the queue of what it receives. The end that
 * closes first receives nothing more, so that the other knows for certain which of its
 * frames were taken; the other still receives all that was sent to it.
 */
final class InprocConnection implements Connection {

    private static final int MIN_CAPACITY = 1024 * 1024;

    private static final int FRAMES_IN_FLIGHT = 4;

    private final PeerInfo peer;

    private final int maxFrameLength;

    private final boolean relayed;

    private final ReadyEnds poller;

    private final ConnectionHandler handler;

    private final Consumer<InprocConnection> onReported;

    private final FrameQueue inbound;

    /** Whether the poller has it in its list, or has done with it for good. */
    private final AtomicBoolean listed = new AtomicBoolean();

    private final AtomicBoolean reported = new AtomicBoolean();

    // Set by join() before another thread sees this end.
    private AtomicBoolean closed = new AtomicBoolean();

    // This end until it is joined.
    private InprocConnection other = this;

    private volatile @Nullable Object attachment;

    /**
     * One end, not yet joined.
     * @param peer the other side
     * @param maxFrameLength bytes
     * @param relayed whether the frames come from another host, or go there: then there
     * is other room on the way, and what a slow peer does not take is to be noticed soon
     * @param poller of this end
     * @param handler is told when the connection has ended
     * @param onReported runs before that
     */
    InprocConnection(PeerInfo peer, int maxFrameLength, boolean relayed, ReadyEnds poller, ConnectionHandler handler,
            Consumer<InprocConnection> onReported) {
        this.peer = peer;
        this.maxFrameLength = maxFrameLength;
        this.relayed = relayed;
        this.poller = poller;
        this.handler = handler;
        this.onReported = onReported;
        this.inbound = new FrameQueue(
                relayed ? MIN_CAPACITY : Math.max(MIN_CAPACITY, (long) FRAMES_IN_FLIGHT * maxFrameLength));
    }

    static void join(InprocConnection one, InprocConnection two) {
        one.other = two;
        two.other = one;
        two.closed = one.closed;
    }

    @Override
    public boolean offer(OutboundFrame frame) {
        int length = frame.frameLength();
        if (length < 1 || length > maxFrameLength) {
            throw new IllegalArgumentException(
                    "Frame length must be 1 to " + maxFrameLength + " bytes: length=" + length);
        }
        long position = other.inbound.offer(frame);
        if (position == FrameQueue.CLOSED) {
            throw new ConnectionClosedException("Connection is closed: " + peer);
        }
        if (position == FrameQueue.FULL) {
            return false;
        }
        frame.sent(length);
        frame.position(position);
        other.list();
        return true;
    }

    @Override
    public void abandon(OutboundFrame frame) {
        // A frame is taken whole or not at all.
    }

    @Override
    public boolean wasTaken(long position) {
        return other.inbound.mayBeTaken(position);
    }

    /**
     * Takes the next frame. Holder of the poll role only.
     * @return what came of it
     */
    FrameQueue.Taken take(InboundFrame frame) {
        return inbound.take(frame);
    }

    /**
     * Leaves the poller's list as there is nothing to take. Holder of the poll role only.
     * @return false if something has come since, and it stays in the list
     */
    boolean unlist() {
        listed.set(false);
        // Who adds a frame now finds the flag down and lists this end; who added one
        // before is seen here.
        return inbound.isIdle() || !listed.compareAndSet(false, true);
    }

    private void list() {
        if (listed.compareAndSet(false, true)) {
            poller.add(this);
        }
    }

    /**
     * Tells that it has ended, once. Holder of the poll role, where the end stays marked
     * as listed, or who has opened it too late for that.
     */
    void reportClosed() {
        if (reported.compareAndSet(false, true)) {
            onReported.accept(this);
            handler.closed(this, null);
        }
    }

    @Override
    public int maxFrameLength() {
        return maxFrameLength;
    }

    @Override
    public boolean takesCompressed() {
        return relayed;
    }

    @Override
    public PeerInfo peer() {
        return peer;
    }

    @Override
    public boolean isOpen() {
        return !closed.get();
    }

    @Override
    public @Nullable Object attachment() {
        return attachment;
    }

    @Override
    public void attachment(Object attachment) {
        this.attachment = attachment;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            // Before the peer learns of the end, so that it gets final answers from
            // wasTaken().
            inbound.discard();
            other.inbound.end();
            list();
            other.list();
        }
    }

    /**
     * Closes it, and takes nothing more even if the peer closed it: nobody will poll this
     * end.
     */
    void terminate() {
        close();
        inbound.discard();
    }

}
