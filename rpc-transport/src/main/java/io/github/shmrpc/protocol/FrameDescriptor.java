package io.github.shmrpc.protocol;

/**
 * Layout of a frame's header. Little-endian. Metadata and payload follow it; the payload
 * is what is left of the frame. As short as can be: with a record's header, and a payload
 * of 32 bytes, a frame fills just one cache line.
 *
 * <pre>
 *  offset
 *     0  +----------------------------------+
 *        | type                       int8  |  {@link FrameType}
 *     1  | flags                      int8  |  {@link #FLAG_COMPRESSED} ...
 *     2  | codec                      int8  |  of the payload, 0 if it has none
 *     3  | reserved                   int8  |  0
 *     4  | method id, status code     uint16|  REQUEST and METHOD: method id; ERROR: status; else 0
 *     6  | metadata length            uint16|  bytes
 *     8  | call id                    int64 |  never reused on a connection; 0 if the frame belongs to none
 *    16  | timeout                    int64 |  REQUEST: ns that are left, 0 for none; ERROR: outcome; CREDIT: bytes; else 0
 *    24  +----------------------------------+
 *        | metadata                         |
 *        | payload                          |
 *        +----------------------------------+
 * </pre>
 *
 * Written by the side that sends the frame, read by the other after it was copied out.
 * Metadata that is longer than the frame ends the connection. It is a sequence of pairs:
 * int16 key length, key, int32 value length, value.
 */
public final class FrameDescriptor {

    public static final int TYPE_OFFSET = 0;

    public static final int FLAGS_OFFSET = TYPE_OFFSET + Byte.BYTES;

    public static final int CODEC_OFFSET = FLAGS_OFFSET + Byte.BYTES;

    public static final int METHOD_ID_OFFSET = TYPE_OFFSET + Integer.BYTES;

    public static final int STATUS_OFFSET = METHOD_ID_OFFSET;

    public static final int METADATA_LENGTH_OFFSET = METHOD_ID_OFFSET + Short.BYTES;

    public static final int CALL_ID_OFFSET = METADATA_LENGTH_OFFSET + Short.BYTES;

    public static final int TIMEOUT_OFFSET = CALL_ID_OFFSET + Long.BYTES;

    public static final int OUTCOME_OFFSET = TIMEOUT_OFFSET;

    public static final int CREDIT_OFFSET = TIMEOUT_OFFSET;

    public static final int HEADER_LENGTH = TIMEOUT_OFFSET + Long.BYTES;

    /** Longest encoded metadata in bytes. */
    public static final int MAX_METADATA_LENGTH = 0xffff;

    /** Method ids go from 1 to this. */
    public static final int MAX_METHOD_ID = 4096;

    /** The payload is compressed. */
    public static final int FLAG_COMPRESSED = 1;

    /** No answer is wanted. */
    public static final int FLAG_ONE_WAY = 2;

    /** REQUEST: the caller's messages follow in MESSAGE frames, up to its HALF_CLOSE. */
    public static final int FLAG_CALLER_STREAMS = 4;

    /**
     * REQUEST: the caller takes MESSAGE frames up to the RESPONSE, which has no message.
     */
    public static final int FLAG_CALLEE_STREAMS = 8;

    /**
     * MESSAGE and CREDIT: sent by the side that serves the call, so that the id is one of
     * the receiver's.
     */
    public static final int FLAG_FROM_CALLEE = 16;

    /**
     * What a MESSAGE takes of its stream's and its connection's credit beside the length
     * of its frame: about what it costs to keep it.
     */
    public static final int MESSAGE_OVERHEAD = 128;

    /** Credit of each stream at its beginning, either way, in bytes. */
    public static final int INITIAL_STREAM_CREDIT = 256 * 1024;

    /** Credit of all streams of a connection at its beginning, either way, in bytes. */
    public static final int INITIAL_CONNECTION_CREDIT = 8 * 1024 * 1024;

    /** Outcome of an ERROR: the call was taken and answered. */
    public static final int OUTCOME_ANSWERED = 0;

    /** Outcome of an ERROR: the call was certainly not executed. */
    public static final int OUTCOME_NOT_EXECUTED = 1;

    /** Outcome of an ERROR: the sender does not know. */
    public static final int OUTCOME_UNKNOWN = 2;

    private FrameDescriptor() {
    }

}
