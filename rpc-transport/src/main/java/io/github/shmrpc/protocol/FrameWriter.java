package io.github.shmrpc.protocol;

import java.nio.charset.StandardCharsets;

import io.github.shmrpc.Metadata;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.transport.OutboundFrame;

import static io.github.shmrpc.protocol.FrameDescriptor.CALL_ID_OFFSET;
import static io.github.shmrpc.protocol.FrameDescriptor.CODEC_OFFSET;
import static io.github.shmrpc.protocol.FrameDescriptor.FLAGS_OFFSET;
import static io.github.shmrpc.protocol.FrameDescriptor.HEADER_LENGTH;
import static io.github.shmrpc.protocol.FrameDescriptor.METADATA_LENGTH_OFFSET;
import static io.github.shmrpc.protocol.FrameDescriptor.METHOD_ID_OFFSET;
import static io.github.shmrpc.protocol.FrameDescriptor.STATUS_OFFSET;
import static io.github.shmrpc.protocol.FrameDescriptor.TIMEOUT_OFFSET;
import static io.github.shmrpc.protocol.FrameDescriptor.TYPE_OFFSET;

/**
 * Fills outbound frames. Each method that begins a frame clears it first. A frame with a
 * payload is begun, gets its metadata, and then the payload is appended to it by whoever
 * encodes it; the other frames are whole at once. Allocates nothing, but for texts and
 * metadata. For the thread that owns the frame.
 */
public final class FrameWriter {

    /** Longest status text in bytes; the rest is cut off. */
    public static final int MAX_TEXT_LENGTH = 4 * 1024;

    private FrameWriter() {
    }

    /**
     * Begins a call. What depends on the connection is filled in later by
     * {@link #address}.
     * @param frame cleared first
     * @param codec id of the payload's codec, 0 if there is no payload
     * @param flags {@link FrameDescriptor}'s
     * @param metadata of the call
     * @param maxMetadataLength longest encoded metadata in bytes
     * @throws RpcException RESOURCE_EXHAUSTED, not executed, if the metadata is too long
     */
    public static void beginRequest(OutboundFrame frame, byte codec, int flags, Metadata metadata,
            int maxMetadataLength) {
        begin(frame, FrameType.REQUEST, 0);
        frame.array()[CODEC_OFFSET] = codec;
        frame.array()[FLAGS_OFFSET] = (byte) flags;
        MetadataEncoding.append(frame, metadata, maxMetadataLength);
    }

    /**
     * Fills in what a REQUEST has of its connection and moment. May be repeated, to send
     * it again elsewhere.
     * @param frame begun by {@link #beginRequest}
     * @param methodId as bound on the connection
     * @param callId never used before on the connection
     * @param timeoutNs what is left of the deadline, 0 for none
     */
    public static void address(OutboundFrame frame, int methodId, long callId, long timeoutNs) {
        frame.putShort(METHOD_ID_OFFSET, methodId);
        frame.putLong(CALL_ID_OFFSET, callId);
        frame.putLong(TIMEOUT_OFFSET, timeoutNs);
    }

    /**
     * Begins the answer of a call.
     * @param frame cleared first
     * @param callId the call's
     * @param codec id of the payload's codec, 0 if there is no payload
     * @param metadata of the answer
     * @param maxMetadataLength longest encoded metadata in bytes
     * @throws RpcException RESOURCE_EXHAUSTED if the metadata is too long
     */
    public static void beginResponse(OutboundFrame frame, long callId, byte codec, Metadata metadata,
            int maxMetadataLength) {
        begin(frame, FrameType.RESPONSE, callId);
        frame.array()[CODEC_OFFSET] = codec;
        MetadataEncoding.append(frame, metadata, maxMetadataLength);
    }

    /**
     * Begins a message of a stream.
     * @param frame cleared first
     * @param callId the call's
     * @param codec id of the payload's codec
     * @param fromCallee whether the sender serves the call
     */
    public static void beginMessage(OutboundFrame frame, long callId, byte codec, boolean fromCallee) {
        begin(frame, FrameType.MESSAGE, callId);
        frame.array()[CODEC_OFFSET] = codec;
        frame.array()[FLAGS_OFFSET] = (byte) flagOf(fromCallee);
    }

    /**
     * Metadata ahead of the answer's first message.
     * @param frame cleared first
     * @param callId the call's
     * @param metadata ahead of the answer
     * @param maxMetadataLength longest encoded metadata in bytes
     * @throws RpcException RESOURCE_EXHAUSTED if the metadata is too long
     */
    public static void headers(OutboundFrame frame, long callId, Metadata metadata, int maxMetadataLength) {
        begin(frame, FrameType.HEADERS, callId);
        frame.array()[FLAGS_OFFSET] = (byte) flagOf(true);
        MetadataEncoding.append(frame, metadata, maxMetadataLength);
    }

    /**
     * Adds metadata to a frame that has its payload already.
     * @param frame without metadata, not sent
     * @param metadata to put ahead of the payload
     * @param maxMetadataLength longest encoded metadata in bytes
     * @throws RpcException RESOURCE_EXHAUSTED if the metadata is too long; the frame is
     * as it was
     */
    public static void insertMetadata(OutboundFrame frame, Metadata metadata, int maxMetadataLength) {
        MetadataEncoding.insert(frame, metadata, maxMetadataLength);
    }

    /**
     * Says that a frame's payload is compressed.
     * @param frame begun
     */
    public static void markCompressed(OutboundFrame frame) {
        frame.array()[FLAGS_OFFSET] |= FrameDescriptor.FLAG_COMPRESSED;
    }

