package io.github.shmrpc.protocol;

/**
 * Layout of a frame's header. Little-endian. Metadata and payload follow it.
 *
 * <pre>
 *  offset
 *     0  +----------------------------------+
 *        | type                       int8  |  {@link FrameType}
 *     1  | flags                      int8  |  {@link #FLAG_COMPRESSED} ...
 *     2  | codec                      int8  |  of the payload, 0 if it has none
 *     3  | reserved                   int8  |  0
 *     4  | method id, status code     int32 |  REQUEST and METHOD: method id; ERROR: status; else 0
 *     8  | call id                    int64 |  never reused on a connection; 0 if the frame belongs to none
 *    16  | timeout                    int64 |  REQUEST: ns that are left, 0 for none; ERROR: outcome; else 0
 *    24  | metadata length            int32 |  bytes
 *    28  | payload length             int32 |  bytes
 *    32  +----------------------------------+
 *        | metadata                         |
 *        | payload                          |
 *        +----------------------------------+
 * </pre>
 *
 * Written by the side that sends the frame, read by the other after it was copied out.
 * Both lengths and the header's add up to the frame's length, else the connection ends.
 * Metadata is a sequence of pairs: int16 key length, key, int32 value length, value.
 */
public final class FrameDescriptor {

    public static final int TYPE_OFFSET = 0;

    public static final int FLAGS_OFFSET = TYPE_OFFSET + Byte.BYTES;

    public static final int CODEC_OFFSET = FLAGS_OFFSET + Byte.BYTES;

    public static final int METHOD_ID_OFFSET = TYPE_OFFSET + Integer.BYTES;

    public static final int STATUS_OFFSET = METHOD_ID_OFFSET;

    public static final int CALL_ID_OFFSET = METHOD_ID_OFFSET + Integer.BYTES;

    public static final int TIMEOUT_OFFSET = CALL_ID_OFFSET + Long.BYTES;

    public static final int OUTCOME_OFFSET = TIMEOUT_OFFSET;

    public static final int METADATA_LENGTH_OFFSET = TIMEOUT_OFFSET + Long.BYTES;

    public static final int PAYLOAD_LENGTH_OFFSET = METADATA_LENGTH_OFFSET + Integer.BYTES;

    public static final int HEADER_LENGTH = PAYLOAD_LENGTH_OFFSET + Integer.BYTES;

    /** The payload is compressed. */
    public static final int FLAG_COMPRESSED = 1;

    /** No answer is wanted. */
    public static final int FLAG_ONE_WAY = 2;

    /** The sender sends no more message in this call. */
    public static final int FLAG_END_OF_STREAM = 4;

    /** Outcome of an ERROR: the call was taken and answered. */
    public static final int OUTCOME_ANSWERED = 0;

    /** Outcome of an ERROR: the call was certainly not executed. */
    public static final int OUTCOME_NOT_EXECUTED = 1;

    /** Outcome of an ERROR: the sender does not know. */
    public static final int OUTCOME_UNKNOWN = 2;

    private FrameDescriptor() {
    }

}
