package io.github.shmrpc;

/** What is known about the execution of a call that failed. */
public enum Outcome {

    /** The server took the call and answered with this status. */
    ANSWERED,

    /** The call was certainly not executed: safe to try again. */
    NOT_EXECUTED,

    /**
     * The call may or may not have been executed: try again only if that does no harm.
     */
    UNKNOWN

}
