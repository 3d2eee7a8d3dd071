package io.github.shmrpc.benchmarks.peers;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * Frames on a blocking socket: length of the payload (int32), id (int64), payload. One
 * thread may read while another writes. A response array is allocated for each frame, as
 * an RPC does for its caller.
 */
final class SocketFrames implements Closeable {

    private static final int HEADER_LENGTH = Integer.BYTES + Long.BYTES;

    private static final int INITIAL_CAPACITY = 16 * 1024;

    private final SocketChannel channel;

    // Writer only.
    private ByteBuffer output = ByteBuffer.allocateDirect(INITIAL_CAPACITY);

    // Reader only; between position and limit lies what was received and not yet read.
    private ByteBuffer input = ByteBuffer.allocateDirect(INITIAL_CAPACITY).limit(0);

    private long id;

    private byte[] payload = new byte[0];

    SocketFrames(SocketChannel channel) {
        this.channel = channel;
    }

    void write(long newId, byte[] source, int length) throws IOException {
        if (output.capacity() < HEADER_LENGTH + length) {
            output = ByteBuffer.allocateDirect(HEADER_LENGTH + length);
        }
        output.clear().putInt(length).putLong(newId).put(source, 0, length).flip();
        while (output.hasRemaining()) {
            channel.write(output);
        }
    }

    /**
     * Waits for one frame, then to be had from {@link #id()} and {@link #payload()};
     * {@code false} at the end.
     */
    boolean read() throws IOException {
        if (!receive(HEADER_LENGTH)) {
            return false;
        }
        int length = input.getInt();
        id = input.getLong();
        if (!receive(length)) {
            throw new EOFException("Connection ended within a frame of " + length + " bytes");
        }
        payload = new byte[length];
        input.get(payload);
        return true;
    }

    private boolean receive(int length) throws IOException {
        if (input.remaining() >= length) {
            return true;
        }
        makeRoomFor(length);
        int start = input.position();
        input.position(input.limit()).limit(input.capacity());
        while (input.position() - start < length) {
            if (channel.read(input) < 0) {
                return false;
            }
        }
        input.limit(input.position()).position(start);
        return true;
    }

    private void makeRoomFor(int length) {
        if (input.capacity() < length) {
            input = ByteBuffer.allocateDirect(length + HEADER_LENGTH).put(input).flip();
        }
        else if (input.capacity() - input.position() < length) {
            input.compact().flip();
        }
    }

    long id() {
        return id;
    }

    byte[] payload() {
        return payload;
    }

    int length() {
        return payload.length;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

}
