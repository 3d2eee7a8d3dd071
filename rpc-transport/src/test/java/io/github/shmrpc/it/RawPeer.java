package io.github.shmrpc.it;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * A client written by the book, {@code docs/protocol.md}, and without our classes, so
 * that it can do what ours never would. Blocks; the time limit of a test ends that.
 */
final class RawPeer implements AutoCloseable {

    static final int MAGIC = 0x43505253;

    static final byte HELLO = 1;

    static final byte WELCOME = 2;

    static final byte ATTACH = 3;

    static final byte READY = 4;

    static final byte REFUSED = 5;

    private static final byte MIN_PROTOCOL = 1;

    private static final byte MAX_PROTOCOL = 2;

    private static final byte CARRIERS = 3;

    private static final byte NAME = 4;

    private static final byte MAX_FRAME_LENGTH = 5;

    private static final byte TOKEN = 8;

    private static final byte SEGMENT_PATH = 9;

    private static final byte RING_LENGTH = 10;

    private static final byte TEXT = 12;

    private static final byte FEATURES = 14;

    private static final long SEALED_MEMORY = 2;

    private @Nullable SocketChannel channel;

    RawPeer connect(Path socket) throws IOException {
        SocketChannel opened = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel = opened;
        opened.connect(UnixDomainSocketAddress.of(socket));
        return this;
    }

    private SocketChannel channel() {
        return Objects.requireNonNull(channel);
    }

    void send(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel().write(bytes);
        }
    }

    /** One byte to wake the server, as far as the socket takes it. */
    void wake() throws IOException {
        channel().configureBlocking(false);
        channel().write(ByteBuffer.wrap(new byte[1]));
    }

    static ByteBuffer message(int magic, byte kind, ByteBuffer fields) {
        return ByteBuffer.allocate(8 + fields.remaining())
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(magic)
            .put(kind)
            .put((byte) 0)
            .putShort((short) fields.remaining())
            .put(fields)
            .flip();
    }

    static ByteBuffer helloMessage(long minProtocol, long maxProtocol) {
        ByteBuffer fields = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);
        number(fields, MIN_PROTOCOL, minProtocol);
        number(fields, MAX_PROTOCOL, maxProtocol);
        number(fields, CARRIERS, 3);
        bytes(fields, NAME, Bytes.ofText("raw"));
        number(fields, MAX_FRAME_LENGTH, 1 << 20);
        return message(MAGIC, HELLO, fields.flip());
    }

    /** That of one who can map sealed memory. */
    static ByteBuffer sealedHelloMessage() {
        ByteBuffer fields = ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);
        fields.put(helloMessage(1, 1).position(8));
        number(fields, FEATURES, SEALED_MEMORY);
        return message(MAGIC, HELLO, fields.flip());
    }

    /** Says what only a server may say. */
    static ByteBuffer helloMessageWith(Path segment, long ringLength) {
        ByteBuffer fields = ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);
        fields.put(helloMessage(1, 1).position(8));
        bytes(fields, SEGMENT_PATH, Bytes.ofText(segment.toString()));
        number(fields, RING_LENGTH, ringLength);
        return message(MAGIC, HELLO, fields.flip());
    }

    static ByteBuffer attachMessage(byte[] token) {
        ByteBuffer fields = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);
        bytes(fields, TOKEN, token);
        return message(MAGIC, ATTACH, fields.flip());
    }

    private static void number(ByteBuffer fields, byte tag, long value) {
        fields.put(tag).putShort((short) Long.BYTES).putLong(value);
    }

    private static void bytes(ByteBuffer fields, byte tag, byte[] value) {
        fields.put(tag).putShort((short) value.length).put(value);
    }

    /**
     * Says HELLO and reads WELCOME.
     * @return what the server offers
     * @throws IOException if it does not
     */
    Message hello() throws IOException {
        send(helloMessage(1, 1));
        Message welcome = read();
        if (welcome.kind() != WELCOME) {
            throw new IOException("Not WELCOME: " + welcome.text());
        }
        return welcome;
    }

    /**
     * Reads one message.
     * @return the message
     * @throws EOFException if the server closed the connection instead
     * @throws IOException if it reset it
     */
    Message read() throws IOException {
        ByteBuffer header = readFully(8);
        byte kind = header.get(4);
        ByteBuffer fields = readFully(header.getShort(6));
        Map<Byte, byte[]> values = new HashMap<>();
        while (fields.hasRemaining()) {
            byte tag = fields.get();
            byte[] value = new byte[fields.getShort()];
            fields.get(value);
            values.put(tag, value);
        }
        return new Message(kind, values);
    }

    private ByteBuffer readFully(int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (channel().read(bytes) < 0) {
                throw new EOFException("The server closed the connection");
            }
        }
        return bytes.flip();
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }

    /** A message of the server. */
    record Message(byte kind, Map<Byte, byte[]> fields) {

        String text() {
            return new String(fields.getOrDefault(TEXT, new byte[0]), StandardCharsets.UTF_8);
        }

        Path segment() {
            return Path.of(Bytes.toText(field(SEGMENT_PATH)));
        }

        byte[] token() {
            return field(TOKEN);
        }

        int ringLength() {
            return (int) ByteBuffer.wrap(field(RING_LENGTH)).order(ByteOrder.LITTLE_ENDIAN).getLong();
        }

        private byte[] field(byte tag) {
            return Objects.requireNonNull(fields.get(tag));
        }

        MappedByteBuffer map() throws IOException {
            try (FileChannel file = FileChannel.open(segment(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                MappedByteBuffer memory = file.map(FileChannel.MapMode.READ_WRITE, 0, file.size());
                memory.order(ByteOrder.LITTLE_ENDIAN);
                return memory;
            }
        }

    }

}
