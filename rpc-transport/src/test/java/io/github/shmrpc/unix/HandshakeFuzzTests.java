package io.github.shmrpc.unix;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.shmrpc.transport.ProtocolException;
import io.github.shmrpc.unix.HandshakeMessage.Field;
import org.junit.jupiter.api.Tag;

import static org.assertj.core.api.Assertions.assertThat;

/** Any bytes in place of a handshake message. */
class HandshakeFuzzTests {

    private static final int CAPACITY = HandshakeMessage.HEADER_LENGTH + HandshakeMessage.MAX_FIELDS_LENGTH;

    @FuzzTest
    @Tag("F31")
    @Tag("F68")
    void handshake(byte[] bytes) {
        ByteBuffer received = ByteBuffer.allocate(CAPACITY).order(ByteOrder.LITTLE_ENDIAN);
        received.put(bytes, 0, Math.min(bytes.length, CAPACITY));
        try {
            int before = received.position();
            HandshakeMessage message = HandshakeMessage.decode(received);
            if (message == null) {
                // It must be possible for the rest to come: a full buffer would be looked
                // at for ever.
                assertThat(received.hasRemaining()).isTrue();
                return;
            }
            assertThat(received.position()).isLessThan(before);
            read(message);
        }
        catch (ProtocolException ex) {
            assertThat(ex.getMessage()).hasSizeLessThan(2 * CAPACITY);
        }
    }

    private static void read(HandshakeMessage message) throws ProtocolException {
        for (Field field : Field.values()) {
            if (message.has(field)) {
                assertThat(message.text(field).chars().noneMatch(Character::isISOControl)).isTrue();
                assertThat(message.bytes(field)).hasSizeLessThanOrEqualTo(HandshakeMessage.MAX_FIELDS_LENGTH);
                message.number(field);
            }
        }
    }

}
