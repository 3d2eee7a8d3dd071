package io.github.shmrpc.duplex;

import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.ProtocolException;

/** Serves the calls that the peer of a dialled connection makes. */
public interface CalleeHalf {

    /**
     * Takes in a frame of such a call. Called by the holder of the poll role; runs no
     * code of the application's that may take long.
     * @param type of the frame
     * @param frame validated; valid during this call
     * @throws ProtocolException if the peer must not send it
     */
    void received(byte type, InboundFrame frame) throws ProtocolException;

    /**
     * Whether no call is being served. Any thread.
     * @return true between two calls
     */
    boolean isIdle();

    /** Tells the peer to call no more, and refuses the calls that come nevertheless. */
    void refuseCalls();

    /** The connection has ended: cancels what is being served. Once. */
    void ended();

}
