package io.github.shmrpc.protocol;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

import com.sun.management.ThreadMXBean;
import io.github.shmrpc.Metadata;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.OutboundFrame;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

class PayloadCompressionTests {

    private static final Metadata METADATA = Metadata.EMPTY.with("key", "value");

    private final OutboundFrame frame = new OutboundFrame();

    private void request(byte[] payload) {
        FrameWriter.beginRequest(frame, (byte) 7, FrameDescriptor.FLAG_ONE_WAY, METADATA, 1024);
        FrameWriter.address(frame, 3, 4, 5);
        frame.append(payload, 0, payload.length);
    }

    private InboundFrame received() {
        InboundFrame received = new InboundFrame();
        frame.copyTo(received);
        return received;
    }

    private static byte[] payload(InboundFrame frame) {
        int offset = FrameReader.payloadOffset(frame);
        return Arrays.copyOfRange(frame.array(), offset, offset + FrameReader.payloadLength(frame));
    }

    private static byte[] text(int length) {
        byte[] text = new byte[length];
        for (int i = 0; i < length; i++) {
            text[i] = (byte) ('a' + i * i % 7);
        }
        return text;
    }

    private static byte[] noise(int length) {
        byte[] noise = new byte[length];
        new Random(1).nextBytes(noise);
        return noise;
    }

    @Test
    void inflatedFrameIsTheOneThatWasCompressed() throws IOException {
        for (int length : new int[] { 100, 8191, 100_000, 3_000_000 }) {
            request(text(length));
            PayloadCompression.compress(frame);
            assertThat(frame.frameLength()).isLessThan(length / 2 + 100);
            InboundFrame received = received();
            assertThat(PayloadCompression.isCompressed(received)).isTrue();
            assertThat(PayloadCompression.inflate(received, length)).isTrue();
            assertThat(PayloadCompression.isCompressed(received)).isFalse();
            assertThat(payload(received)).isEqualTo(text(length));
            assertThat(FrameReader.flags(received)).isEqualTo(FrameDescriptor.FLAG_ONE_WAY);
            assertThat(FrameReader.callId(received)).isEqualTo(4);
            assertThat(FrameReader.codec(received)).isEqualTo((byte) 7);
            assertThat(FrameReader.metadata(received, 1024)).isEqualTo(METADATA);
        }
    }

    @Test
    void payloadThatDoesNotGetShorterStaysPlain() {
        byte[] noise = noise(10_000);
        request(noise);
        PayloadCompression.compress(frame);
        assertThat(PayloadCompression.isCompressed(frame)).isFalse();
        assertThat(payload(received())).isEqualTo(noise);
    }

    @Test
    void compressionCanBeTakenBack() {
        request(text(50_000));
        PayloadCompression.compress(frame);
        int length = frame.frameLength();
        PayloadCompression.compress(frame);
        assertThat(frame.frameLength()).isEqualTo(length);
        PayloadCompression.restore(frame);
        assertThat(payload(received())).isEqualTo(text(50_000));
        PayloadCompression.restore(frame);
        assertThat(payload(received())).isEqualTo(text(50_000));
    }

    @Test
    @Tag("F73")
    void oneByteMoreThanTheLimitIsTooLong() throws IOException {
        request(text(10_000));
        PayloadCompression.compress(frame);
        assertThat(PayloadCompression.inflate(received(), 9_999)).isFalse();
        assertThat(PayloadCompression.inflate(received(), 10_000)).isTrue();
    }

    @Test
    @Tag("F73")
    @Tag("T8")
    void bombCostsNoMoreThanTheLimit() throws IOException {
        request(bomb(1 << 28));
        frame.array()[FrameDescriptor.FLAGS_OFFSET] |= FrameDescriptor.FLAG_COMPRESSED;
        InboundFrame received = received();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long bytes = threads.getCurrentThreadAllocatedBytes();
        long cpuNs = threads.getCurrentThreadCpuTime();
        assertThat(PayloadCompression.inflate(received, 4 * 1024 * 1024)).isFalse();
        assertThat(Duration.ofNanos(threads.getCurrentThreadCpuTime() - cpuNs)).isLessThan(Duration.ofSeconds(1));
        assertThat(threads.getCurrentThreadAllocatedBytes() - bytes).isLessThan(20L * 1024 * 1024);
    }

    private static byte[] bomb(int length) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] zeros = new byte[1 << 20];
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            for (int written = 0; written < length; written += zeros.length) {
                gzip.write(zeros);
            }
        }
        return bytes.toByteArray();
    }

    @Test
    void damagedPayloadIsNeverTakenForAnother() throws IOException {
        byte[] text = text(5_000);
        request(text);
        PayloadCompression.compress(frame);
        Random random = new Random(3);
        int refused = 0;
        for (int round = 0; round < 2_000; round++) {
            InboundFrame received = received();
            int offset = FrameReader.payloadOffset(received);
            int at = offset + random.nextInt(received.length() - offset);
            received.array()[at] ^= (byte) (1 << random.nextInt(8));
            try {
                assertThat(PayloadCompression.inflate(received, 1_000_000)).isTrue();
                // Of the header of gzip, a time stamp and the like say nothing.
                assertThat(payload(received)).isEqualTo(text);
            }
            catch (IOException damaged) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(1_000);
    }

    @Test
    void truncatedOrForeignPayloadIsRefused() {
        request(text(5_000));
        PayloadCompression.compress(frame);
        InboundFrame received = received();
        received.length(received.length() - 9);
        assertThatIOException().isThrownBy(() -> PayloadCompression.inflate(received, 100_000));
        request(noise(100));
        assertThatIOException().isThrownBy(() -> PayloadCompression.inflate(received(), 100_000));
        request(new byte[0]);
        assertThatIOException().isThrownBy(() -> PayloadCompression.inflate(received(), 100_000));
    }

}
