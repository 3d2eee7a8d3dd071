package io.github.shmrpc.unix;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import io.github.shmrpc.transport.ProtocolException;
import org.jspecify.annotations.Nullable;

/**
 * One message of the handshake, before any frame. Its layout is frozen for ever, so that
 * any two versions can at least tell each other why they do not fit. Little-endian.
 *
 * <pre>
 *  offset
 *     0  +----------------------------------+
 *        | magic                      int32 |  {@link #MAGIC}
 *     4  | kind                        int8 |  {@link Kind}
 *     5  | reserved                    int8 |  0
 *     6  | length of the fields       int16 |  0 to {@link #MAX_FIELDS_LENGTH}
 *     8  +----------------------------------+
 *        | tag                         int8 |  {@link Field}; unknown ones are skipped
 *        | length                     int16 |
 *        | value                            |  numbers as int64, texts as UTF-8
 *        +----------------------------------+
 *        | more fields                      |
 *        +----------------------------------+
 * </pre>
 */
final class HandshakeMessage {

    /** "SRPC" in the order of the bytes. */
    static final int MAGIC = 0x43505253;

    /** A bit of {@link Field#FEATURES}: its sender inflates payloads. */
    static final long FEATURE_GZIP = 1;

    /**
     * Another one: a dialler maps sealed memory, and an acceptor that it tells so offers
     * it.
     */
    static final long FEATURE_SEALED = 2;

    static final int HEADER_LENGTH = 8;

    static final int MAX_FIELDS_LENGTH = 2048;

    private static final int KIND_OFFSET = 4;

    private static final int LENGTH_OFFSET = 6;

    private static final int FIELD_HEADER_LENGTH = 3;

    private static final int MAX_TEXT_BYTES = 1024;

    /** What a message is for, with its number on the wire. */
    enum Kind {

        /** The dialler introduces itself: protocol range, carriers, name, limits. */
        HELLO(1),

        /**
         * The acceptor's choice: protocol, carrier, limits; the segment and a token for
         * shared memory.
         */
        WELCOME(2),

        /**
         * The dialler's second socket, for wake-ups, with the token: the segment is
         * mapped.
         */
        ATTACH(3),

        /** The acceptor has both: frames may flow. */
        READY(4),

        /** The acceptor does not want this dialler: status and text. */
        REFUSED(5),

        /** A successor of the same user asks for the endpoint: its name. */
        TAKE_OVER(6),

        /** The acceptor leaves the endpoint alone, and goes on serving. */
        GRANTED(7),

        /**
         * The successor listens: the acceptor lets go of the endpoint and ends the
         * socket.
         */
        TAKEN(8);

        private final byte number;

        Kind(int number) {
            this.number = (byte) number;
        }

        static @Nullable Kind ofNumber(byte number) {
            for (Kind kind : values()) {
                if (kind.number == number) {
                    return kind;
                }
            }
            return null;
        }

    }

    /** What a field says, with its tag on the wire. */
    enum Field {

        MIN_PROTOCOL(1), MAX_PROTOCOL(2), CARRIERS(3), NAME(4), MAX_FRAME_LENGTH(5), PROTOCOL(6), CARRIER(7), TOKEN(8),
        SEGMENT_PATH(9), RING_LENGTH(10), STATUS(11), TEXT(12), MOVED(13), FEATURES(14), SERVICES(15);

        private final byte tag;

        Field(int tag) {
            this.tag = (byte) tag;
        }

        static @Nullable Field ofTag(byte tag) {
            for (Field field : values()) {
                if (field.tag == tag) {
                    return field;
                }
            }
            return null;
        }

    }

    private final Kind kind;

    private final Map<Field, byte[]> fields = new EnumMap<>(Field.class);

    HandshakeMessage(Kind kind) {
        this.kind = kind;
    }

    Kind kind() {
        return kind;
    }

    HandshakeMessage with(Field field, long value) {
        fields.put(field, ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(0, value).array());
        return this;
    }

    HandshakeMessage with(Field field, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        return with(field, bytes.length <= MAX_TEXT_BYTES ? bytes : Arrays.copyOf(bytes, MAX_TEXT_BYTES));
    }

    HandshakeMessage with(Field field, byte[] value) {
        fields.put(field, value);
        return this;
    }

