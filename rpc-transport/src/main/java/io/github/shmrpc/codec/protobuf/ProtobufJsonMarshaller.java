package io.github.shmrpc.codec.protobuf;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.github.shmrpc.buffer.MessageBuffer;
import io.github.shmrpc.codec.CodecException;
import io.github.shmrpc.codec.Marshaller;
import org.jspecify.annotations.Nullable;

/**
 * Protobuf messages of one class as JSON, for tools and tests rather than for speed.
 * Unknown fields are ignored, as in binary; everything else is strict. Messages within
 * {@code Any} are refused: no type is named by a peer.
 */
final class ProtobufJsonMarshaller implements Marshaller<Message> {

    private static final JsonFormat.Printer PRINTER = JsonFormat.printer().omittingInsignificantWhitespace();

    /**
     * Its own limit of depth cannot be set, and does not count everything:
     * {@link StrictJson} does.
     */
    private static final JsonFormat.Parser PARSER = JsonFormat.parser().ignoringUnknownFields();

    private final String typeName;

    private final Message empty;

    private ProtobufJsonMarshaller(String typeName, Message empty) {
        this.typeName = typeName;
        this.empty = empty;
    }

    static ProtobufJsonMarshaller of(Class<?> type) {
        return new ProtobufJsonMarshaller(type.getSimpleName(), (Message) ProtobufMarshaller.defaultInstance(type));
    }

    @Override
    public void encode(@Nullable Message message, MessageBuffer buffer) throws CodecException {
        Message sendable = ProtobufMarshaller.sendable(message, typeName);
        try {
            byte[] json = PRINTER.print(sendable).getBytes(StandardCharsets.UTF_8);
            buffer.append(json, 0, json.length);
        }
        catch (InvalidProtocolBufferException | RuntimeException ex) {
            throw new CodecException("Cannot encode " + typeName + " as JSON: " + ex.getMessage(), ex);
        }
    }

    @Override
    public Message decode(byte[] bytes, int offset, int length) throws CodecException {
        try {
            String json = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, offset, length)).toString();
            StrictJson.check(json);
            Message.Builder builder = empty.newBuilderForType();
            PARSER.merge(json, builder);
            return builder.build();
        }
        catch (CharacterCodingException ex) {
            throw refused("not UTF-8", ex);
        }
        // Also what the libraries below throw: whatever it is, it comes from these bytes.
        catch (InvalidProtocolBufferException | RuntimeException ex) {
            throw refused(String.valueOf(ex.getMessage()), ex);
        }
    }

    private CodecException refused(String what, Exception cause) {
        return new CodecException("Not JSON of a protobuf message " + typeName + ": " + what, cause);
    }

}
