package io.github.shmrpc;

/** How many messages go each way in a call. */
public enum CallKind {

    /** One message to the server, one back. */
    UNARY(false, false),

    /** One message to the server, no answer: not even an error. */
    ONE_WAY(false, false),

    /** One message to the server, a stream of them back. */
    SERVER_STREAM(false, true),

    /** A stream of messages to the server, one back. */
    CLIENT_STREAM(true, false),

    /** A stream of messages each way, independent of one another. */
    BIDIRECTIONAL(true, true);

    private final boolean callerStreams;

    private final boolean calleeStreams;

    CallKind(boolean callerStreams, boolean calleeStreams) {
        this.callerStreams = callerStreams;
        this.calleeStreams = calleeStreams;
    }

    /**
     * The kind of a call that is not one-way.
     * @param callerStreams whether the caller sends a stream
     * @param calleeStreams whether the side that serves the call sends a stream
     * @return the kind
     */
    public static CallKind of(boolean callerStreams, boolean calleeStreams) {
        if (callerStreams) {
            return calleeStreams ? BIDIRECTIONAL : CLIENT_STREAM;
        }
        return calleeStreams ? SERVER_STREAM : UNARY;
    }

    /**
     * Whether the caller sends a stream.
     * @return false if it sends one message, or none
     */
    public boolean callerStreams() {
        return callerStreams;
    }

    /**
     * Whether the side that serves the call sends a stream.
     * @return false if it sends one message, or none
     */
    public boolean calleeStreams() {
        return calleeStreams;
    }

    /**
     * Whether there is a stream in either direction.
     * @return false for unary and one-way calls
     */
    public boolean hasStream() {
        return callerStreams || calleeStreams;
    }

}
