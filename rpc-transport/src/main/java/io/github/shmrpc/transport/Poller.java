package io.github.shmrpc.transport;

import org.jspecify.annotations.Nullable;

/**
 * The inbound side of one connection (a client's) or of all connections of an
 * {@link Acceptor}. Entered by one thread at a time, the holder of the poll role, except
 * {@link #wakeup()}; who passes the role on does so with a happens-before.
 */
public interface Poller {

    /**
     * Takes the next whole frame: it is consumed when this returns. Never blocks.
     * Connections are served in turn, none for more than a budget while others wait.
     * Connections that ended are reported to {@link ConnectionHandler#closed} from here,
     * after their last frame.
     * @param frame is cleared and filled
     * @return where it came from, or {@code null} if there is none now (the frame is
     * undefined then)
     */
    @Nullable Connection poll(InboundFrame frame);

    /**
     * Waits until there may be something to poll: after a {@code null} of {@link #poll}.
     * The carrier spins, yields and sleeps as its wait mode says. Returns at once if the
     * thread is interrupted (and leaves the flag set).
     * @param timeoutNs at most; {@link Long#MAX_VALUE} waits for ever
     */
    void await(long timeoutNs);

    /**
     * The same for a thread that polls on behalf of others: as they need the cores more,
     * it sleeps without spinning first where the wait mode does not ask for that.
     * @param timeoutNs at most; {@link Long#MAX_VALUE} waits for ever
     */
    default void awaitQuietly(long timeoutNs) {
        await(timeoutNs);
    }

    /**
     * The same while nothing is due: nobody waits for a frame, and the peer may send none
     * for hours.
     * @param timeoutNs at most; {@link Long#MAX_VALUE} waits for ever
     */
    default void awaitIdly(long timeoutNs) {
        awaitQuietly(timeoutNs);
    }

    /**
     * Looks once for what only {@link #await} notices otherwise: frames that the kernel
     * carries, and peers that are gone. Never blocks. For a holder that polls now and
     * then and never waits: after a {@code null} of {@link #poll}, which may find
     * something then.
     * @param overdue whether a frame should have come since the last look, so that a peer
     * that is held up is to be told
     */
    default void look(boolean overdue) {
    }

    /** Makes the current or the next {@link #await} return. Any thread. */
    void wakeup();

}
