package io.github.shmrpc.unix;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;

import io.github.shmrpc.buffer.MessageBuffer;
import io.github.shmrpc.transport.ConnectionClosedException;
import io.github.shmrpc.transport.ConnectionUsage;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.OutboundFrame;
import io.github.shmrpc.transport.ProtocolException;
import org.jspecify.annotations.Nullable;

/**
 * Sends frames through the socket itself, in chunks and with a last word, so that a frame
 * may be given up half-way. Little-endian.
 *
 * <pre>
 *  +----------------------------------+
 *  | length of the chunk        int32 |  1 or more
 *  +----------------------------------+
 *  | bytes                            |
 *  +----------------------------------+
 *  | more chunks of this frame        |
 *  +----------------------------------+
 *  | last word                  int32 |  {@link #END} or {@link #DISCARD}
 *  +----------------------------------+
 * </pre>
 */
final class UnixConnection extends SocketConnection {

    static final String CARRIER = "unix";

    private static final int BUFFER_LENGTH = 64 * 1024;

    /**
     * How often the buffer is filled for one frame before others have their turn, however
     * much the peer sends.
     */
    private static final int MAX_FILLS = 16;

    private static final int WORD_LENGTH = Integer.BYTES;

    /** Longest chunk: it fits into the buffer with its length and the last word. */
    private static final int MAX_CHUNK_LENGTH = BUFFER_LENGTH - 2 * WORD_LENGTH;

    /** The frame is whole. */
    private static final int END = 0;

    /**
     * The frame was given up. Differs from {@link #END} in the last byte only, so that it
     * can replace it until the end.
     */
    private static final int DISCARD = 1 << 30;

    private final SocketChannel channel;

    private final boolean takesCompressed;

    private final boolean fallback;

    // Guarded by this: outbound, any thread.
    private final ByteBuffer out = ByteBuffer.allocateDirect(BUFFER_LENGTH).order(ByteOrder.LITTLE_ENDIAN).limit(0);

    private @Nullable OutboundFrame underWay;

    private long accepted;

    private long sentBytes;

    // Holder of the poll role only: inbound.
    private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER_LENGTH).order(ByteOrder.LITTLE_ENDIAN).limit(0);

    private final MessageBuffer assembled = new MessageBuffer(1024);

    /**
     * The kernel said that there is something to read, and the last read has not shown
     * otherwise.
     */
    private boolean mayRead = true;

    /** Read by any thread. */
    private volatile long receivedBytes;

    /** Bytes of the current chunk that are still to come; 0 between chunks. */
    private int chunkRemaining;

    /**
     * A connection whose handshake is over.
     * @param link what it agreed on
     * @param takesCompressed whether the peer inflates payloads
     * @param fallback whether frames were to go through memory
     */
    UnixConnection(Link link, boolean takesCompressed, boolean fallback) {
        super(link, CARRIER);
        this.channel = link.data();
        this.takesCompressed = takesCompressed;
        this.fallback = fallback;
    }

    @Override
    public boolean takesCompressed() {
        return takesCompressed;
    }

    @Override
    public synchronized boolean offer(OutboundFrame frame) {
        if (frame.frameLength() == 0 || frame.frameLength() > maxFrameLength()) {
            throw new IllegalArgumentException(
                    "Frame length must be 1 to " + maxFrameLength() + ": length=" + frame.frameLength());
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
        while (flush() && frame.sent() < frame.frameLength()) {
            out.clear();
            int length = Math.min(frame.frameLength() - frame.sent(), MAX_CHUNK_LENGTH);
            out.putInt(length);
            frame.copyTo(frame.sent(), out, WORD_LENGTH, length);
            out.position(WORD_LENGTH + length);
            frame.sent(frame.sent() + length);
            if (frame.sent() == frame.frameLength()) {
                out.putInt(END);
            }
            out.flip();
        }
        if (out.hasRemaining()) {
            return false;
        }
        underWay = null;
        accepted += frame.frameLength();
        frame.position(accepted);
        return true;
    }

    private boolean flush() throws IOException {
        if (out.hasRemaining()) {
            sentBytes += channel.write(out);
        }
        return !out.hasRemaining();
    }

    @Override
    public synchronized void abandon(OutboundFrame frame) {
        if (underWay != frame) {
            return;
        }
        underWay = null;
        if (frame.sent() == frame.frameLength()) {
            // The last word's last byte has not been written yet, else the frame would
            // have been taken.
            out.put(out.limit() - 1, (byte) (DISCARD >>> (Integer.SIZE - Byte.SIZE)));
        }
        else if (frame.sent() > 0) {
            out.compact().putInt(DISCARD).flip();
        }
    }

    @Override
    public boolean wasTaken(long position) {
        // The kernel does not tell what the peer has read.
        return true;
    }

    @Override
    public boolean isFallback() {
        return fallback;
    }

    @Override
    public synchronized ConnectionUsage usage() {
        return new ConnectionUsage(sentBytes, receivedBytes, 0, 0, 0, 0, 0);
    }

    @Override
    protected boolean pollFrame(InboundFrame frame) throws IOException {
        flushLeftover();
        for (int fills = 0; !readChunks(frame); fills++) {
            if (!mayRead || fills == MAX_FILLS) {
                return false;
            }
            fill();
        }
        return true;
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
        else {
            countReceived(count);
        }
        if (count < 0) {
            peerGone();
        }
    }

    /** Only the holder of the poll role writes. */
    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void countReceived(int count) {
        receivedBytes += count;
    }

    /**
     * Moves what is in the buffer to the frame that is being assembled, until it is
     * whole.
     */
    private boolean readChunks(InboundFrame frame) throws IOException {
        while (true) {
            if (chunkRemaining == 0) {
                if (in.remaining() < WORD_LENGTH) {
                    return false;
                }
                if (isEnd(in.getInt())) {
                    frame.clear();
                    frame.swap(assembled);
                    assembled.clear();
                    return true;
                }
            }
            int length = Math.min(chunkRemaining, in.remaining());
            if (length == 0 && chunkRemaining > 0) {
                return false;
            }
            int offset = assembled.extend(length);
            in.get(assembled.array(), offset, length);
            chunkRemaining -= length;
        }
    }

    private boolean isEnd(int word) throws ProtocolException {
        if (word == DISCARD) {
            assembled.clear();
            return false;
        }
        if (word == END && assembled.length() > 0) {
            return true;
        }
        if (word <= 0 || word > link().maxInboundLength() - assembled.length()) {
            throw new ProtocolException(
                    "A chunk of " + word + " bytes came from " + link().peerText() + " for a frame that has "
                            + assembled.length() + " already, at most " + link().maxInboundLength() + " are allowed");
        }
        chunkRemaining = word;
        return false;
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
