package io.github.shmrpc.protocol;

import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

import io.github.shmrpc.Metadata;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.buffer.MessageBuffer;

import static io.github.shmrpc.protocol.FrameDescriptor.CALL_ID_OFFSET;
import static io.github.shmrpc.protocol.FrameDescriptor.CODEC_OFFSET;
import static io.github.shmrpc.protocol.FrameDescriptor.FLAGS_OFFSET;
import static io.github.shmrpc.protocol.FrameDescriptor.HEADER_LENGTH;
import static io.github.shmrpc.protocol.FrameDescriptor.METADATA_LENGTH_OFFSET;
import static io.github.shmrpc.protocol.FrameDescriptor.METHOD_ID_OFFSET;
import static io.github.shmrpc.protocol.FrameDescriptor.OUTCOME_OFFSET;
import static io.github.shmrpc.protocol.FrameDescriptor.STATUS_OFFSET;
import static io.github.shmrpc.protocol.FrameDescriptor.TIMEOUT_OFFSET;
import static io.github.shmrpc.protocol.FrameDescriptor.TYPE_OFFSET;

/**
 * Reads inbound frames, which are copies that no peer can change any more.
 * {@link #validate} comes first, once a frame; the other methods trust the lengths that
 * it checked. Allocates nothing, but for texts and metadata. For the thread that owns the
 * frame.
 */
public final class FrameReader {

    private FrameReader() {
    }

    /**
     * Checks that the header and the metadata are whole. If the frame has a body then
     * that is its payload, else the frame is gathered.
     * @param frame as it was polled
     * @return the frame's type, one of {@link FrameType} or a number that is unknown here
     * @throws ProtocolException if not
     */
    public static byte validate(InboundFrame frame) throws ProtocolException {
        requireHeader(frame.length());
        int metadataLength = frame.getUnsignedShort(METADATA_LENGTH_OFFSET);
        byte type = type(frame);
        requireMetadata(type, metadataLength, frame.frameLength());
        if (frame.hasBody() && (frame.length() != HEADER_LENGTH + metadataLength || !hasMessage(type))) {
            frame.gather();
        }
        return type;
    }

