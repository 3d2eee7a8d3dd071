package io.github.shmrpc.transport;

/**
 * Whether shared memory is sealed: memory without a file system, whose size nobody can
 * change any more, nor take pages away from it, not even a peer of the same user or root.
 * Needs Linux 5.1 and Java 22 on both sides.
 */
public enum HardenedMode {

    /** Memory is in files, and no native code is called. */
    OFF,

    /** Sealed where both sides can do that, else in files. */
    PREFERRED,

    /** Sealed; whoever cannot do that is refused, and no server starts that cannot. */
    REQUIRED

}
