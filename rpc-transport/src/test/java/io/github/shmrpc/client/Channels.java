package io.github.shmrpc.client;

import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.buffer.MessageBuffer;
import io.github.shmrpc.codec.Codec;
import io.github.shmrpc.codec.Codecs;
import io.github.shmrpc.codec.Marshaller;
import org.jspecify.annotations.Nullable;

/** Channels to a {@link FakeServer} that carry plain bytes and texts. */
final class Channels {

    private Channels() {
    }

    static RpcChannel open(FakeServer server, ChannelOptions options) {
        return builder(server, options).build();
    }

    static RpcChannel.Builder builder(FakeServer server, ChannelOptions options) {
        return RpcChannel.builder(new Endpoint("fake", "x"))
            .transport(server)
            .options(options)
            .name("test")
            .codecs(Codecs.defaults().with(new BytesCodec()));
    }

    /** Bytes as they are, texts in UTF-8. */
    private static final class BytesCodec implements Codec {

        @Override
        public byte id() {
            return 1;
        }

        @Override
        public String name() {
            return "raw";
        }

        @Override
        public boolean supports(Type type) {
            return type == byte[].class || type == String.class || type == Integer.class;
        }

        @Override
        public Marshaller<?> marshaller(Type type) {
            return new BytesMarshaller(type);
        }

    }

    private record BytesMarshaller(Type type) implements Marshaller<Object> {

        @Override
        public void encode(@Nullable Object message, MessageBuffer buffer) {
            byte[] bytes = message instanceof byte[] plain ? plain
                    : String.valueOf(message).getBytes(StandardCharsets.UTF_8);
            buffer.append(bytes, 0, bytes.length);
        }

        @Override
        public Object decode(byte[] bytes, int offset, int length) {
            if (type == byte[].class) {
                return Arrays.copyOfRange(bytes, offset, offset + length);
            }
            String text = new String(bytes, offset, length, StandardCharsets.UTF_8);
            return type == String.class ? text : Integer.valueOf(text);
        }

    }

}
