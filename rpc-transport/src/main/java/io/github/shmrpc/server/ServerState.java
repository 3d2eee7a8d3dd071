package io.github.shmrpc.server;

/** Where a server stands. */
public enum ServerState {

    /** Not started, or stopped. */
    STOPPED,

    /** Takes calls. */
    LISTENING,

    /** Takes no more calls, and lets running ones end. */
    DRAINING,

    /** Nobody polls any more: it must be started again. The log says why. */
    FAILED

}
