package io.github.shmrpc.grpc.call;

import java.io.IOException;
import java.io.InputStream;

import io.github.shmrpc.protocol.FrameReader;
import io.github.shmrpc.protocol.PayloadCompression;
import io.github.shmrpc.transport.InboundFrame;
import io.grpc.Codec;
import io.grpc.Decompressor;
import io.grpc.MethodDescriptor;
import io.grpc.Status;

/** Reads the messages that one side of a call receives. For one thread at a time. */
public final class MessageDecoder {

    private static final Decompressor GZIP = new Codec.Gzip();

    private final Tracers tracers;

    private final int maxLength;

    private Decompressor decompressor = GZIP;

    private int messages;

    /**
     * A decoder of plain messages, and of those that are gzip.
     * @param tracers told of each message
     * @param maxLength longest plain message in bytes
     */
    public MessageDecoder(Tracers tracers, int maxLength) {
        this.tracers = tracers;
        this.maxLength = maxLength;
    }

    /**
     * Sets what messages are compressed with that are.
     * @param given instead of gzip
     */
    public void decompressor(Decompressor given) {
        decompressor = given;
    }

    /**
     * Reads a message.
     * @param <T> of the message
     * @param marshaller parses it
     * @param frame with the message as its payload
     * @return the message
     * @throws UnreadableMessageException if it is too long or cannot be decompressed
     * @throws RuntimeException of the marshaller
     */
    public <T> T read(MethodDescriptor.Marshaller<T> marshaller, InboundFrame frame) {
        int number = messages++;
        tracers.inboundMessage(number);
        int length = FrameReader.payloadLength(frame);
        try {
            if (PayloadCompression.isCompressed(frame)) {
                return readCompressed(marshaller, frame, number, length);
            }
            if (length > maxLength) {
                throw tooLong("gRPC message exceeds maximum size " + maxLength + ": " + length);
            }
            T message = parse(marshaller, new FrameInputStream(frame));
            tracers.inboundMessageRead(number, length, length);
            return message;
        }
        catch (IOException broken) {
            throw new UnreadableMessageException(
                    Status.INTERNAL.withDescription("Failed to decompress a message").withCause(broken));
        }
    }

    private <T> T readCompressed(MethodDescriptor.Marshaller<T> marshaller, InboundFrame frame, int number, int length)
            throws IOException {
        try (LimitedInputStream plain = new LimitedInputStream(decompressor.decompress(new FrameInputStream(frame)))) {
            T message = parse(marshaller, plain);
            tracers.inboundMessageRead(number, length, plain.count);
            return message;
        }
    }

    private static <T> T parse(MethodDescriptor.Marshaller<T> marshaller, InputStream stream) {
        return marshaller.parse(stream);
    }

    private static RuntimeException tooLong(String text) {
        return new UnreadableMessageException(Status.RESOURCE_EXHAUSTED.withDescription(text));
    }

    /** Ends a message that inflates to more than is allowed. */
    private final class LimitedInputStream extends InputStream {

        private final InputStream source;

        private long count;

        LimitedInputStream(InputStream source) {
            this.source = source;
        }

        @Override
        public int read() throws IOException {
            int value = source.read();
            counted(value < 0 ? 0 : 1);
            return value;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int read = source.read(target, offset, length);
            counted(Math.max(0, read));
            return read;
        }

        private void counted(int more) {
            count += more;
            if (count > maxLength) {
                throw tooLong("Decompressed gRPC message exceeds maximum size " + maxLength);
            }
        }

        @Override
        public void close() throws IOException {
            source.close();
        }

    }

}
