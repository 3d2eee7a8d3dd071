package io.github.shmrpc.duplex;

import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.ProtocolException;

/** Calls the peer of an accepted connection. Any thread, where not said otherwise. */
public interface CallerHalf {

    PeerCalls calls();

    /**
     * Takes in a frame of a call that is still open, or of all. Called by the holder of
     * the poll role.
     * @param type MESSAGE, HEADERS, CREDIT, GOAWAY or PONG
     * @param frame validated; valid during this call
     * @throws ProtocolException if the peer must not send it
     */
    void received(byte type, InboundFrame frame) throws ProtocolException;

    /**
     * Ends a call. After the poll role, as it may run the application's code.
     * @param frame a validated RESPONSE or ERROR
     */
    void replied(InboundFrame frame);

    /**
     * Whether messages of broadcasts wait for room.
     * @return true if {@link #flush} has something to do
     */
    boolean isOccupied();

    /** Sends of those what there is room for. */
    void flush();

    /** Messages of broadcasts that the peer was too slow for. */
    long droppedMessages();

    /** The connection has ended: so do all calls. Not in the poll role. Once. */
    void ended();

}
