package io.github.shmrpc.client;

/** The state of a channel's connections. */
public enum ChannelState {

    /** Nothing was called yet. */
    IDLE,

    /** A connection is being made. */
    CONNECTING,

    /** Calls can be made. */
    READY,

    /** The server cannot be reached; the next attempt is due after a backoff. */
    TRANSIENT_FAILURE,

    /** Closed for good. */
    SHUTDOWN

}
