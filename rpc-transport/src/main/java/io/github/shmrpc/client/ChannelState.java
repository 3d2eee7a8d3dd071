package io.github.shmrpc.client;

/** The state of a channel's connections. */
public enum ChannelState {

    /** Nothing was called yet. */
    IDLE,

    /** A connection is being made. */
    CONNECTING,

    /** Calls can be made. */
    READY,

    /**
     * The server has answered nothing for ten seconds, though a call has waited for its
     * reply in vain and it was asked whether it lives: it is stopped, in a long pause, or
     * all its threads are held up. Calls are sent nevertheless, and end by their
     * deadlines. It is {@link #READY} again with the first sign of life. This is seen
     * when the state is asked for; a listener is not told.
     */
    UNRESPONSIVE,

    /** The server cannot be reached; the next attempt is due after a backoff. */
    TRANSIENT_FAILURE,

    /** Closed for good. */
    SHUTDOWN

}
