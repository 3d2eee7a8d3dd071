package io.github.shmrpc.protocol;

import java.io.IOException;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.ProtocolException;
import org.junit.jupiter.api.Tag;

import static org.assertj.core.api.Assertions.assertThat;

/** Any bytes in place of a frame: its header, metadata, error, and compressed payload. */
class FrameFuzzTests {

    private static final int MAX_METADATA_LENGTH = 8 * 1024;

    private static final int MAX_MESSAGE_LENGTH = 64 * 1024;

    @FuzzTest
    @Tag("F29")
    @Tag("F73")
    @Tag("F75")
    void frame(byte[] bytes) {
        InboundFrame frame = new InboundFrame(16);
        frame.append(bytes, 0, bytes.length);
        try {
            FrameReader.validate(frame);
        }
        catch (ProtocolException ex) {
            assertThat(ex).hasMessageStartingWith("Frame is shorter");
            return;
        }
        assertThat(FrameReader.payloadLength(frame)).isBetween(0, bytes.length);
        readMetadata(frame);
        readError(frame);
        readCredit(frame);
        inflate(frame);
    }

    private static void readMetadata(InboundFrame frame) {
        try {
            FrameReader.metadata(frame, MAX_METADATA_LENGTH);
        }
        catch (RpcException ex) {
            assertThat(ex.status()).isIn(RpcStatus.RESOURCE_EXHAUSTED, RpcStatus.INVALID_ARGUMENT);
        }
    }

    private static void readError(InboundFrame frame) {
        RpcException failure = FrameReader.failure(frame);
        assertThat(failure.status()).isNotEqualTo(RpcStatus.OK);
        assertThat(FrameReader.text(frame).lines().count()).isLessThanOrEqualTo(1);
    }

    private static void readCredit(InboundFrame frame) {
        try {
            assertThat(FrameReader.credit(frame)).isPositive();
        }
        catch (ProtocolException ex) {
            assertThat(ex).hasMessageContaining("Credit");
        }
    }

    private static void inflate(InboundFrame frame) {
        try {
            if (PayloadCompression.inflate(frame, MAX_MESSAGE_LENGTH)) {
                assertThat(FrameReader.payloadLength(frame)).isLessThanOrEqualTo(MAX_MESSAGE_LENGTH);
            }
        }
        catch (IOException ex) {
            // Not gzip, which is an error of its call.
        }
    }

}
