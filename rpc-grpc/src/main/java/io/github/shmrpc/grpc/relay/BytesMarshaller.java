package io.github.shmrpc.grpc.relay;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;

/** Messages as they are, whatever their codec. Thread-safe. */
public final class BytesMarshaller implements MethodDescriptor.Marshaller<byte[]> {

    /** The only one. */
    public static final BytesMarshaller INSTANCE = new BytesMarshaller();

    private BytesMarshaller() {
    }

    /**
     * A method of any name and any kind.
     * @param fullMethodName {@code package.Service/Method}
     * @param type its kind; {@link MethodDescriptor.MethodType#BIDI_STREAMING} is true of
     * all
     * @return its descriptor
     */
    public static MethodDescriptor<byte[], byte[]> method(String fullMethodName, MethodDescriptor.MethodType type) {
        return MethodDescriptor.<byte[], byte[]>newBuilder(INSTANCE, INSTANCE)
            .setFullMethodName(fullMethodName)
            .setType(type)
            .build();
    }

    @Override
    public InputStream stream(byte[] message) {
        return new Bytes(message);
    }

    @Override
    public byte[] parse(InputStream stream) {
        try {
            return stream instanceof KnownLength ? stream.readNBytes(stream.available()) : stream.readAllBytes();
        }
        catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** Says how long it is, so that it can be written without being read before. */
    private static final class Bytes extends ByteArrayInputStream implements KnownLength {

        Bytes(byte[] message) {
            super(message);
        }

    }

}
