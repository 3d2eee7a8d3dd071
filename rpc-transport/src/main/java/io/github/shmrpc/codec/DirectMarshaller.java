package io.github.shmrpc.codec;

import java.nio.ByteBuffer;

/**
 * A marshaller that can read a message where it arrived, be it in memory that the peer
 * might still write to: it looks at each byte at most once. Thread-safe.
 *
 * @param <T> the message type
 */
public interface DirectMarshaller<T> extends Marshaller<T> {

    /**
     * Reads a message. Keeps no reference to the buffer.
     * @param bytes holds the message from its position to its limit; read-only
     * @return the message
     * @throws CodecException if the bytes are not such a message, or exceed a limit
     */
    T decode(ByteBuffer bytes) throws CodecException;

}
