package io.github.shmrpc.server.poll;

import io.github.shmrpc.transport.Connection;
import io.github.shmrpc.transport.InboundFrame;
import org.jspecify.annotations.Nullable;

/**
 * What a polling thread does with frames. Each thread has one of its own, which may
 * therefore keep buffers between frames.
 * <p>
 * <em>In the role</em> means: by the one thread that holds the poll role; what such
 * methods write is seen by all later ones, on whatever thread and handler.
 */
public interface PollHandler {

    /**
     * Takes a frame in. In the role, so nobody else is served meanwhile.
     * @param connection where the frame came from
     * @param frame this thread's; stays valid while {@link #serve} runs
     * @return true if there is work that may take long: {@link #serve} follows
     * @throws Exception if the connection must end
     */
    boolean accept(Connection connection, InboundFrame frame) throws Exception;

    /**
     * Gives away what was just accepted if it may take long: asked while no thread could
     * take the role over. In the role.
     * @param hasRoom false if enough waits already: a call that would begin is refused
     * then, and nothing of it is left to {@link #serve}
     * @return for {@link #accept(Runnable)} of another thread; {@code null} if
     * {@link #serve} takes no time and follows
     * @throws Exception if the connection must end
     */
    @Nullable Runnable giveAway(boolean hasRoom) throws Exception;

    /**
     * Takes what a handler of the crew has given away: {@link #serve} follows.
     * @param given by whichever handler
     */
    void accept(Runnable given);

    /**
     * Looks for work that needs no frame. In the role, after each poll.
     * @return true if there is some: {@link #serve} follows
     */
    boolean acceptDeferred();

    /**
     * Does what was accepted. May take any time: if it takes too long, another thread
     * takes the role over. Throws nothing.
     */
    void serve();

    /**
     * The role was taken over while this handler's {@link #serve} runs, or has just
     * returned. In the role, by the thread that took it, before it polls.
     */
    void overtaken();

    /**
     * The same, by the handler's own thread after {@link #serve} has returned.
     */
    void lost();

    /**
     * A frame or a callback failed with something that {@link #accept} threw. In the
     * role.
     * @param connection the guilty one; to be closed
     * @param failure what was thrown
     */
    void failed(Connection connection, Throwable failure);

    /**
     * Nothing is to be polled now. In the role.
     * @return nanoseconds to wait at most, {@link Long#MAX_VALUE} if nothing else is due,
     * 0 if there is something for {@link #acceptDeferred}
     */
    long idle();

}
