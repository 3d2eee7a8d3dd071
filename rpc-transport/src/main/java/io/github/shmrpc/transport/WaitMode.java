package io.github.shmrpc.transport;

/** How a side waits for its peer. */
public enum WaitMode {

    /** Spins while the peer answers fast, sleeps otherwise: no CPU when idle. */
    ADAPTIVE,

    /** Spins always: for a process that has a core of its own. */
    SPIN,

    /** Yields always: for processes that share cores and never idle. */
    YIELD,

    /** Sleeps at once. */
    PARK

}
