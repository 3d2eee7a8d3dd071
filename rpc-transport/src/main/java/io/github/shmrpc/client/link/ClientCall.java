package io.github.shmrpc.client.link;

import io.github.shmrpc.stream.ConnectionStreams;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.ProtocolException;

/**
 * A call in flight. While it is in a {@link CallTable}, whoever takes it out of there, by
 * compare-and-set, owns its completion: exactly one thread ever calls one of
 * {@link #replied} and {@link #lost}, or ends the call on its own account.
 */
public abstract class ClientCall {

    /**
     * Its number on its connection; written before the call is put into the table, which
     * publishes it.
     */
    private long id;

    protected ClientCall() {
    }

    public final long id() {
        return id;
    }

    final void id(long id) {
        this.id = id;
    }

    /**
     * Until when it waits. For the thread that sends it or waits for it.
     * @return on the clock of {@link System#nanoTime()}
     */
    public abstract long deadlineNs();

    /**
     * A RESPONSE or ERROR has come. Called by the holder of the poll role; must not
     * throw.
     * @param frame validated; its bytes may be taken by {@link InboundFrame#swap}
     */
    abstract void replied(InboundFrame frame);

    /**
     * A MESSAGE has come. Called by the holder of the poll role.
     * @param from the connection, which has counted it
     * @param frame validated
     * @throws ProtocolException if the call takes no stream
     */
    void message(ConnectionStreams from, InboundFrame frame) throws ProtocolException {
        throw new ProtocolException("Stream message for a call without a stream: " + id);
    }

    /**
     * Metadata has come ahead of the answer. Called by the holder of the poll role. Most
     * calls do not care.
     * @param frame validated
     */
    void headers(InboundFrame frame) {
    }

    /**
     * A CREDIT has come. Called by the holder of the poll role.
     * @param bytes positive
     * @throws ProtocolException if the call sends no stream, or that is too much
     */
    void allow(int bytes) throws ProtocolException {
        throw new ProtocolException("Credit for a call without a stream: " + id);
    }

    /**
     * No reply will come. Called by the holder of the poll role; must not throw.
     * @param loss why
     */
    abstract void lost(Loss loss);

    /**
     * Whether its caller should go on polling.
     * @param on where
     * @return false once it has ended, or is not in flight there any more
     */
    abstract boolean needsPolling(FrameSink on);

    /** Why no reply will come. */
    public enum Loss {

        /** The connection has ended. */
        CONNECTION_ENDED,

        /**
         * The server takes no more calls on this connection, and did not take this one.
         */
        NOT_ACCEPTED

    }

}
