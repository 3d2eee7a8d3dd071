package io.github.shmrpc.codec.raw;

import java.nio.ByteBuffer;

import io.github.shmrpc.codec.CodecException;
import io.github.shmrpc.codec.CodecFixture;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class RawCodecTests {

    private final RawCodec codec = new RawCodec();

    @Test
    void arrayIsCopiedExactly() throws CodecException {
        CodecFixture arrays = new CodecFixture(codec, byte[].class);
        byte[] message = { 0, 1, -1, 127, -128 };
        assertThat(arrays.encode(message)).isEqualTo(message);
        assertThat(arrays.roundTrip(message)).isEqualTo(message).isNotSameAs(message);
        assertThat(arrays.roundTrip(new byte[0])).isEqualTo(new byte[0]);
    }

    @Test
    void remainingBytesOfABufferAreSentAndItsPositionStays() throws CodecException {
        CodecFixture buffers = new CodecFixture(codec, ByteBuffer.class);
        for (ByteBuffer buffer : new ByteBuffer[] { ByteBuffer.allocate(10), ByteBuffer.allocateDirect(10) }) {
            buffer.put(new byte[] { 9, 1, 2, 3, 9 }).position(1).limit(4);
            assertThat(buffers.encode(buffer.asReadOnlyBuffer())).containsExactly(1, 2, 3);
            assertThat(buffers.encode(buffer)).containsExactly(1, 2, 3);
            assertThat(buffer.position()).isEqualTo(1);
            assertThat(buffer.limit()).isEqualTo(4);
        }
    }

    @Test
    void decodedBufferHasAnArrayOfItsOwn() throws CodecException {
        CodecFixture buffers = new CodecFixture(codec, ByteBuffer.class);
        Object decoded = buffers.decode(new byte[] { 1, 2, 3 });
        assertThat(decoded).isEqualTo(ByteBuffer.wrap(new byte[] { 1, 2, 3 }));
        assertThat(decoded).isInstanceOfSatisfying(ByteBuffer.class, (buffer) -> {
            assertThat(buffer.hasArray()).isTrue();
            assertThat(buffer.isReadOnly()).isFalse();
        });
    }

    @Test
    void noMessageIsAnEmptyPayload() throws CodecException {
        for (Class<?> type : new Class<?>[] { void.class, Void.class }) {
            CodecFixture none = new CodecFixture(codec, type);
            assertThat(none.encode(null)).isEmpty();
            assertThat(none.decode(new byte[0])).isNull();
            assertThat(none.decode(new byte[] { 1, 2 })).isNull();
        }
    }

    @Test
    void nullIsRefused() {
        assertThatExceptionOfType(CodecException.class)
            .isThrownBy(() -> new CodecFixture(codec, byte[].class).encode(null))
            .withMessageContaining("null");
    }

    @Test
    void otherTypesAreRefused() {
        assertThat(codec.supports(String.class)).isFalse();
        assertThatIllegalArgumentException().isThrownBy(() -> codec.marshaller(String.class))
            .withMessageContaining("java.lang.String")
            .withMessageContaining("byte[]");
    }

}
