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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.transport.ConnectionHandler;
import io.github.shmrpc.transport.Dialled;
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

    private static final long BACKLOG_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(5);

    private final Endpoint endpoint;

    private final TransportOptions options;

    private final @Nullable MemoryCarrier memory;

    private final long deadlineNs;

    private Dialler(Endpoint endpoint, TransportOptions options, @Nullable MemoryCarrier memory) {
        this.endpoint = endpoint;
        this.options = options;
        this.memory = memory;
        this.deadlineNs = System.nanoTime() + options.handshakeTimeout().toNanos();
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
        return new Dialler(endpoint, options, memory).dial(handler);
    }

    private Dialled dial(ConnectionHandler handler) throws IOException {
        SocketPoller poller = SocketPoller.ofDialler(options);
        SocketChannel control = null;
        try {
            control = open();
            UserPrincipal user = PeerUser.of(control);
            if (!PeerUser.isAllowed(user, options.allowedUsers())) {
                throw permanent(RpcStatus.PERMISSION_DENIED, "the server runs as user " + user.getName() + ", not as "
                        + PeerUser.own().getName() + ": add it to the allowed users if it is trusted", null);
            }
            write(control, hello());
            HandshakeMessage welcome = read(control, Kind.WELCOME);
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
                connection = new UnixConnection(new Link(control, null, true, name, user.getName(), maxFrameLength,
                        options, handler, Runnable::run));
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
            .with(Field.MAX_FRAME_LENGTH, options.maxFrameLength());
    }

    private SocketConnection attach(SocketChannel control, MemoryCarrier memory, HandshakeMessage welcome, String name,
            UserPrincipal user, int maxFrameLength, ConnectionHandler handler) throws IOException {
        SharedSegment segment = memory.open(new SegmentOffer(Path.of(welcome.text(Field.SEGMENT_PATH)),
                welcome.number(Field.RING_LENGTH, 1, Integer.MAX_VALUE)));
        SocketChannel wake = null;
        try {
            wake = open();
            write(wake, new HandshakeMessage(Kind.ATTACH).with(Field.TOKEN, welcome.bytes(Field.TOKEN)));
            read(wake, Kind.READY);
            return segment.connect(new Link(wake, control, true, name, user.getName(), maxFrameLength, options, handler,
                    Runnable::run));
        }
        catch (IOException | RuntimeException ex) {
            Link.closeQuietly(wake);
            segment.discard();
            throw ex;
        }
    }

    private SocketChannel open() throws IOException {
        while (true) {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                channel.configureBlocking(false);
                channel.connect(UnixDomainSocketAddress.of(endpoint.path()));
                return channel;
            }
            catch (IOException ex) {
                channel.close();
                if (!"Resource temporarily unavailable".equals(ex.getMessage())) {
                    throw explained(ex);
                }
                // The backlog is full: the server is busy or stopped.
                LockSupport.parkNanos(Math.min(BACKLOG_PAUSE_NS, remainingNs("its backlog is full")));
            }
        }
    }

    private IOException explained(IOException ex) throws IOException {
        String message = String.valueOf(ex.getMessage());
        if (ex instanceof BindException || message.contains("Permission denied")) {
            return permanent(RpcStatus.PERMISSION_DENIED,
                    "user " + PeerUser.own().getName()
                            + " may not open the socket: run both sides as one user, or let the server allow this one",
                    ex);
        }
        if (ex instanceof ConnectException) {
            boolean socket = !Files.isRegularFile(endpoint.path(), LinkOption.NOFOLLOW_LINKS);
            return new IOException("Cannot connect to " + endpoint + ": "
                    + (socket ? "the server that made this socket is gone" : "this file is not a socket"), ex);
        }
        if (ex instanceof SocketException && message.contains("No such file")) {
            return new IOException(
                    "Cannot connect to " + endpoint + ": there is no such socket. Is the server running?", ex);
        }
        return new IOException("Cannot connect to " + endpoint + ": " + message, ex);
    }

    private PermanentConnectException permanent(RpcStatus status, String why, @Nullable IOException cause) {
        return new PermanentConnectException(status, "Cannot connect to " + endpoint + ": " + why, cause);
    }

    private void write(SocketChannel channel, HandshakeMessage message) throws IOException {
        ByteBuffer bytes = message.encode();
        try {
            while (bytes.hasRemaining()) {
                if (channel.write(bytes) == 0) {
                    await(channel, SelectionKey.OP_WRITE);
                }
            }
        }
        catch (IOException ex) {
            // A server that refuses this user does not wait for HELLO: what it said can
            // still be read.
            if (!Link.isEnd(ex)) {
                throw ex;
            }
        }
    }

    private HandshakeMessage read(SocketChannel channel, Kind expected) throws IOException {
        ByteBuffer received = ByteBuffer.allocate(HandshakeMessage.HEADER_LENGTH + HandshakeMessage.MAX_FIELDS_LENGTH);
        while (true) {
            HandshakeMessage message = HandshakeMessage.decode(received);
            if (message != null) {
                return checked(message, expected);
            }
            int count = channel.read(received);
            if (count < 0) {
                throw new IOException(
                        "Cannot connect to " + endpoint + ": the server closed the connection in the handshake");
            }
            if (count == 0) {
                await(channel, SelectionKey.OP_READ);
            }
        }
    }

    private HandshakeMessage checked(HandshakeMessage message, Kind expected) throws IOException {
        if (message.kind() == Kind.REFUSED) {
            RpcStatus status = RpcStatus.ofCode((int) message.number(Field.STATUS));
            String text = "the server refused: " + message.text(Field.TEXT);
            throw (status == RpcStatus.UNAVAILABLE || status == RpcStatus.RESOURCE_EXHAUSTED)
                    ? new IOException("Cannot connect to " + endpoint + ": " + text) : permanent(status, text, null);
        }
        if (message.kind() != expected) {
            throw permanent(RpcStatus.INTERNAL, "the server sent " + message.kind() + " where " + expected + " was due",
                    null);
        }
        return message;
    }

    private void await(SocketChannel channel, int operation) throws IOException {
        long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(remainingNs("no answer in the handshake")));
        try (Selector selector = Selector.open()) {
            channel.register(selector, operation);
            selector.select(millis);
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("Interrupted while connecting to " + endpoint);
        }
    }

    private long remainingNs(String why) throws IOException {
        long remainingNs = deadlineNs - System.nanoTime();
        if (remainingNs <= 0) {
            throw new IOException("Cannot connect to " + endpoint + " within " + options.handshakeTimeout().toMillis()
                    + " ms: " + why + ". Is the server stopped or overloaded?");
        }
        return remainingNs;
    }

}
