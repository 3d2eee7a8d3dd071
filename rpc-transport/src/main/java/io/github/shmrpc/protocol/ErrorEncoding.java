package io.github.shmrpc.protocol;

import java.nio.charset.StandardCharsets;

import io.github.shmrpc.Metadata;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.StatusDetail;
import io.github.shmrpc.buffer.MessageBuffer;

/**
 * What an ERROR says beyond its status and text, in its metadata: the type of error, the
 * details, and then the application's own pairs.
 */
final class ErrorEncoding {

    /** Longest metadata of an ERROR in bytes. */
    static final int MAX_LENGTH = 32 * 1024;

    /** The type's name. */
    static final String TYPE_KEY = "shmrpc-error";

    /** A detail: int16 length of the type, type, value. Any number of times. */
    static final String DETAIL_KEY = "shmrpc-detail-bin";

    private ErrorEncoding() {
    }

    /**
     * Appends as much as there is room for.
     * @param frame an ERROR without metadata and text
     * @param metadata sent after the failure's own
     * @param room for metadata, in bytes
     * @return whether that was all
     */
    static boolean append(MessageBuffer frame, RpcException failure, Metadata metadata, int room) {
        Metadata own = failure.metadata().and(metadata);
        if (failure.type().isEmpty() && failure.details().isEmpty() && own.isEmpty()) {
            return true;
        }
        PairWriter pairs = new PairWriter(frame, Math.min(room, MAX_LENGTH));
        if (!failure.type().isEmpty()) {
            pairs.append(TYPE_KEY, failure.type().getBytes(StandardCharsets.US_ASCII));
        }
        for (StatusDetail detail : failure.details()) {
            pairs.append(DETAIL_KEY, bytes(detail));
        }
        own.forEach(pairs::append);
        return pairs.end();
    }

    private static byte[] bytes(StatusDetail detail) {
        byte[] type = detail.type().getBytes(StandardCharsets.UTF_8);
        MessageBuffer bytes = new MessageBuffer(Short.BYTES + type.length + detail.length());
        bytes.putShort(bytes.extend(Short.BYTES), type.length);
        bytes.append(type, 0, type.length);
        bytes.append(detail.value(), 0, detail.length());
        return bytes.array();
    }

    /**
     * Reads an ERROR's metadata. What is malformed or too long is left out: the error
     * itself must reach its caller.
     */
    static RpcException read(MessageBuffer frame, int length, RpcStatus status, Outcome outcome, String text) {
        RpcException.Builder failure = RpcException.builder(status, text).outcome(outcome);
        MetadataEncoding.Decoded own = new MetadataEncoding.Decoded();
        try {
            MetadataEncoding.forEachPair(frame, FrameDescriptor.HEADER_LENGTH, length, MAX_LENGTH, (key, value) -> {
                switch (key) {
                    case TYPE_KEY -> failure.type(new String(value, StandardCharsets.ISO_8859_1));
                    case DETAIL_KEY -> failure.detail(detail(value));
                    default -> own.accept(key, value);
                }
            });
        }
        catch (RpcException | IllegalArgumentException malformed) {
            // What was read so far is what there is.
        }
        return failure.metadata(own.metadata()).build();
    }

    private static StatusDetail detail(byte[] bytes) {
        MessageBuffer buffer = new MessageBuffer(bytes.length);
        buffer.append(bytes, 0, bytes.length);
        int typeLength = bytes.length < Short.BYTES ? Integer.MAX_VALUE : buffer.getUnsignedShort(0);
        if (typeLength > bytes.length - Short.BYTES) {
            throw new IllegalArgumentException("Status detail is shorter than its type");
        }
        int valueOffset = Short.BYTES + typeLength;
        byte[] value = new byte[bytes.length - valueOffset];
        System.arraycopy(bytes, valueOffset, value, 0, value.length);
        return StatusDetail.of(new String(bytes, Short.BYTES, typeLength, StandardCharsets.UTF_8), value);
    }

    /** Appends pairs to a frame while they fit. */
    private static final class PairWriter {

        private final MessageBuffer frame;

        private final int start;

        private final int limit;

        private int pairs;

        private boolean whole = true;

        PairWriter(MessageBuffer frame, int limit) {
            this.frame = frame;
            this.limit = limit;
            this.start = frame.length();
        }

        void append(String key, byte[] value) {
            int length = MetadataEncoding.pairLength(key, value);
            if (pairs == MetadataEncoding.MAX_PAIRS || frame.length() - start + length > limit) {
                whole = false;
                return;
            }
            MetadataEncoding.appendPair(frame, key.getBytes(StandardCharsets.US_ASCII), value);
            pairs++;
        }

        boolean end() {
            frame.putShort(FrameDescriptor.METADATA_LENGTH_OFFSET, frame.length() - start);
            return whole;
        }

    }

}
