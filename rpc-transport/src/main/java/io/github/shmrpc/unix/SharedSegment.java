package io.github.shmrpc.unix;

/**
 * A mapped segment that becomes a connection, or is discarded. For one thread at a time.
 */
public interface SharedSegment {

    /**
     * What to tell the dialler of it.
     * @return path and sizes
     */
    SegmentOffer offer();

    /** Both sides have mapped it: its name goes, so that nothing is left whoever dies. */
    void unlink();

    /**
     * The connection through it.
     * @param link what the handshake agreed on
     * @return the connection, which owns the mapping from now on
     */
    SocketConnection connect(Link link);

    /** Frees it, name and mapping, if it did not become a connection. */
    void discard();

}