    /**
     * The caller's messages are complete.
     * @param frame cleared first
     * @param callId the call's
     */
    public static void halfClose(OutboundFrame frame, long callId) {
        begin(frame, FrameType.HALF_CLOSE, callId);
    }

    /**
     * Allows more messages.
     * @param frame cleared first
     * @param callId the call's, 0 for all streams of the connection
     * @param bytes positive
     * @param fromCallee whether the sender serves the call
     */
    public static void credit(OutboundFrame frame, long callId, int bytes, boolean fromCallee) {
        begin(frame, FrameType.CREDIT, callId);
        frame.array()[FLAGS_OFFSET] = (byte) flagOf(fromCallee);
        frame.putLong(FrameDescriptor.CREDIT_OFFSET, bytes);
    }

    private static int flagOf(boolean fromCallee) {
        return fromCallee ? FrameDescriptor.FLAG_FROM_CALLEE : 0;
    }

    /**
     * What a message takes of the credit of its stream and its connection.
     * @param frame a whole MESSAGE
     * @return bytes
     */
    public static long cost(OutboundFrame frame) {
        return (long) frame.frameLength() + FrameDescriptor.MESSAGE_OVERHEAD;
    }

    /**
     * Length of the payload.
     * @param frame whole
     * @return bytes
     */
    public static int payloadLength(OutboundFrame frame) {
        return frame.frameLength() - HEADER_LENGTH - frame.getUnsignedShort(METADATA_LENGTH_OFFSET);
    }

    /**
     * The failed end of a call.
     * @param frame cleared first
     * @param callId the call's
     * @param status not OK
     * @param outcome what the sender knows of the execution
     * @param text cut to {@link #MAX_TEXT_LENGTH} bytes
     */
    public static void error(OutboundFrame frame, long callId, RpcStatus status, Outcome outcome, String text) {
        beginError(frame, callId, status, outcome);
        appendText(frame, text);
    }

    /**
     * The failed end of a call, with all that is known of it.
     * @param frame cleared first
     * @param callId the call's
     * @param outcome what the sender knows of the execution
     * @param failure its status, type, details and metadata; its text is cut to
     * {@link #MAX_TEXT_LENGTH} bytes
     * @param metadata sent after the failure's own
     * @param maxFrameLength what the connection carries, in bytes
     * @return whether its details and metadata had room there and in 32 KiB; what has not
     * is left out
     */
    public static boolean error(OutboundFrame frame, long callId, Outcome outcome, RpcException failure,
            Metadata metadata, int maxFrameLength) {
        beginError(frame, callId, failure.status(), outcome);
        boolean whole = ErrorEncoding.append(frame, failure, metadata,
                maxFrameLength - HEADER_LENGTH - MAX_TEXT_LENGTH);
        appendText(frame, failure.detail());
        return whole;
    }

    private static void beginError(OutboundFrame frame, long callId, RpcStatus status, Outcome outcome) {
        begin(frame, FrameType.ERROR, callId);
        frame.putShort(STATUS_OFFSET, status.code());
        frame.putLong(FrameDescriptor.OUTCOME_OFFSET, outcomeCode(outcome));
    }

    /**
     * Gives up a call.
     * @param frame cleared first
     * @param callId the call's
     */
    public static void cancel(OutboundFrame frame, long callId) {
        begin(frame, FrameType.CANCEL, callId);
    }

    /**
     * Binds a method id to a name.
     * @param frame cleared first
     * @param methodId positive; bound to the same name, or to none yet, on the connection
     * @param name {@code Service/Method}
     */
    public static void method(OutboundFrame frame, int methodId, String name) {
        begin(frame, FrameType.METHOD, 0);
        frame.putShort(METHOD_ID_OFFSET, methodId);
        appendText(frame, name);
    }

    /**
     * Asks for a PONG.
     * @param frame cleared first
     * @param id comes back with the answer
     */
    public static void ping(OutboundFrame frame, long id) {
        begin(frame, FrameType.PING, id);
    }

    /**
     * Answers a PING.
     * @param frame cleared first
     * @param id the PING's
     */
    public static void pong(OutboundFrame frame, long id) {
        begin(frame, FrameType.PONG, id);
    }

    /**
     * Asks for no new calls.
     * @param frame cleared first
     * @param lastCallId the last call that was accepted, 0 for none
     */
    public static void goAway(OutboundFrame frame, long lastCallId) {
        begin(frame, FrameType.GOAWAY, lastCallId);
    }

    private static void begin(OutboundFrame frame, byte type, long callId) {
        frame.clear();
        frame.length(HEADER_LENGTH);
        frame.putLong(TYPE_OFFSET, type);
        frame.putLong(CALL_ID_OFFSET, callId);
        frame.putLong(TIMEOUT_OFFSET, 0);
    }

    private static int outcomeCode(Outcome outcome) {
        return switch (outcome) {
            case ANSWERED -> FrameDescriptor.OUTCOME_ANSWERED;
            case NOT_EXECUTED -> FrameDescriptor.OUTCOME_NOT_EXECUTED;
            case UNKNOWN -> FrameDescriptor.OUTCOME_UNKNOWN;
        };
    }

    private static void appendText(OutboundFrame frame, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(bytes.length, MAX_TEXT_LENGTH);
        // Not in the middle of a character: its later bytes are 10xxxxxx.
        while (length < bytes.length && length > 0 && (bytes[length] & 0xC0) == 0x80) {
            length--;
        }
        frame.append(bytes, 0, length);
    }

}
