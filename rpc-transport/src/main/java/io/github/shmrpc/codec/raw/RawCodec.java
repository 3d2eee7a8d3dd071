package io.github.shmrpc.codec.raw;

import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.util.Arrays;

import io.github.shmrpc.buffer.MessageBuffer;
import io.github.shmrpc.codec.Codec;
import io.github.shmrpc.codec.CodecException;
import io.github.shmrpc.codec.DirectMarshaller;
import io.github.shmrpc.codec.Marshaller;
import io.github.shmrpc.codec.MessageTypes;
import io.github.shmrpc.codec.VoidMarshaller;
import org.jspecify.annotations.Nullable;

/**
 * Bytes as they are, from and to {@code byte[]} and {@link ByteBuffer}. A decoded message
 * is a copy of its own; a decoded buffer has an array, and its position is 0. Encoding a
 * buffer sends what remains, and leaves the buffer as it was.
 */
final class RawCodec implements Codec {

    private static final byte ID = 1;

    @Override
    public byte id() {
        return ID;
    }

    @Override
    public String name() {
        return "raw";
    }

    @Override
    public boolean supports(Type type) {
        return type == byte[].class || type == ByteBuffer.class || MessageTypes.isVoid(type);
    }

    @Override
    public Marshaller<?> marshaller(Type type) {
        if (type == byte[].class) {
            return new ArrayMarshaller();
        }
        if (type == ByteBuffer.class) {
            return new BufferMarshaller();
        }
        if (MessageTypes.isVoid(type)) {
            return VoidMarshaller.instance();
        }
        throw new IllegalArgumentException(
                "Raw bytes cannot carry " + type.getTypeName() + ": use byte[] or java.nio.ByteBuffer");
    }

    @Override
    public String toString() {
        return "raw";
    }

    private static <T> T present(@Nullable T message) throws CodecException {
        if (message == null) {
            throw new CodecException("Message is null, which raw bytes cannot say: send an empty one", null);
        }
        return message;
    }

    private static final class ArrayMarshaller implements DirectMarshaller<byte[]> {

        @Override
        public void encode(byte @Nullable [] message, MessageBuffer buffer) throws CodecException {
            byte[] bytes = present(message);
            buffer.appendLast(bytes, 0, bytes.length);
        }

        @Override
        public byte[] decode(byte[] bytes, int offset, int length) {
            return Arrays.copyOfRange(bytes, offset, offset + length);
        }

        @Override
        public byte[] decode(ByteBuffer bytes) {
            byte[] message = new byte[bytes.remaining()];
            bytes.get(message);
            return message;
        }

    }

    private static final class BufferMarshaller implements DirectMarshaller<ByteBuffer> {

        @Override
        public void encode(@Nullable ByteBuffer message, MessageBuffer buffer) throws CodecException {
            buffer.appendLast(present(message));
        }

        @Override
        public ByteBuffer decode(byte[] bytes, int offset, int length) {
            return ByteBuffer.wrap(Arrays.copyOfRange(bytes, offset, offset + length));
        }

        @Override
        public ByteBuffer decode(ByteBuffer bytes) {
            return ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
        }

    }

}
