package io.github.shmrpc.transport;

import io.github.shmrpc.buffer.MessageBuffer;

/**
 * A frame on its way out. Written by its owner, then offered to a connection until it is
 * taken whole. Reused. For one thread at a time.
 */
public final class OutboundFrame extends MessageBuffer {

    private static final int INITIAL_CAPACITY = 1024;

    private int sent;

    private long position;

    public OutboundFrame() {
        super(INITIAL_CAPACITY);
    }

    /** Makes it empty and not yet sent. */
    @Override
    public void clear() {
        super.clear();
        sent = 0;
        position = 0;
    }

    /**
     * How many bytes the carrier took so far. For carriers.
     * @return 0 up to {@link #length()}
     */
    public int sent() {
        return sent;
    }

    /**
     * Notes progress. For carriers.
     * @param sent bytes taken so far
     */
    public void sent(int sent) {
        this.sent = sent;
    }

    /**
     * Where the frame ends in the connection's stream, to ask {@link Connection#wasTaken}
     * later.
     * @return a position of the carrier's own kind
     */
    public long position() {
        return position;
    }

    /**
     * Notes where the frame ends. For carriers.
     * @param position a position of the carrier's own kind
     */
    public void position(long position) {
        this.position = position;
    }

}
