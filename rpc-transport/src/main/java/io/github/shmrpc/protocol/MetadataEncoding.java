package io.github.shmrpc.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.BiConsumer;

import io.github.shmrpc.Metadata;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.buffer.MessageBuffer;
import io.github.shmrpc.transport.OutboundFrame;

/** Metadata as a sequence of pairs: int16 key length, key, int32 value length, value. */
final class MetadataEncoding {

    /** Most pairs that are accepted, whatever the limit in bytes is. */
    static final int MAX_PAIRS = 256;

    private static final int INSERTED_CAPACITY = 256;

    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    private MetadataEncoding() {
    }

    static void append(MessageBuffer frame, Metadata metadata, int maxLength) {
        if (metadata.isEmpty()) {
            return;
        }
        if (metadata.size() > MAX_PAIRS) {
            throw tooMany(Outcome.NOT_EXECUTED);
        }
        int start = frame.length();
        metadata.forEach((key, value) -> appendPair(frame, key.getBytes(StandardCharsets.US_ASCII), value));
        int length = frame.length() - start;
        if (length > maxLength) {
            throw tooLong(length, maxLength, Outcome.NOT_EXECUTED);
        }
        frame.putShort(FrameDescriptor.METADATA_LENGTH_OFFSET, length);
    }

    /** Puts metadata between the header and a payload that is there already. */
    static void insert(OutboundFrame frame, Metadata metadata, int maxLength) {
        if (metadata.isEmpty()) {
            return;
        }
        MessageBuffer encoded = new MessageBuffer(FrameDescriptor.HEADER_LENGTH + INSERTED_CAPACITY);
        encoded.length(FrameDescriptor.HEADER_LENGTH);
        append(encoded, metadata, maxLength);
        int length = encoded.length() - FrameDescriptor.HEADER_LENGTH;
        int payloadLength = frame.length() - FrameDescriptor.HEADER_LENGTH;
        frame.extend(length);
        byte[] array = frame.array();
        System.arraycopy(array, FrameDescriptor.HEADER_LENGTH, array, FrameDescriptor.HEADER_LENGTH + length,
                payloadLength);
        System.arraycopy(encoded.array(), FrameDescriptor.HEADER_LENGTH, array, FrameDescriptor.HEADER_LENGTH, length);
        frame.putShort(FrameDescriptor.METADATA_LENGTH_OFFSET, length);
    }

    static int pairLength(String key, byte[] value) {
        return Short.BYTES + key.length() + Integer.BYTES + value.length;
    }

    static void appendPair(MessageBuffer frame, byte[] key, byte[] value) {
        if (key.length > Short.MAX_VALUE) {
            throw tooLong(key.length, Short.MAX_VALUE, Outcome.NOT_EXECUTED);
        }
        int offset = frame.extend(Short.BYTES);
        SHORT.set(frame.array(), offset, (short) key.length);
        frame.append(key, 0, key.length);
        int valueOffset = frame.extend(Integer.BYTES);
        frame.putInt(valueOffset, value.length);
        frame.append(value, 0, value.length);
    }

    static Metadata decode(MessageBuffer frame, int offset, int length, int maxLength) {
        Decoded decoded = new Decoded();
        forEachPair(frame, offset, length, maxLength, decoded);
        return decoded.metadata();
    }

    /**
     * Hands each pair to a reader, in order.
     * @param reader gets the key as it was sent and a value of its own
     * @throws RpcException RESOURCE_EXHAUSTED if there is too much, INVALID_ARGUMENT if a
     * pair is malformed
     */
    static void forEachPair(MessageBuffer frame, int offset, int length, int maxLength,
            BiConsumer<String, byte[]> reader) {
        if (length > maxLength) {
            throw tooLong(length, maxLength, Outcome.ANSWERED);
        }
        int end = offset + length;
        int position = offset;
        for (int pairs = 0; position < end; pairs++) {
            if (pairs == MAX_PAIRS) {
                throw tooMany(Outcome.ANSWERED);
            }
            requireRoom(Short.BYTES, position, end);
            int keyLength = (short) SHORT.get(frame.array(), position);
            int keyOffset = position + Short.BYTES;
            requireRoom(keyLength, keyOffset, end);
            requireRoom(Integer.BYTES, keyOffset + keyLength, end);
            int valueLength = frame.getInt(keyOffset + keyLength);
            int valueOffset = keyOffset + keyLength + Integer.BYTES;
            requireRoom(valueLength, valueOffset, end);
            reader.accept(new String(frame.array(), keyOffset, keyLength, StandardCharsets.US_ASCII),
                    Arrays.copyOfRange(frame.array(), valueOffset, valueOffset + valueLength));
            position = valueOffset + valueLength;
        }
    }

    private static void requireRoom(int length, int position, int end) {
        if (length < 0 || length > end - position) {
            throw new RpcException(RpcStatus.INVALID_ARGUMENT,
                    "metadata is malformed: a length of " + length + " where " + (end - position) + " bytes are left");
        }
    }

    /** Keys of the protocol that this version does not know are left out. */
    static Metadata plus(Metadata metadata, String key, byte[] value) {
        if (Metadata.isReserved(key)) {
            return metadata;
        }
        try {
            return key.endsWith("-bin") ? metadata.with(key, value)
                    : metadata.with(key, new String(value, StandardCharsets.ISO_8859_1));
        }
        catch (IllegalArgumentException malformed) {
            throw new RpcException(RpcStatus.INVALID_ARGUMENT, Outcome.ANSWERED,
                    "metadata is malformed: " + malformed.getMessage(), malformed);
        }
    }

    private static RpcException tooLong(int length, int maxLength, Outcome outcome) {
        return new RpcException(RpcStatus.RESOURCE_EXHAUSTED, outcome,
                "metadata is too long: " + length + " bytes, at most " + maxLength, null);
    }

    private static RpcException tooMany(Outcome outcome) {
        return new RpcException(RpcStatus.RESOURCE_EXHAUSTED, outcome, "metadata has more than " + MAX_PAIRS + " pairs",
                null);
    }

    /** The pairs that were read so far. */
    static final class Decoded implements BiConsumer<String, byte[]> {

        private Metadata metadata = Metadata.EMPTY;

        Metadata metadata() {
            return metadata;
        }

        @Override
        public void accept(String key, byte[] value) {
            metadata = plus(metadata, key, value);
        }

    }

}
