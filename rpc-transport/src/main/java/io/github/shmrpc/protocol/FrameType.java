package io.github.shmrpc.protocol;

/** The types of frames, as numbers on the wire. Zero is none. */
public final class FrameType {

    /** A call, with its first (for unary calls: only) message. */
    public static final byte REQUEST = 1;

    /** The answer of a call, with its (last) message. */
    public static final byte RESPONSE = 2;

    /** The end of a call that failed: status in the header, text as payload. */
    public static final byte ERROR = 3;

    /** One more message of a stream. */
    public static final byte MESSAGE = 4;

    /** The sender's last message of a stream has been sent. */
    public static final byte HALF_CLOSE = 5;

    /** The receiver of a stream allows more bytes. */
    public static final byte CREDIT = 6;

    /** The caller gives up a call. */
    public static final byte CANCEL = 7;

    /**
     * Binds a method id to a name for the rest of the connection: id in the header, name
     * as payload. May be repeated, as two callers may both be the first.
     */
    public static final byte METHOD = 8;

    /** Metadata ahead of the first message of a stream's answer. */
    public static final byte HEADERS = 9;

    /** Asks for a {@link #PONG}. */
    public static final byte PING = 10;

    /** Answers a {@link #PING}. */
    public static final byte PONG = 11;

    /** No new calls please: the call id is the last that was accepted. */
    public static final byte GOAWAY = 12;

    private FrameType() {
    }

    /**
     * Whether it is one of these.
     * @param type any number that a peer may have sent
     * @return false if nobody here knows what it is for
     */
    public static boolean isKnown(byte type) {
        return type >= REQUEST && type <= GOAWAY;
    }

}