    long number(Field field) throws ProtocolException {
        byte[] value = required(field);
        if (value.length != Long.BYTES) {
            throw new ProtocolException("Handshake " + kind + " has " + value.length + " bytes in the number " + field);
        }
        return ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    int number(Field field, int from, int to) throws ProtocolException {
        long value = number(field);
        if (value < from || value > to) {
            throw new ProtocolException(
                    "Handshake " + kind + " has " + field + "=" + value + ", expected " + from + " to " + to);
        }
        return (int) value;
    }

    /** False also for a peer that knows no features. */
    boolean hasFeature(long feature) throws ProtocolException {
        return has(Field.FEATURES) && (number(Field.FEATURES) & feature) != 0;
    }

    boolean has(Field field) {
        return fields.containsKey(field);
    }

    String text(Field field) throws ProtocolException {
        return new String(required(field), StandardCharsets.UTF_8).replaceAll("[\\p{Cc}\\p{Zl}\\p{Zp}]", "?");
    }

    /** Names, comma-separated; none also from a peer that does not know the field. */
    List<String> names(Field field) throws ProtocolException {
        return has(field) ? Arrays.stream(text(field).split(",")).filter((name) -> !name.isEmpty()).toList()
                : List.of();
    }

    byte[] bytes(Field field) throws ProtocolException {
        return required(field);
    }

    private byte[] required(Field field) throws ProtocolException {
        byte[] value = fields.get(field);
        if (value == null) {
            throw new ProtocolException("Handshake " + kind + " lacks " + field);
        }
        return value;
    }

    /**
     * The message as bytes.
     * @return ready to be written
     */
    ByteBuffer encode() {
        int length = 0;
        for (byte[] value : fields.values()) {
            length += FIELD_HEADER_LENGTH + value.length;
        }
        if (length > MAX_FIELDS_LENGTH) {
            throw new IllegalStateException("Handshake " + kind + " is too long: " + length + " bytes");
        }
        ByteBuffer buffer = ByteBuffer.allocate(HEADER_LENGTH + length).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putInt(MAGIC).put(kind.number).put((byte) 0).putShort((short) length);
        fields.forEach((field, value) -> buffer.put(field.tag).putShort((short) value.length).put(value));
        return buffer.flip();
    }

    /**
     * Reads a message if it is there whole.
     * @param received what was read so far, from 0 to its position; compacted to what
     * follows the message
     * @return {@code null} if more bytes are needed
     * @throws ProtocolException if this is no handshake message
     */
    static @Nullable HandshakeMessage decode(ByteBuffer received) throws ProtocolException {
        ByteBuffer view = received.duplicate().order(ByteOrder.LITTLE_ENDIAN).flip();
        if (view.remaining() >= Integer.BYTES && view.getInt(0) != MAGIC) {
            throw new ProtocolException("Not a shmrpc handshake: first bytes are " + Integer.toHexString(view.getInt(0))
                    + ", expected " + Integer.toHexString(MAGIC));
        }
        if (view.remaining() < HEADER_LENGTH) {
            return null;
        }
        Kind kind = Kind.ofNumber(view.get(KIND_OFFSET));
        int length = view.getShort(LENGTH_OFFSET);
        if (kind == null || length < 0 || length > MAX_FIELDS_LENGTH) {
            throw new ProtocolException(
                    "Handshake message has kind " + view.get(KIND_OFFSET) + " and length " + length);
        }
        if (view.remaining() < HEADER_LENGTH + length) {
            return null;
        }
        HandshakeMessage message = new HandshakeMessage(kind);
        view.position(HEADER_LENGTH).limit(HEADER_LENGTH + length);
        message.readFields(view);
        received.flip().position(HEADER_LENGTH + length);
        received.compact();
        return message;
    }

    /**
     * How long the message is that {@link #decode} did not find whole, as far as one can
     * see.
     * @param received what was read so far, from 0 to its position
     * @return length in bytes, of the header alone until that is there
     */
    static int neededLength(ByteBuffer received) {
        int fieldsLength = received.position() < HEADER_LENGTH ? 0
                : received.order(ByteOrder.LITTLE_ENDIAN).getShort(LENGTH_OFFSET);
        return HEADER_LENGTH + fieldsLength;
    }

    private void readFields(ByteBuffer view) throws ProtocolException {
        while (view.hasRemaining()) {
            if (view.remaining() < FIELD_HEADER_LENGTH) {
                throw new ProtocolException("Handshake " + kind + " ends within a field");
            }
            Field field = Field.ofTag(view.get());
            int length = view.getShort();
            if (length < 0 || length > view.remaining()) {
                throw new ProtocolException("Handshake " + kind + " has a field of length " + length);
            }
            byte[] value = new byte[length];
            view.get(value);
            if (field != null) {
                fields.put(field, value);
            }
        }
    }

}
