package io.github.shmrpc.unix;

import io.github.shmrpc.transport.ProtocolException;

/**
 * A mapped segment that becomes a connection, or is discarded. For one thread at a time.
 */
public interface SharedSegment {

    /**
     * What to tell the dialler of it.
     * @return path and sizes
     */
    SegmentOffer offer();

    /**
     * Both sides have mapped it: nobody else finds it any more, so that nothing is left
     * whoever dies.
     * @throws ProtocolException if the dialler has not sealed what is to be sealed
     */
    void mappedByBoth() throws ProtocolException;

    /**
     * The connection through it.
     * @param link what the handshake agreed on
     * @return the connection, which owns the mapping from now on
     */
    SocketConnection connect(Link link);

    /** Frees it, name and mapping, if it did not become a connection. */
    void discard();

}
