package io.github.shmrpc.unix;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

import io.github.shmrpc.transport.ProtocolException;
import io.github.shmrpc.unix.HandshakeMessage.Field;
import io.github.shmrpc.unix.HandshakeMessage.Kind;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class HandshakeMessageTests {

    private static final int CAPACITY = HandshakeMessage.HEADER_LENGTH + HandshakeMessage.MAX_FIELDS_LENGTH;

    @Test
    void fieldsSurviveTheTrip() throws ProtocolException {
        HandshakeMessage read = HandshakeMessage.decode(received(hello().encode()));
        assertThat(read).isNotNull();
        assertThat(read.kind()).isEqualTo(Kind.HELLO);
        assertThat(read.text(Field.NAME)).isEqualTo("world");
        assertThat(read.number(Field.MAX_FRAME_LENGTH)).isEqualTo(4096);
    }

    @Test
    void partOfAMessageIsNotYetOne() throws ProtocolException {
        ByteBuffer whole = hello().encode();
        for (int length = 0; length < whole.limit(); length++) {
            assertThat(HandshakeMessage.decode(received(whole.duplicate().limit(length)))).isNull();
        }
    }

    @Test
    void bytesBehindTheMessageAreKept() throws ProtocolException {
        ByteBuffer buffer = received(hello().encode());
        buffer.put((byte) 42);
        assertThat(HandshakeMessage.decode(buffer)).isNotNull();
        assertThat(buffer.position()).isOne();
        assertThat(buffer.get(0)).isEqualTo((byte) 42);
    }

    @Test
    void unknownFieldsAreSkipped() throws ProtocolException {
        ByteBuffer bytes = hello().encode();
        bytes.put(HandshakeMessage.HEADER_LENGTH, (byte) 120);
        HandshakeMessage read = HandshakeMessage.decode(received(bytes));
        assertThat(read).isNotNull();
        assertThat(read.text(Field.NAME)).isEqualTo("world");
    }

    @Test
    @Tag("T12")
    void controlCharactersOfANameNeverReachALog() throws ProtocolException {
        HandshakeMessage read = HandshakeMessage
            .decode(received(new HandshakeMessage(Kind.HELLO).with(Field.NAME, "a\nb\u001b[0m").encode()));
        assertThat(read).isNotNull();
        assertThat(read.text(Field.NAME)).isEqualTo("a?b?[0m");
    }

    @Test
    @Tag("F31")
    void foreignBytesAreRefusedWithWhatWasRead() {
        ByteBuffer http = ByteBuffer.wrap("GET / HTTP/1.1\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> HandshakeMessage.decode(received(http)))
            .withMessageContaining("Not a shmrpc handshake");
    }

    @Test
    @Tag("F31")
    @Tag("F68")
    void mutatedMessagesEndInAMessageOrAProtocolException() {
        Random random = new Random(7);
        int refused = 0;
        for (int i = 0; i < 200_000; i++) {
            ByteBuffer bytes = hello().encode();
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                bytes.put(Integer.BYTES + random.nextInt(bytes.limit() - Integer.BYTES), (byte) random.nextInt());
            }
            try {
                HandshakeMessage message = HandshakeMessage.decode(received(bytes));
                if (message != null) {
                    message.text(Field.NAME);
                    message.number(Field.MAX_FRAME_LENGTH, 0, Integer.MAX_VALUE);
                }
            }
            catch (ProtocolException ex) {
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }

    private static HandshakeMessage hello() {
        return new HandshakeMessage(Kind.HELLO).with(Field.MIN_PROTOCOL, 1)
            .with(Field.NAME, "world")
            .with(Field.MAX_FRAME_LENGTH, 4096);
    }

    private static ByteBuffer received(ByteBuffer bytes) {
        return ByteBuffer.allocate(CAPACITY).order(ByteOrder.LITTLE_ENDIAN).put(bytes.duplicate());
    }

    @Test
    void lengthIsKnownOnceTheHeaderIs() {
        ByteBuffer whole = new HandshakeMessage(Kind.TAKE_OVER).with(Field.NAME, "next").encode();
        ByteBuffer received = ByteBuffer.allocate(whole.capacity() + 10);
        for (int i = 0; i < HandshakeMessage.HEADER_LENGTH; i++) {
            assertThat(HandshakeMessage.neededLength(received)).isEqualTo(HandshakeMessage.HEADER_LENGTH);
            received.put(whole.get());
        }
        assertThat(HandshakeMessage.neededLength(received)).isEqualTo(whole.capacity());
    }

}
