package io.github.shmrpc.codec.protobuf;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.github.shmrpc.buffer.MessageBuffer;
import io.github.shmrpc.codec.CodecException;
import io.github.shmrpc.codec.Marshaller;
import org.jspecify.annotations.Nullable;

/**
 * Protobuf messages of one class in binary, written into and read from the array without
 * another one between.
 */
final class ProtobufMarshaller implements Marshaller<MessageLite> {

    /** Depth of messages and groups within each other; also where hostile ones end. */
    static final int RECURSION_LIMIT = 100;

    private final String typeName;

    private final Parser<? extends MessageLite> parser;

    private ProtobufMarshaller(String typeName, Parser<? extends MessageLite> parser) {
        this.typeName = typeName;
        this.parser = parser;
    }

    static ProtobufMarshaller of(Class<?> type) {
        return new ProtobufMarshaller(type.getSimpleName(), defaultInstance(type).getParserForType());
    }

    /**
     * The empty message of a class.
     * @param type a generated one
     * @return from {@code getDefaultInstance()}
     */
    static MessageLite defaultInstance(Class<?> type) {
        try {
            MethodHandle getter = MethodHandles.publicLookup()
                .findStatic(type, "getDefaultInstance", MethodType.methodType(type));
            return (MessageLite) getter.invoke();
        }
        catch (Throwable ex) {
            throw new IllegalArgumentException("Protobuf message class " + type.getName()
                    + " has no usable getDefaultInstance(): make it public, and generate it with the protoc"
                    + " of the runtime's version", ex);
        }
    }

    @Override
    public void encode(@Nullable MessageLite message, MessageBuffer buffer) throws CodecException {
        MessageLite sendable = sendable(message, typeName);
        try {
            int size = sendable.getSerializedSize();
            int offset = buffer.extend(size);
            CodedOutputStream output = CodedOutputStream.newInstance(buffer.array(), offset, size);
            sendable.writeTo(output);
            output.checkNoSpaceLeft();
        }
        // What a message does that another thread changes meanwhile.
        catch (IOException | RuntimeException ex) {
            throw new CodecException("Cannot encode " + typeName + " as protobuf: " + ex.getMessage(), ex);
        }
    }

    static <T extends MessageLite> T sendable(@Nullable T message, String typeName) throws CodecException {
        if (message == null) {
            throw new CodecException(
                    "Message is null, which protobuf cannot say: send an empty " + typeName + " instead", null);
        }
        if (!message.isInitialized()) {
            throw new CodecException("Cannot encode " + typeName + ": a required field is not set", null);
        }
        return message;
    }

    @Override
    public MessageLite decode(byte[] bytes, int offset, int length) throws CodecException {
        try {
            CodedInputStream input = CodedInputStream.newInstance(bytes, offset, length);
            input.setRecursionLimit(RECURSION_LIMIT);
            MessageLite message = parser.parseFrom(input);
            // Else the end of a group that nobody began would end the message.
            input.checkLastTagWas(0);
            return message;
        }
        catch (InvalidProtocolBufferException ex) {
            throw new CodecException(
                    "Not a protobuf message " + typeName + " (" + length + " bytes): " + ex.getMessage(), ex);
        }
    }

}
