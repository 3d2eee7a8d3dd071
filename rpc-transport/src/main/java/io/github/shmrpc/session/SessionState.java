package io.github.shmrpc.session;

/** Where a session stands. */
public enum SessionState {

    /** No connection was asked for yet. */
    IDLE,

    /** The dialler is at work, and the attempt before, if any, was no failure. */
    CONNECTING,

    /** There is a connection. */
    READY,

    /** The last attempt failed. */
    TRANSIENT_FAILURE,

    /** Closed for good. */
    SHUTDOWN

}
