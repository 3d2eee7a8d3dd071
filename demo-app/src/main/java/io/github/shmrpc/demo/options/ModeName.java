package io.github.shmrpc.demo.options;

import java.util.Locale;

/** What the demo can do. */
public enum ModeName {

    /** Starts a server in a second JVM and shows one call of each kind. */
    EXAMPLE,

    /** Serves until it is told to stop. */
    SERVER,

    /** Sends test requests to a running server and prints the answers. */
    CLIENT,

    /** Sends requests one after the other. */
    STRESS,

    /** Sends requests from many callers at once. */
    CONCURRENT,

    /** Shows each way in which a call fails. */
    ERROR;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

}
