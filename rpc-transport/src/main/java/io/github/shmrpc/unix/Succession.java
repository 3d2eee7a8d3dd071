package io.github.shmrpc.unix;

import java.io.IOException;
import java.nio.channels.SocketChannel;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.transport.TransportOptions;
import io.github.shmrpc.unix.HandshakeMessage.Field;
import io.github.shmrpc.unix.HandshakeMessage.Kind;

/**
 * The successor's side of a hand-over. The server that was asked holds its lock and goes
 * on serving until it is told that the successor listens; should the successor end before
 * that, it makes its socket anew, as if nothing had been. For one thread.
 */
final class Succession implements AutoCloseable {

    private final HandshakeSockets sockets;

    private final SocketChannel channel;

    private Succession(HandshakeSockets sockets, SocketChannel channel) {
        this.sockets = sockets;
        this.channel = channel;
    }

    /**
     * Asks the server that listens on an endpoint to hand it over.
     * @return granted: until {@link #taken} or the end of this
     * @throws io.github.shmrpc.transport.PermanentConnectException if it is of another
     * user, or will not
     * @throws IOException if nobody listens, or it will not now
     */
    static Succession ask(Endpoint endpoint, TransportOptions options) throws IOException {
        HandshakeSockets sockets = new HandshakeSockets(endpoint, options.handshakeTimeout());
        SocketChannel channel = sockets.open();
        try {
            if (!PeerUser.of(channel).equals(PeerUser.own())) {
                throw sockets.permanent(RpcStatus.PERMISSION_DENIED, "the server belongs to another user", null);
            }
            sockets.write(channel, new HandshakeMessage(Kind.TAKE_OVER).with(Field.NAME, options.name()));
            sockets.read(channel, Kind.GRANTED);
            return new Succession(sockets, channel);
        }
        catch (IOException | RuntimeException ex) {
            Link.closeQuietly(channel);
            throw ex;
        }
    }

    /**
     * The successor listens. Waits until the other server has let go, or has ended.
     * @throws IOException if it does not in time
     */
    void taken() throws IOException {
        sockets.write(channel, new HandshakeMessage(Kind.TAKEN));
        sockets.awaitEnd(channel);
    }

    @Override
    public void close() {
        Link.closeQuietly(channel);
    }

}
