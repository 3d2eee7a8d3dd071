package io.github.shmrpc.unix;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;

import io.github.shmrpc.buffer.MessageBuffer;
import io.github.shmrpc.transport.ConnectionClosedException;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.OutboundFrame;
import io.github.shmrpc.transport.ProtocolException;
import org.jspecify.annotations.Nullable;

/**
 * Sends frames through the socket itself, in chunks, so that a frame may be given up
 * half-way. Little-endian.
 *
 * <pre>
 *  +----------------------------------+
 *  | flags and length           int32 |  bit 31: more chunks of this frame follow; bit 30: discard this frame;
 *  |                                  |  bits 0-29: bytes in this chunk
 *  +----------------------------------+
 *  | bytes                            |
 *  +----------------------------------+
 * </pre>
 */
final class UnixConnection extends SocketConnection {

    static final String CARRIER = "unix";

    private static final int BUFFER_LENGTH = 64 * 1024;

    private static final int CHUNK_HEADER_LENGTH = Integer.BYTES;

    private static final int MORE = 1 << 31;

    private static final int DISCARD = 1 << 30;

    private static final int LENGTH_MASK = DISCARD - 1;

    private final SocketChannel channel;

    // Guarded by this: outbound, any thread.
    private final ByteBuffer out = ByteBuffer.allocateDirect(BUFFER_LENGTH).order(ByteOrder.LITTLE_ENDIAN).limit(0);

    private @Nullable OutboundFrame underWay;

    // Holder of the poll role only: inbound.
    private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER_LENGTH).order(ByteOrder.LITTLE_ENDIAN).limit(0);

    private final MessageBuffer assembled = new MessageBuffer(1024);

    /**
     * The kernel said that there is something to read, and the last read has not shown
     * otherwise.
     */
    private boolean mayRead = true;

    /** Bytes of the current chunk that are still to come; 0 between chunks. */
    private int chunkRemaining;

    private boolean moreChunks;

    UnixConnection(Link link) {
        super(link, CARRIER);
        this.channel = link.data();
    }

    @Override
    public synchronized boolean offer(OutboundFrame frame) {
        if (frame.length() == 0 || frame.length() > maxFrameLength()) {
            throw new IllegalArgumentException(
                    "Frame length must be 1 to " + maxFrameLength() + ": length=" + frame.length());
        }
        if (!isOpen()) {
            throw new ConnectionClosedException(this + " is closed");
        }
        if (underWay != null && underWay != frame) {
            return false;
        }
        try {
            return write(frame);
        }
        catch (IOException ex) {
            peerGone();
            throw new ConnectionClosedException(this + " is closed: " + ex.getMessage());
        }
    }

    private boolean write(OutboundFrame frame) throws IOException {
        underWay = frame;
        while (flush() && frame.sent() < frame.length()) {
            out.clear();
            int remaining = frame.length() - frame.sent();
            int length = Math.min(remaining, BUFFER_LENGTH - CHUNK_HEADER_LENGTH);
            out.putInt((length < remaining) ? length | MORE : length);
            out.put(frame.array(), frame.sent(), length).flip();
            frame.sent(frame.sent() + length);
        }
        if (out.hasRemaining()) {
            return false;
        }
        underWay = null;
        return true;
    }

    private boolean flush() throws IOException {
        if (out.hasRemaining()) {
            channel.write(out);
        }
        return !out.hasRemaining();
    }

    @Override
    public synchronized void abandon(OutboundFrame frame) {
        if (underWay != frame) {
            return;
        }
        underWay = null;
        if (frame.sent() < frame.length()) {
            // What is left in the buffer is less than it holds, so the few bytes fit
            // behind it.
            out.compact().putInt(DISCARD).flip();
        }
    }

    @Override
    public boolean wasTaken(long position) {
        // The kernel does not tell what the peer has read.
        return true;
    }

    @Override
    protected boolean pollFrame(InboundFrame frame) throws IOException {
        flushLeftover();
        while (true) {
            if (readChunks(frame)) {
                return true;
            }
            if (!mayRead) {
                return false;
            }
            fill();
        }
    }

    /** What an abandoned or last frame left unsent while the socket was full. */
    private synchronized void flushLeftover() {
        if (underWay == null && out.hasRemaining()) {
            try {
                flush();
            }
            catch (IOException ex) {
                peerGone();
            }
        }
    }

    private void fill() throws IOException {
        in.compact();
        int count;
        try {
            count = channel.read(in);
        }
        catch (IOException ex) {
            if (!Link.isEnd(ex)) {
                throw ex;
            }
            count = -1;
        }
        finally {
            in.flip();
        }
        if (count <= 0) {
            mayRead = false;
        }
        if (count < 0) {
            peerGone();
        }
    }

    /**
     * Moves what is in the buffer to the frame that is being assembled, until it is
     * whole.
     */
    private boolean readChunks(InboundFrame frame) throws IOException {
        while (true) {
            if (chunkRemaining == 0) {
                if (in.remaining() < CHUNK_HEADER_LENGTH) {
                    return false;
                }
                beginChunk(in.getInt());
            }
            int length = Math.min(chunkRemaining, in.remaining());
            if (length == 0 && chunkRemaining > 0) {
                return false;
            }
            int offset = assembled.extend(length);
            in.get(assembled.array(), offset, length);
            chunkRemaining -= length;
            if (chunkRemaining == 0 && !moreChunks && assembled.length() > 0) {
                frame.clear();
                frame.swap(assembled);
                assembled.clear();
                return true;
            }
        }
    }

    private void beginChunk(int word) throws ProtocolException {
        int length = word & LENGTH_MASK;
        if ((word & DISCARD) != 0) {
            assembled.clear();
            moreChunks = false;
            chunkRemaining = 0;
            return;
        }
        if (length == 0 || length > link().maxInboundLength() - assembled.length()) {
            throw new ProtocolException(
                    "A frame of at least " + (assembled.length() + (long) length) + " bytes came from "
                            + link().peerText() + ", at most " + link().maxInboundLength() + " are allowed");
        }
        chunkRemaining = length;
        moreChunks = (word & MORE) != 0;
    }

    @Override
    protected boolean hasInbound() {
        return mayRead;
    }

    @Override
    protected boolean canSpin() {
        return false;
    }

    @Override
    protected void arm() {
        // The kernel wakes us.
    }

    @Override
    protected void disarm() {
        // The kernel wakes us.
    }

    @Override
    protected void readable() {
        mayRead = true;
    }

    @Override
    protected void release() {
        // The buffers go with the object.
    }

}
