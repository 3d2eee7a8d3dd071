package io.github.shmrpc.unix;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.transport.ConnectionHandler;
import io.github.shmrpc.transport.Dialled;
import io.github.shmrpc.transport.HardenedMode;
import io.github.shmrpc.transport.PermanentConnectException;
import io.github.shmrpc.transport.Transport;
import io.github.shmrpc.transport.TransportOptions;
import io.github.shmrpc.unix.HandshakeMessage.Field;
import io.github.shmrpc.unix.HandshakeMessage.Kind;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The dialling side of the handshake: connect, look who is there, HELLO, WELCOME; for
 * shared memory also map the segment and attach a second socket for wake-ups. All
 * channels are non-blocking, so that an interrupt closes none.
 */
public final class Dialler {

    private static final Logger logger = LoggerFactory.getLogger(Dialler.class);

    /** How often a server may say that another one has taken its place meanwhile. */
    private static final int MAX_MOVES = 3;

    private final Endpoint endpoint;

    private final TransportOptions options;

    private final @Nullable MemoryCarrier memory;

    private final HandshakeSockets sockets;

    /** Whether sealed memory can be mapped, as far as is known. */
    private boolean seals;

    private Dialler(Endpoint endpoint, TransportOptions options, @Nullable MemoryCarrier memory) {
        this.endpoint = endpoint;
        this.options = options;
        this.memory = memory;
        this.sockets = new HandshakeSockets(endpoint, options.handshakeTimeout());
    }

    /**
     * Dials a server.
     * @param endpoint with a path
     * @param options limits and waiting
     * @param handler is told of the end
     * @param memory how to map segments, or {@code null} to send frames through the
     * socket
     * @return the connection
     * @throws IOException with what was wrong and what to do
     */
    public static Dialled dial(Endpoint endpoint, TransportOptions options, ConnectionHandler handler,
            @Nullable MemoryCarrier memory) throws IOException {
        Dialler dialler = new Dialler(endpoint, options, memory);
        dialler.seals = dialler.seals();
        for (int moves = 0; moves < MAX_MOVES; moves++) {
            try {
                return dialler.dial(handler);
            }
            catch (EndpointMovedException moved) {
                logger.debug("{}: {}", endpoint, moved.getMessage());
            }
            catch (SealedMemoryException unreachable) {
                dialler.doWithoutSeals(unreachable);
            }
        }
        return dialler.dial(handler);
    }

    private boolean seals() throws PermanentConnectException {
        try {
            return memory != null && memory.seals(options.hardened());
        }
        catch (IOException ex) {
            throw sockets.permanent(RpcStatus.FAILED_PRECONDITION, String.valueOf(ex.getMessage()), ex);
        }
    }

    private void doWithoutSeals(SealedMemoryException unreachable) throws SealedMemoryException {
        if (options.hardened() == HardenedMode.REQUIRED) {
            throw unreachable;
        }
        logger.warn("{}: memory is not sealed, as {}", endpoint, unreachable.getMessage());
        seals = false;
    }

    private Dialled dial(ConnectionHandler handler) throws IOException {
        SocketPoller poller = SocketPoller.ofDialler(options);
        SocketChannel control = null;
        try {
            control = sockets.open();
            UserPrincipal user = PeerUser.of(control);
            if (!PeerUser.isAllowed(user, options.allowedUsers())) {
                throw sockets
                    .permanent(
                            RpcStatus.PERMISSION_DENIED, "the server runs as user " + user.getName() + ", not as "
                                    + PeerUser.own().getName() + ": add it to the allowed users if it is trusted",
                            null);
            }
            sockets.write(control, hello());
            HandshakeMessage welcome = sockets.read(control, Kind.WELCOME);
            int maxFrameLength = welcome.number(Field.MAX_FRAME_LENGTH, 1024, 1 << 30);
            welcome.number(Field.PROTOCOL, Transport.PROTOCOL_VERSION, Transport.PROTOCOL_VERSION);
            Carriers carrier = Carriers.ofNumber(welcome.number(Field.CARRIER));
            String name = welcome.text(Field.NAME);
            SocketConnection connection;
            if (carrier == Carriers.SHM && memory != null) {
                connection = attach(control, memory, welcome, name, user, maxFrameLength, handler);
            }
            else {
                logFallback();
                connection = new UnixConnection(new Link(control, null, true, name, user.getName(), List.of(),
                        maxFrameLength, options, handler, Runnable::run),
                        welcome.hasFeature(HandshakeMessage.FEATURE_GZIP), memory != null);
            }
            connection.attachTo(poller);
            poller.attend(connection);
            return new Dialled(connection, poller);
        }
        catch (IOException | RuntimeException ex) {
            Link.closeQuietly(control);
            poller.close();
            throw ex;
        }
    }

    private void logFallback() {
        if (memory != null) {
            logger.warn("{}: frames go through the Unix socket, as the server could not share memory", endpoint);
        }
    }

    private HandshakeMessage hello() {
        return new HandshakeMessage(Kind.HELLO).with(Field.MIN_PROTOCOL, Transport.PROTOCOL_VERSION)
            .with(Field.MAX_PROTOCOL, Transport.PROTOCOL_VERSION)
            .with(Field.CARRIERS, Carriers.mask(memory != null, memory == null || options.unixFallback()))
            .with(Field.NAME, options.name())
            .with(Field.MAX_FRAME_LENGTH, options.maxFrameLength())
            .with(Field.FEATURES, HandshakeMessage.FEATURE_GZIP | (seals ? HandshakeMessage.FEATURE_SEALED : 0))
            .with(Field.SERVICES, String.join(",", options.services()));
    }

    private SharedSegment open(SocketChannel control, MemoryCarrier memory, HandshakeMessage welcome)
            throws IOException {
        boolean sealed = seals && welcome.hasFeature(HandshakeMessage.FEATURE_SEALED);
        if (!sealed && options.hardened() == HardenedMode.REQUIRED) {
            throw sockets.permanent(RpcStatus.FAILED_PRECONDITION, "the server shares memory that is not sealed:"
                    + " set hardened=preferred there, on Java 22 or later", null);
        }
        SegmentOffer offer = new SegmentOffer(Path.of(welcome.text(Field.SEGMENT_PATH)),
                welcome.number(Field.RING_LENGTH, 1, Integer.MAX_VALUE), sealed);
        try {
            return memory.open(offer);
        }
        catch (IOException ex) {
            // A server that was replaced says so, and then deletes what it has offered.
            sockets.throwIfMoved(control);
            throw ex;
        }
    }

    private SocketConnection attach(SocketChannel control, MemoryCarrier memory, HandshakeMessage welcome, String name,
            UserPrincipal user, int maxFrameLength, ConnectionHandler handler) throws IOException {
        SharedSegment segment = open(control, memory, welcome);
        SocketChannel wake = null;
        try {
            wake = sockets.open();
            sockets.write(wake, new HandshakeMessage(Kind.ATTACH).with(Field.TOKEN, welcome.bytes(Field.TOKEN)));
            sockets.read(wake, Kind.READY);
            return segment.connect(new Link(wake, control, true, name, user.getName(), List.of(), maxFrameLength,
                    options, handler, Runnable::run));
        }
        catch (IOException | RuntimeException ex) {
            Link.closeQuietly(wake);
            segment.discard();
            throw ex;
        }
    }

}
