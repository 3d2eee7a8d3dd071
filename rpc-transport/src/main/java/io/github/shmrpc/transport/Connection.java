package io.github.shmrpc.transport;

import io.github.shmrpc.PeerInfo;
import org.jspecify.annotations.Nullable;

/**
 * Carries opaque frames to and from one peer. Frames arrive once, whole and in the order
 * in which {@link #offer} took them; those that a peer sent before it died still arrive.
 */
public interface Connection extends AutoCloseable {

    /**
     * Offers a frame to the peer. Never blocks. Any thread; the same frame by one thread
     * at a time. A frame that is larger than the room goes in parts: offer it again until
     * it is taken, or {@link #abandon} it.
     * @param frame not empty, at most {@link #maxFrameLength()}
     * @return true once all of it is taken; false if there is no room now, or another
     * large frame is on its way
     * @throws IllegalArgumentException if it is empty or too long
     * @throws ConnectionClosedException if the connection is closed
     */
    boolean offer(OutboundFrame frame);

    /**
     * Lends a frame memory of the carrier's for its body, so that a large message can be
     * written where the peer will read it. Any thread.
     * @param frame has its head; its message is to be written to
     * {@link OutboundFrame#writable}
     * @param length of the message in bytes
     * @return false if there is no such memory, or it does not pay: the message goes into
     * the frame's own array
     */
    default boolean claimBody(OutboundFrame frame, int length) {
        return false;
    }

    /**
     * Gives up a frame that was taken in part: the peer discards that part.
     * @param frame one for which {@link #offer} returned false
     */
    void abandon(OutboundFrame frame);

    /**
     * Whether the peer may have taken a frame. Answered for good once the connection is
     * closed.
     * @param position {@link OutboundFrame#position()} after {@link #offer} returned true
     * @return false if it certainly never will or did
     */
    boolean wasTaken(long position);

    /**
     * Longest frame.
     * @return bytes
     */
    int maxFrameLength();

    /**
     * Whether it pays to compress long messages, and the peer inflates them.
     * @return false for carriers whose bytes cost nothing
     */
    default boolean takesCompressed() {
        return false;
    }

    /**
     * Who is on the other end.
     * @return the peer
     */
    PeerInfo peer();

    boolean isOpen();

    /**
     * Whether frames go through the socket as memory could not be shared, though the
     * endpoint is one of shared memory.
     * @return true if so
     */
    default boolean isFallback() {
        return false;
    }

    /**
     * What it has carried and how full it is. Any thread, also after the end.
     * @return a snapshot, or {@code null} if the carrier does not know
     */
    default @Nullable ConnectionUsage usage() {
        return null;
    }

    /**
     * What the layer above keeps with this connection. Set before the first frame is
     * polled.
     * @return its object, or {@code null}
     */
    @Nullable Object attachment();

    void attachment(Object attachment);

    /**
     * Has the layer above dial anew, as if the peer had asked it to go elsewhere: calls
     * that run end here. Any thread; returns soon. Does nothing where only the peer can
     * ask for that.
     */
    default void leave() {
    }

    /**
     * Ends the connection. Any thread, any number of times, also within a callback. The
     * poller reports it through {@link ConnectionHandler#closed} when it has come by, and
     * what the connection holds is freed then: so it must be polled until that. An
     * accepting side's peer learns of it then, too, as nothing may be taken any more once
     * the peer looks at what was.
     */
    @Override
    void close();

}
