package io.github.shmrpc.shm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;

import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.ProtocolException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One frame through a ring in one thread: the work of both sides, without the way of the
 * cache lines from core to core.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RingBenchmark {

    private static final int HEAD_OFFSET = 0;

    private static final int BASE = 4096;

    private static final int RING_LENGTH = 256 * 1024;

    private static final int MAX_FRAME_LENGTH = 64 * 1024;

    /** Header of the frame and all. */
    @Param({ "64", "1024", "16384" })
    public int frameBytes;

    private final ByteBuffer memory = ByteBuffer.allocateDirect(BASE + RING_LENGTH).order(ByteOrder.LITTLE_ENDIAN);

    private final RingProducer producer = new RingProducer(memory, BASE, RING_LENGTH, HEAD_OFFSET);

    private final RingConsumer consumer = new RingConsumer(memory, BASE, RING_LENGTH, HEAD_OFFSET, MAX_FRAME_LENGTH,
            SlabRecords.NONE);

    private final InboundFrame inbound = new InboundFrame(MAX_FRAME_LENGTH);

    private byte[] outbound = {};

    @Setup
    public void fill() {
        outbound = new byte[frameBytes];
    }

    @Benchmark
    public int claimWriteCommitPoll() throws ProtocolException {
        int recordLength = RingDescriptor.HEADER_LENGTH + outbound.length;
        long position = producer.claim(recordLength);
        producer.write(position, 0, outbound, 0, outbound.length);
        producer.commit(position, recordLength, RingDescriptor.WHOLE);
        producer.leave(recordLength);
        if (!consumer.poll(inbound)) {
            throw new IllegalStateException("The frame at position " + position + " did not come out of the ring");
        }
        return inbound.length();
    }

    @Benchmark
    public boolean pollEmpty() throws ProtocolException {
        return consumer.poll(inbound);
    }

}
