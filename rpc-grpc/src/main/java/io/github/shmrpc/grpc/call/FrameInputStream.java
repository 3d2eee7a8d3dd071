package io.github.shmrpc.grpc.call;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

import io.github.shmrpc.protocol.FrameReader;
import io.github.shmrpc.transport.InboundFrame;
import io.grpc.KnownLength;
import org.jspecify.annotations.Nullable;

/**
 * The payload of a frame, which may lie in memory that its sender can still change: each
 * byte is read once. Valid as long as the frame is.
 */
final class FrameInputStream extends InputStream implements KnownLength {

    private final byte[] array;

    private final @Nullable ByteBuffer body;

    private int position;

    private final int end;

    FrameInputStream(InboundFrame frame) {
        this.array = frame.array();
        this.body = frame.hasBody() ? frame.body() : null;
        this.position = body == null ? FrameReader.payloadOffset(frame) : 0;
        this.end = body == null ? frame.length() : FrameReader.payloadLength(frame);
    }

    @Override
    public int read() {
        if (position == end) {
            return -1;
        }
        return (body == null ? array[position++] : body.get(position++)) & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, target.length);
        int count = Math.min(length, end - position);
        if (count == 0) {
            return length == 0 ? 0 : -1;
        }
        if (body == null) {
            System.arraycopy(array, position, target, offset, count);
        }
        else {
            body.get(position, target, offset, count);
        }
        position += count;
        return count;
    }

    @Override
    public long skip(long count) {
        int skipped = (int) Math.max(0, Math.min(count, end - position));
        position += skipped;
        return skipped;
    }

    @Override
    public int available() {
        return end - position;
    }

}
