package io.github.shmrpc.shm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.ProtocolException;

/**
 * A ring in ordinary direct memory, with one flag beside it. One object for each round of
 * a test.
 */
final class TestRing {

    static final int FLAG_OFFSET = 128;

    private static final int LENGTH = 1024;

    private static final int BASE = 256;

    private static final int HEAD_OFFSET = 0;

    private static final int MAX_FRAME_LENGTH = 64;

    final ByteBuffer memory = ByteBuffer.allocateDirect(BASE + LENGTH).order(ByteOrder.LITTLE_ENDIAN);

    final RingProducer producer = new RingProducer(memory, BASE, LENGTH, HEAD_OFFSET);

    final RingConsumer consumer = new RingConsumer(memory, BASE, LENGTH, HEAD_OFFSET, MAX_FRAME_LENGTH,
            SlabRecords.NONE);

    /** Writes a frame of eight bytes of one value. */
    void offer(byte value) {
        try {
            byte[] bytes = { value, value, value, value, value, value, value, value };
            int recordLength = RingDescriptor.HEADER_LENGTH + bytes.length;
            long position = producer.claim(recordLength);
            producer.write(position, 0, bytes, 0, bytes.length);
            producer.commit(position, recordLength, RingDescriptor.WHOLE);
            producer.leave(recordLength);
        }
        catch (ProtocolException ex) {
            throw new IllegalStateException(ex);
        }
    }

    /** Claims a record, and leaves it at that. */
    boolean claims() {
        try {
            return producer.claim(RingDescriptor.HEADER_LENGTH) >= 0;
        }
        catch (ProtocolException ex) {
            throw new IllegalStateException(ex);
        }
    }

    /** The end of what {@link #claims} began. */
    void leaves() {
        producer.leave(RingDescriptor.HEADER_LENGTH);
    }

    /** The value of the next frame, 0 for none, -1 for one that is torn. */
    int poll() {
        try {
            InboundFrame frame = new InboundFrame(MAX_FRAME_LENGTH);
            if (!consumer.poll(frame)) {
                return 0;
            }
            byte value = frame.array()[0];
            for (int i = 0; i < frame.length(); i++) {
                if (frame.array()[i] != value) {
                    return -1;
                }
            }
            return (frame.length() == Long.BYTES) ? value : -1;
        }
        catch (ProtocolException ex) {
            return -1;
        }
    }

}
