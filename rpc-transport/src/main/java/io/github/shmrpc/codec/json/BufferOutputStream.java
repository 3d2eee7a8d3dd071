package io.github.shmrpc.codec.json;

import java.io.OutputStream;

import io.github.shmrpc.buffer.MessageBuffer;

/** Appends to a message buffer. Closing it does nothing. */
final class BufferOutputStream extends OutputStream {

    private final MessageBuffer buffer;

    BufferOutputStream(MessageBuffer buffer) {
        this.buffer = buffer;
    }

    @Override
    public void write(int value) {
        buffer.append((byte) value);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) {
        buffer.append(bytes, offset, count);
    }

}
