package io.github.shmrpc.protocol;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

import io.github.shmrpc.buffer.MessageBuffer;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.OutboundFrame;

import static io.github.shmrpc.protocol.FrameDescriptor.FLAGS_OFFSET;
import static io.github.shmrpc.protocol.FrameDescriptor.FLAG_COMPRESSED;

/**
 * Payloads that go as gzip. Only arrays are read, never a carrier's memory, which the
 * peer could change under the inflater. For the thread that owns the frame.
 */
public final class PayloadCompression {

    private static final int CHUNK_LENGTH = 8 * 1024;

    private PayloadCompression() {
    }

    public static boolean isCompressed(MessageBuffer frame) {
        return (FrameReader.flags(frame) & FLAG_COMPRESSED) != 0;
    }

    /**
     * Compresses a frame's payload; does nothing if that does not make it shorter, or was
     * done before.
     * @param frame whole, with its payload in an array
     */
    public static void compress(OutboundFrame frame) {
        if (isCompressed(frame)) {
            return;
        }
        frame.gather();
        int offset = FrameReader.payloadOffset(frame);
        int length = frame.length() - offset;
        MessageBuffer compressed = new MessageBuffer(Math.max(CHUNK_LENGTH, length / 4));
        try (GZIPOutputStream gzip = new GZIPOutputStream(new Appender(compressed), CHUNK_LENGTH)) {
            gzip.write(frame.array(), offset, length);
        }
        catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
        if (compressed.length() < length) {
            frame.length(offset);
            frame.append(compressed.array(), 0, compressed.length());
            frame.array()[FLAGS_OFFSET] |= FLAG_COMPRESSED;
        }
    }

    /**
     * Inflates a frame's payload.
     * @param frame compressed; its payload is plain afterwards
     * @param maxLength longest plain payload in bytes: inflating stops there
     * @return false if it is longer; the frame is as it was
     * @throws IOException if it is no gzip, or damaged
     */
    public static boolean inflate(InboundFrame frame, int maxLength) throws IOException {
        frame.gather();
        return inflateArray(frame, maxLength);
    }

    /**
     * Takes {@link #compress} back, for a peer that does not inflate. Does nothing to a
     * plain frame.
     * @param frame whole
     */
    public static void restore(OutboundFrame frame) {
        if (isCompressed(frame)) {
            try {
                inflateArray(frame, Integer.MAX_VALUE);
            }
            catch (IOException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }

    private static boolean inflateArray(MessageBuffer frame, int maxLength) throws IOException {
        int offset = FrameReader.payloadOffset(frame);
        int length = frame.length() - offset;
        long longest = (long) offset + maxLength;
        MessageBuffer plain = new MessageBuffer((int) Math.min(longest, offset + Math.max(CHUNK_LENGTH, 4L * length)));
        plain.append(frame.array(), 0, offset);
        try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(frame.array(), offset, length),
                CHUNK_LENGTH)) {
            byte[] chunk = new byte[CHUNK_LENGTH];
            for (int count = gzip.read(chunk); count >= 0; count = gzip.read(chunk)) {
                if (plain.length() + (long) count > longest) {
                    return false;
                }
                plain.append(chunk, 0, count);
            }
        }
        plain.array()[FLAGS_OFFSET] &= ~FLAG_COMPRESSED;
        frame.clear();
        frame.append(plain.array(), 0, plain.length());
        return true;
    }

    /** Writes to a buffer. */
    private static final class Appender extends OutputStream {

        private final MessageBuffer target;

        Appender(MessageBuffer target) {
            this.target = target;
        }

        @Override
        public void write(int value) {
            target.append((byte) value);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) {
            target.append(bytes, offset, count);
        }

    }

}
