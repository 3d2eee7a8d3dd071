package io.github.shmrpc.unix;

import java.io.IOException;
import java.nio.channels.SocketChannel;

import io.github.shmrpc.PeerInfo;
import io.github.shmrpc.transport.Connection;
import io.github.shmrpc.transport.ConnectionHandler;
import io.github.shmrpc.transport.ConnectionIds;
import io.github.shmrpc.transport.InboundFrame;
import org.jspecify.annotations.Nullable;

/**
 * A connection whose life is that of a Unix socket: what is common to frames through the
 * socket and frames through memory. Its inbound side is driven by a {@link SocketPoller}.
 * <p>
 * The order at the end matters: a side stops to take frames before it closes its sockets,
 * and the other looks at what was taken after it saw the end. Hence an accepting side's
 * sockets are closed by the holder of the poll role only.
 */
public abstract class SocketConnection implements Connection {

    private final Link link;

    private final PeerInfo peer;

    /** Set once by any thread, read by all: this side wants the end. */
    private volatile boolean closed;

    /** Set by the thread that sees the end of a socket, read by all. */
    private volatile boolean peerGone;

    /** Set by the thread that finds the peer breaking the protocol, read by all. */
    private volatile @Nullable IOException breach;

    /**
     * Set once before the first poll; the acceptor's thread publishes it with the
     * connection.
     */
    private volatile @Nullable Object attachment;

    /** Set once before the connection is handed out. */
    private volatile @Nullable SocketPoller poller;

    /** Holder of the poll role only: closed() was called. */
    private boolean finished;

    protected SocketConnection(Link link, String carrier) {
        this.link = link;
        this.peer = new PeerInfo(link.peerName(), link.peerUser(), carrier, ConnectionIds.next(), link.peerServices());
    }

    /**
     * Takes the next frame. Holder of the poll role.
     * @param frame is filled
     * @return false if there is none whole
     * @throws IOException if the peer broke the protocol or the socket
     */
    protected abstract boolean pollFrame(InboundFrame frame) throws IOException;

    /**
     * Whether an inbound frame can be seen without asking the kernel. Holder of the poll
     * role.
     * @return true if {@link #pollFrame} will find something
     */
    protected abstract boolean hasInbound();

    /**
     * Whether {@link #hasInbound()} ever says more than the last {@link #readable()} did.
     * @return true if spinning makes sense
     */
    protected abstract boolean canSpin();

    /**
     * Whether a part of a frame has come whose rest is on its way. Holder of the poll
     * role.
     * @return true if more will follow at once
     */
    protected boolean isMidFrame() {
        return false;
    }

    /** Asks the peer to wake us up from now on. Holder of the poll role. */
    protected abstract void arm();

    /** Asks the peer not to wake us up any more. Holder of the poll role. */
    protected abstract void disarm();

    /**
     * Reads what the socket has. Holder of the poll role.
     * @throws IOException if that fails, which means the end
     */
    protected abstract void readable() throws IOException;

    /**
     * Frees what the connection holds; nobody polls any more. Holder of the poll role.
     */
    protected abstract void release();

    /**
     * The dialling side is about to sleep, armed, with nothing inbound: the moment to
     * tell a held-up peer.
     * @param spun whether it has spun for its full time before
     */
    protected void aboutToSleep(boolean spun) {
    }

    /**
     * Whether the peer has not taken all frames that were offered. Holder of the poll
     * role.
     * @return true if it is certain
     */
    protected boolean isPeerBehind() {
        return false;
    }

    /**
     * Whether the last frames offered had to wake the peer. Resets it. Holder of the poll
     * role.
     * @return true if so
     */
    protected boolean wokePeer() {
        return false;
    }

    /**
     * What the peer noted of its pause before the request that woke us. Resets it. Holder
     * of the poll role.
     * @return nanoseconds, or -1 for unknown
     */
    protected long takeThinkTimeNs() {
        return -1;
    }

    /**
     * The acceptor's control thread was told that the peer waits, and will be told again.
     * Control thread.
     */
    protected void watcherTold() {
    }

    protected final Link link() {
        return link;
    }

    protected final boolean isPeerGone() {
        return peerGone;
    }

    final SocketChannel channel() {
        return link.data();
    }

    final void attachTo(SocketPoller poller) {
        this.poller = poller;
    }

    /** Notes that the peer closed or died. Any thread. */
    protected final void peerGone() {
        if (!peerGone) {
            peerGone = true;
            attend();
        }
    }

    /** Ends it for good. Holder of the poll role. */
    final void finish(@Nullable IOException cause) {
        if (!finished) {
            finished = true;
            closed = true;
            link.closeSockets();
            release();
            handler().closed(this, cause);
        }
    }

    final boolean isFinished() {
        return finished;
    }

    /**
     * The peer broke the protocol, as a thread that offers found out. Any thread.
     * @param cause what was read and what was expected
     */
    protected final void breached(IOException cause) {
        breach = cause;
        attend();
    }

    /**
     * What {@link #breached} was told.
     * @return the cause, or {@code null}
     */
    final @Nullable IOException breach() {
        return breach;
    }

    final ConnectionHandler handler() {
        return link.handler();
    }

    @Override
    public int maxFrameLength() {
        return link.maxOutboundLength();
    }

    @Override
    public PeerInfo peer() {
        return peer;
    }

    @Override
    public boolean isOpen() {
        return !closed && !peerGone && breach == null;
    }

    protected final boolean isClosed() {
        return closed;
    }

    @Override
    public @Nullable Object attachment() {
        return attachment;
    }

    @Override
    public void attachment(Object attachment) {
        this.attachment = attachment;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            if (link.dialled()) {
                link.closeSockets();
            }
            attend();
        }
    }

    private void attend() {
        SocketPoller current = poller;
        if (current != null) {
            current.attend(this);
        }
    }

    @Override
    public String toString() {
        return peer.carrier() + " connection " + peer.connectionId() + " " + (link.dialled() ? "to " : "from ")
                + peer.name() + " (user " + peer.user() + ")";
    }

}
