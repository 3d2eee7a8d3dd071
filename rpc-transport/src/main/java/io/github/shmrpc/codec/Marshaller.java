package io.github.shmrpc.codec;

import io.github.shmrpc.buffer.MessageBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Encodes and decodes messages of one type with one codec. Thread-safe.
 *
 * @param <T> the message type
 */
public interface Marshaller<T> {

    /**
     * Appends a message.
     * @param message what to encode
     * @param buffer appended to
     * @throws CodecException if the message cannot be encoded; the buffer's end is
     * undefined then
     */
    void encode(@Nullable T message, MessageBuffer buffer) throws CodecException;

    /**
     * Reads a message. Keeps no reference to the array.
     * @param bytes holds the message
     * @param offset of its first byte
     * @param length in bytes
     * @return the message
     * @throws CodecException if the bytes are not such a message, or exceed a limit
     */
    @Nullable T decode(byte[] bytes, int offset, int length) throws CodecException;

}
