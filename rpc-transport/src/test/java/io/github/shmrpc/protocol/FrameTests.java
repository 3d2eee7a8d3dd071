package io.github.shmrpc.protocol;

import io.github.shmrpc.transport.ProtocolException;
import java.nio.charset.StandardCharsets;

import io.github.shmrpc.Metadata;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.StatusDetail;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.OutboundFrame;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class FrameTests {

    private static final int MAX_FRAME = 1 << 20;

    private final OutboundFrame frame = new OutboundFrame();

    private InboundFrame received() {
        InboundFrame received = new InboundFrame();
        frame.copyTo(received);
        return received;
    }

    @Test
    void requestComesBackAsWritten() throws ProtocolException {
        Metadata metadata = Metadata.EMPTY.with("trace", "abc").with("span-bin", new byte[] { 1, 2, 3 });
        FrameWriter.beginRequest(frame, (byte) 3, FrameDescriptor.FLAG_ONE_WAY, metadata, 1024);
        byte[] payload = "hello".getBytes(StandardCharsets.UTF_8);
        frame.append(payload, 0, payload.length);
        FrameWriter.address(frame, 7, 1L << 40, 5_000);

        assertThat(FrameReader.validate(received())).isEqualTo(FrameType.REQUEST);
        assertThat(FrameReader.codec(frame)).isEqualTo((byte) 3);
        assertThat(FrameReader.flags(frame)).isEqualTo(FrameDescriptor.FLAG_ONE_WAY);
        assertThat(FrameReader.methodId(frame)).isEqualTo(7);
        assertThat(FrameReader.callId(frame)).isEqualTo(1L << 40);
        assertThat(FrameReader.timeoutNs(frame)).isEqualTo(5_000);
        assertThat(FrameReader.metadata(frame, 1024)).isEqualTo(metadata);
        assertThat(FrameReader.text(received())).isEqualTo("hello");
    }

    @Test
    void nothingOfTheFrameBeforeIsLeft() throws ProtocolException {
        FrameWriter.error(frame, 9, RpcStatus.NOT_FOUND, Outcome.UNKNOWN, "no such thing");
        FrameWriter.cancel(frame, 10);

        assertThat(FrameReader.validate(received())).isEqualTo(FrameType.CANCEL);
        assertThat(frame.length()).isEqualTo(FrameDescriptor.HEADER_LENGTH);
        assertThat(FrameReader.timeoutNs(frame)).isZero();
        assertThat(FrameReader.methodId(frame)).isZero();
    }

    @ParameterizedTest
    @CsvSource({ "ANSWERED", "NOT_EXECUTED", "UNKNOWN" })
    void errorKeepsItsOutcome(Outcome outcome) throws ProtocolException {
        FrameWriter.error(frame, 9, RpcStatus.NOT_FOUND, outcome, "no such thing");

        assertThat(FrameReader.validate(received())).isEqualTo(FrameType.ERROR);
        assertThat(FrameReader.status(frame)).isEqualTo(RpcStatus.NOT_FOUND);
        assertThat(FrameReader.outcome(frame)).isEqualTo(outcome);
        assertThat(FrameReader.text(received())).isEqualTo("no such thing");
    }

    @Test
    @Tag("F75")
    void longTextIsCutBetweenCharacters() {
        FrameWriter.error(frame, 1, RpcStatus.INTERNAL, Outcome.ANSWERED, "x" + "é".repeat(4000));

        assertThat(FrameReader.text(received())).hasSize(1 + 2047).doesNotContain("\uFFFD");
    }

    @Test
    @Tag("F75")
    @Tag("T12")
    void textIsReadAsOneLine() {
        FrameWriter.error(frame, 1, RpcStatus.INTERNAL, Outcome.ANSWERED, "a\nb\u001b[31m\u2028c");

        assertThat(FrameReader.text(received())).isEqualTo("a b [31m c");
    }

    @Test
    void errorFitsIntoAShortFrame() {
        RpcException failure = RpcException.builder(RpcStatus.NOT_FOUND, "x")
            .detail(StatusDetail.of("a", new byte[3000]))
            .build();
        int tooShort = FrameDescriptor.HEADER_LENGTH + FrameWriter.MAX_TEXT_LENGTH + 3000;

        assertThat(FrameWriter.error(frame, 9, Outcome.ANSWERED, failure, Metadata.EMPTY, tooShort)).isFalse();
        assertThat(FrameReader.failure(received()).details()).isEmpty();
        assertThat(FrameWriter.error(frame, 9, Outcome.ANSWERED, failure, Metadata.EMPTY, 100)).isFalse();
    }

    @Test
    void errorKeepsWhatIsBesideItsText() throws ProtocolException {
        RpcException sent = RpcException.builder(RpcStatus.NOT_FOUND, "no such thing")
            .type("gone")
            .detail(StatusDetail.of("a", "1"))
            .metadata(Metadata.EMPTY.with("key", "value"))
            .build();
        assertThat(FrameWriter.error(frame, 9, Outcome.ANSWERED, sent, Metadata.EMPTY, MAX_FRAME)).isTrue();

        FrameReader.validate(received());
        RpcException failure = FrameReader.failure(received());
        assertThat(failure).hasMessage("NOT_FOUND: no such thing");
        assertThat(failure.type()).isEqualTo("gone");
        assertThat(failure.details()).containsExactly(StatusDetail.of("a", "1"));
        assertThat(failure.metadata()).isEqualTo(Metadata.EMPTY.with("key", "value"));
    }

    @Test
    void errorIsReadAsFarAsItIsWellFormed() {
        FrameWriter.error(frame, 9, Outcome.ANSWERED,
                RpcException.builder(RpcStatus.NOT_FOUND, "x")
                    .type("gone")
                    .detail(StatusDetail.of("a", "1"))
                    .detail(StatusDetail.of("b", "2"))
                    .build(),
                Metadata.EMPTY, MAX_FRAME);
        // The length of the last detail's type.
        int at = frame.length() - "x2b".length() - Short.BYTES;
        frame.putShort(at, 1000);

        RpcException failure = FrameReader.failure(received());
        assertThat(failure).hasMessage("NOT_FOUND: x");
        assertThat(failure.details()).containsExactly(StatusDetail.of("a", "1"));
    }

    @Test
    @Tag("F75")
    void keysOfTheProtocolAreNoMetadata() {
        FrameWriter.error(frame, 9, Outcome.ANSWERED,
                RpcException.builder(RpcStatus.NOT_FOUND, "").type("gone").build(), Metadata.EMPTY, MAX_FRAME);

        assertThat(FrameReader.metadata(frame, 1024)).isEqualTo(Metadata.EMPTY);
        assertThatIllegalArgumentException().isThrownBy(() -> Metadata.EMPTY.with("shmrpc-error", "x"))
            .withMessageContaining("begins with shmrpc-");
    }

    @ParameterizedTest
    @ValueSource(ints = { 6, 7, 65535 })
    @Tag("F29")
    void metadataLongerThanTheFrameIsRefused(int metadataLength) {
        FrameWriter.error(frame, 1, RpcStatus.INTERNAL, Outcome.ANSWERED, "12345");
        frame.putShort(FrameDescriptor.METADATA_LENGTH_OFFSET, metadataLength);

        assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> FrameReader.validate(received()))
            .withMessageContaining("metadata=" + metadataLength);
    }

    @Test
    @Tag("F29")
    void frameShorterThanItsHeaderIsRefused() {
        InboundFrame shortFrame = new InboundFrame(64);
        shortFrame.length(FrameDescriptor.HEADER_LENGTH - 1);

        assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> FrameReader.validate(shortFrame))
            .withMessageContaining("23 bytes");
    }

    @Test
    @Tag("F75")
    @Tag("T7")
    void metadataOverTheLimitIsRefusedByBothSides() {
        Metadata metadata = Metadata.EMPTY.with("key", "x".repeat(100));

        assertThatExceptionOfType(RpcException.class)
            .isThrownBy(() -> FrameWriter.beginRequest(frame, (byte) 1, 0, metadata, 64))
            .satisfies((refused) -> {
                assertThat(refused.status()).isEqualTo(RpcStatus.RESOURCE_EXHAUSTED);
                assertThat(refused.outcome()).isEqualTo(Outcome.NOT_EXECUTED);
            });
        FrameWriter.beginRequest(frame, (byte) 1, 0, metadata, 1024);
        assertThatExceptionOfType(RpcException.class).isThrownBy(() -> FrameReader.metadata(frame, 64))
            .satisfies((refused) -> assertThat(refused.status()).isEqualTo(RpcStatus.RESOURCE_EXHAUSTED));
    }

    @ParameterizedTest
    @CsvSource({ "0, -1", "0, 32000", "5, -1", "5, 2147483647", "5, 100" })
    @Tag("F29")
    @Tag("F75")
    void malformedMetadataEndsTheCallOnly(int offset, int length) {
        FrameWriter.beginRequest(frame, (byte) 1, 0, Metadata.EMPTY.with("key", "value"), 64);
        int at = FrameDescriptor.HEADER_LENGTH + offset;
        if (offset == 0) {
            frame.array()[at] = (byte) length;
            frame.array()[at + 1] = (byte) (length >> 8);
        }
        else {
            frame.putInt(at, length);
        }

        assertThatExceptionOfType(RpcException.class).isThrownBy(() -> FrameReader.metadata(frame, 64))
            .satisfies((refused) -> assertThat(refused.status()).isEqualTo(RpcStatus.INVALID_ARGUMENT));
    }

    @Test
    @Tag("F75")
    @Tag("T12")
    void controlCharactersInMetadataAreRefused() {
        FrameWriter.beginRequest(frame, (byte) 1, 0, Metadata.EMPTY.with("key", "value"), 64);
        frame.array()[frame.length() - 1] = '\n';

        assertThatExceptionOfType(RpcException.class).isThrownBy(() -> FrameReader.metadata(frame, 64))
            .satisfies((refused) -> assertThat(refused.status()).isEqualTo(RpcStatus.INVALID_ARGUMENT));
    }

}
