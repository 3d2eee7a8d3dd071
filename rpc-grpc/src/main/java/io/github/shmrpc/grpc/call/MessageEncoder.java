package io.github.shmrpc.grpc.call;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

import io.github.shmrpc.buffer.MessageBuffer;
import io.github.shmrpc.protocol.FrameWriter;
import io.github.shmrpc.transport.OutboundFrame;
import io.grpc.Codec;
import io.grpc.Compressor;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Writes the messages that one side of a call sends, each by one copy from the message to
 * where it travels. For one thread at a time.
 */
public final class MessageEncoder {

    /** Shorter messages are not worth a slot of the carrier's memory. */
    private static final int LEAST_BODY = 16 * 1024;

    private static final int CHUNK_LENGTH = 4 * 1024;

    /** Lends a frame memory of the carrier's for its message, if there is some. */
    @FunctionalInterface
    public interface BodyLender {

        void claimBody(OutboundFrame frame, int length);

    }

    private final Tracers tracers;

    private final int maxLength;

    private @Nullable Compressor compressor;

    private boolean compresses = true;

    private int messages;

    /**
     * An encoder that does not compress.
     * @param tracers told of each message
     * @param maxLength longest plain message in bytes
     */
    public MessageEncoder(Tracers tracers, int maxLength) {
        this.tracers = tracers;
        this.maxLength = maxLength;
    }

    public void compressor(Compressor given) {
        compressor = given == Codec.Identity.NONE ? null : given;
    }

    /**
     * Sets whether the messages that follow are compressed, if there is a compressor.
     * @param enabled true at first
     */
    public void compresses(boolean enabled) {
        compresses = enabled;
    }

    /**
     * Appends a message.
     * @param message from its marshaller; closed afterwards
     * @param frame begun, the message is the last of it
     * @param lender of memory, or {@code null} if the frame shall hold the message
     * @throws RuntimeException if it cannot be read; RESOURCE_EXHAUSTED if it is too long
     */
    public void write(InputStream message, OutboundFrame frame, @Nullable BodyLender lender) {
        int number = messages++;
        tracers.outboundMessage(number);
        int before = frame.frameLength();
        int length;
        try (message) {
            Compressor with = compresses ? compressor : null;
            length = with == null || (message instanceof KnownLength && message.available() == 0)
                    ? writePlain(message, frame, lender) : writeCompressed(message, frame, with);
        }
        catch (IOException broken) {
            throw Status.INTERNAL.withDescription("Failed to write a message").withCause(broken).asRuntimeException();
        }
        tracers.outboundMessageSent(number, frame.frameLength() - before, length);
    }

    private int writePlain(InputStream message, OutboundFrame frame, @Nullable BodyLender lender) throws IOException {
        if (!(message instanceof KnownLength) || !(message instanceof Drainable drainable)) {
            return copy(message, new FrameOutput(frame));
        }
        int length = message.available();
        requireLength(length);
        if (lender != null && length >= LEAST_BODY) {
            lender.claimBody(frame, length);
        }
        int drained = drainable.drainTo(new BufferOutput(frame.writable(length)));
        if (drained != length) {
            throw Status.INTERNAL.withDescription("A message has " + drained + " bytes but said " + length)
                .asRuntimeException();
        }
        return length;
    }

    private int writeCompressed(InputStream message, OutboundFrame frame, Compressor with) throws IOException {
        FrameWriter.markCompressed(frame);
        try (OutputStream out = with.compress(new FrameOutput(frame))) {
            if (message instanceof Drainable drainable) {
                int length = drainable.drainTo(out);
                requireLength(length);
                return length;
            }
            return copy(message, out);
        }
    }

    private int copy(InputStream message, OutputStream out) throws IOException {
        byte[] chunk = new byte[CHUNK_LENGTH];
        int length = 0;
        for (int count = message.read(chunk); count >= 0; count = message.read(chunk)) {
            length = Math.addExact(length, count);
            requireLength(length);
            out.write(chunk, 0, count);
        }
        return length;
    }

    private void requireLength(int length) {
        if (length > maxLength) {
            throw Status.RESOURCE_EXHAUSTED.withDescription("message too large " + length + " > " + maxLength)
                .asRuntimeException();
        }
    }

    /** Writes into room of the right length. */
    private static final class BufferOutput extends OutputStream {

        private final ByteBuffer room;

        BufferOutput(ByteBuffer room) {
            this.room = room;
        }

        @Override
        public void write(int value) {
            room.put((byte) value);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) {
            room.put(bytes, offset, count);
        }

    }

    /** Appends to a frame. */
    private static final class FrameOutput extends OutputStream {

        private final MessageBuffer frame;

        FrameOutput(MessageBuffer frame) {
            this.frame = frame;
        }

        @Override
        public void write(int value) {
            frame.append((byte) value);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) {
            frame.append(bytes, offset, count);
        }

    }

}
