package io.github.shmrpc.server;

import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;

import io.github.shmrpc.buffer.MessageBuffer;
import io.github.shmrpc.codec.Codec;
import io.github.shmrpc.codec.CodecException;
import io.github.shmrpc.codec.Codecs;
import io.github.shmrpc.codec.Marshaller;
import org.jspecify.annotations.Nullable;

/** Carries strings as UTF-8. Refuses the text {@code bad} either way. */
final class TextCodec implements Codec {

    static final byte ID = 100;

    static final String BAD = "bad";

    static Codecs codecs() {
        return Codecs.defaults().with(new TextCodec());
    }

    @Override
    public byte id() {
        return ID;
    }

    @Override
    public String name() {
        return "text";
    }

    @Override
    public boolean supports(Type type) {
        return type == String.class;
    }

    @Override
    public Marshaller<?> marshaller(Type type) {
        return new TextMarshaller();
    }

    private static final class TextMarshaller implements Marshaller<String> {

        @Override
        public void encode(@Nullable String message, MessageBuffer buffer) throws CodecException {
            if (message == null || message.equals(BAD)) {
                throw new CodecException("not a good text", null);
            }
            byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
            buffer.append(bytes, 0, bytes.length);
        }

        @Override
        public String decode(byte[] bytes, int offset, int length) throws CodecException {
            String text = new String(bytes, offset, length, StandardCharsets.UTF_8);
            if (text.equals(BAD)) {
                throw new CodecException("not a good text", null);
            }
            return text;
        }

    }

}