    /**
     * Checks a frame that is passed on, as its receiver will.
     * @param frame in one piece
     * @throws ProtocolException if its header or its metadata is not whole, or its type
     * is unknown
     */
    public static void validate(byte[] frame) throws ProtocolException {
        requireHeader(frame.length);
        int metadataLength = Short
            .toUnsignedInt(ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN).getShort(METADATA_LENGTH_OFFSET));
        byte type = frame[TYPE_OFFSET];
        requireMetadata(type, metadataLength, frame.length);
        if (!FrameType.isKnown(type)) {
            throw unknownType(type);
        }
    }

    private static void requireHeader(int length) throws ProtocolException {
        if (length < HEADER_LENGTH) {
            throw new ProtocolException(
                    "Frame is shorter than its header: " + length + " bytes, expected " + HEADER_LENGTH + " or more");
        }
    }

    private static void requireMetadata(byte type, int metadataLength, int frameLength) throws ProtocolException {
        if (HEADER_LENGTH + metadataLength > frameLength) {
            throw new ProtocolException("Frame is shorter than its metadata: type=" + type + ", metadata="
                    + metadataLength + ", frame=" + frameLength + " bytes");
        }
    }

    /**
     * A frame's type is none.
     * @param type a number that stands for no type
     * @return to be thrown
     */
    public static ProtocolException unknownType(byte type) {
        return new ProtocolException("Frame type is unknown: " + type);
    }

    private static boolean hasMessage(byte type) {
        return type == FrameType.REQUEST || type == FrameType.RESPONSE || type == FrameType.MESSAGE;
    }

    public static byte type(MessageBuffer frame) {
        return frame.array()[TYPE_OFFSET];
    }

    public static int flags(MessageBuffer frame) {
        return frame.array()[FLAGS_OFFSET] & 0xFF;
    }

    public static byte codec(MessageBuffer frame) {
        return frame.array()[CODEC_OFFSET];
    }

    public static int methodId(MessageBuffer frame) {
        return frame.getUnsignedShort(METHOD_ID_OFFSET);
    }

    public static long callId(MessageBuffer frame) {
        return frame.getLong(CALL_ID_OFFSET);
    }

    /**
     * The time that a REQUEST has left.
     * @param frame validated
     * @return nanoseconds as the peer wrote them: 0 for no limit; a negative one has
     * passed
     */
    public static long timeoutNs(MessageBuffer frame) {
        return frame.getLong(TIMEOUT_OFFSET);
    }

    /**
     * The status of an ERROR.
     * @param frame validated
     * @return never OK, UNKNOWN for a number without a status
     */
    public static RpcStatus status(MessageBuffer frame) {
        RpcStatus status = RpcStatus.ofCode(frame.getUnsignedShort(STATUS_OFFSET));
        return status == RpcStatus.OK ? RpcStatus.UNKNOWN : status;
    }

    /**
     * What the sender of an ERROR knows of the execution.
     * @param frame validated
     * @return the outcome, UNKNOWN for a number without one
     */
    public static Outcome outcome(MessageBuffer frame) {
        long code = frame.getLong(OUTCOME_OFFSET);
        if (code == FrameDescriptor.OUTCOME_ANSWERED) {
            return Outcome.ANSWERED;
        }
        return code == FrameDescriptor.OUTCOME_NOT_EXECUTED ? Outcome.NOT_EXECUTED : Outcome.UNKNOWN;
    }

    /**
     * Whether a MESSAGE or CREDIT was sent by the side that serves the call.
     * @param frame validated
     * @return false if it was sent by the caller
     */
    public static boolean isFromCallee(MessageBuffer frame) {
        return (flags(frame) & FrameDescriptor.FLAG_FROM_CALLEE) != 0;
    }

    /**
     * The bytes that a CREDIT allows.
     * @param frame validated
     * @return 1 to {@link Integer#MAX_VALUE}
     * @throws ProtocolException if it is any other number
     */
    public static int credit(MessageBuffer frame) throws ProtocolException {
        long bytes = frame.getLong(FrameDescriptor.CREDIT_OFFSET);
        if (bytes < 1 || bytes > Integer.MAX_VALUE) {
            throw new ProtocolException("Credit is out of range: " + bytes + " bytes");
        }
        return (int) bytes;
    }

    /**
     * What a MESSAGE takes of the credit of its stream and its connection.
     * @param frame validated
     * @return bytes
     */
    public static long cost(InboundFrame frame) {
        return (long) frame.frameLength() + FrameDescriptor.MESSAGE_OVERHEAD;
    }

    public static int payloadOffset(MessageBuffer frame) {
        return HEADER_LENGTH + frame.getUnsignedShort(METADATA_LENGTH_OFFSET);
    }

    public static int payloadLength(InboundFrame frame) {
        return frame.frameLength() - payloadOffset(frame);
    }

    /**
     * The metadata of a REQUEST or RESPONSE.
     * @param frame validated
     * @param maxLength longest encoded metadata that is accepted, in bytes
     * @return the pairs
     * @throws RpcException RESOURCE_EXHAUSTED if it is too long or has too many pairs,
     * INVALID_ARGUMENT if it is malformed: errors of this one call
     */
    public static Metadata metadata(MessageBuffer frame, int maxLength) {
        int length = frame.getUnsignedShort(METADATA_LENGTH_OFFSET);
        return length == 0 ? Metadata.EMPTY : MetadataEncoding.decode(frame, HEADER_LENGTH, length, maxLength);
    }

    /**
     * All that an ERROR says.
     * @param frame validated
     * @return to be thrown; details and metadata that are malformed, or longer than 32
     * KiB, are left out
     */
    public static RpcException failure(InboundFrame frame) {
        int length = frame.getUnsignedShort(METADATA_LENGTH_OFFSET);
        return length == 0 ? new RpcException(status(frame), outcome(frame), text(frame), null)
                : ErrorEncoding.read(frame, length, status(frame), outcome(frame), text(frame));
    }

    /**
     * The payload of an ERROR or METHOD as a text.
     * @param frame validated
     * @return at most {@link FrameWriter#MAX_TEXT_LENGTH} bytes of it, a single line:
     * each control character is a space
     */
    public static String text(InboundFrame frame) {
        String text = rawText(frame);
        return isSingleLine(text) ? text : singleLine(text);
    }

    /**
     * The same with its line breaks and other control characters, for who shows it to
     * nobody.
     * @param frame validated
     * @return at most {@link FrameWriter#MAX_TEXT_LENGTH} bytes of it
     */
    public static String rawText(InboundFrame frame) {
        int length = Math.min(payloadLength(frame), FrameWriter.MAX_TEXT_LENGTH);
        return new String(frame.array(), payloadOffset(frame), length, StandardCharsets.UTF_8);
    }

    private static boolean isSingleLine(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (breaksLine(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static String singleLine(String text) {
        StringBuilder line = new StringBuilder(text);
        for (int i = 0; i < line.length(); i++) {
            if (breaksLine(line.charAt(i))) {
                line.setCharAt(i, ' ');
            }
        }
        return line.toString();
    }

    private static boolean breaksLine(char c) {
        return Character.isISOControl(c) || c == '\u2028' || c == '\u2029';
    }

}
