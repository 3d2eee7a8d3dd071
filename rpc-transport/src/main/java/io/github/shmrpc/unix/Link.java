package io.github.shmrpc.unix;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.Executor;

import io.github.shmrpc.transport.ConnectionHandler;
import io.github.shmrpc.transport.TransportOptions;
import org.jspecify.annotations.Nullable;

/**
 * What the handshake agreed on.
 *
 * @param data carries frames, or the wake-ups of shared memory; non-blocking
 * @param control tells a shared-memory acceptor that the dialler waits or died;
 * {@code null} if frames go through the socket
 * @param dialled whether this side dialled
 * @param peerName what the peer calls itself
 * @param peerUser the peer's Unix user
 * @param peerServices what a dialling peer lets this side call
 * @param maxOutboundLength longest frame that the peer takes, in bytes
 * @param options this side's own
 * @param handler is told of the end
 * @param background runs what would hold up the poll role; only an acceptor's runs it on
 * another thread
 */
public record Link(SocketChannel data, @Nullable SocketChannel control, boolean dialled, String peerName,
        String peerUser, List<String> peerServices, int maxOutboundLength, TransportOptions options,
        ConnectionHandler handler, Executor background) {

    void closeSockets() {
        closeQuietly(data);
        closeQuietly(control);
    }

    static void closeQuietly(@Nullable AutoCloseable closeable) {
        if (closeable != null) {
            try {
                closeable.close();
            }
            catch (Exception ex) {
                // It is gone either way.
            }
        }
    }

    /**
     * Longest frame that this side takes.
     * @return bytes
     */
    public int maxInboundLength() {
        return options.maxFrameLength();
    }

    /**
     * Names the other end in errors.
     * @return e.g. {@code world (user game)}
     */
    public String peerText() {
        return peerName + " (user " + peerUser + ")";
    }

    /**
     * The end of a socket, seen as a read of -1 or as a reset when the dead peer left
     * bytes unread.
     */
    static boolean isEnd(IOException ex) {
        return ex instanceof java.net.SocketException || ex instanceof java.nio.channels.ClosedChannelException
                || "Connection reset by peer".equals(ex.getMessage()) || "Broken pipe".equals(ex.getMessage());
    }

}
