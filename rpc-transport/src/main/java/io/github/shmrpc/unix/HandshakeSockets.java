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
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.transport.PermanentConnectException;
import io.github.shmrpc.transport.ProtocolException;
import io.github.shmrpc.unix.HandshakeMessage.Field;
import io.github.shmrpc.unix.HandshakeMessage.Kind;
import org.jspecify.annotations.Nullable;

/**
 * Opens sockets to an endpoint and says the messages of the handshake through them, all
 * within one time. They are non-blocking, so that an interrupt closes none. For one
 * thread.
 */
final class HandshakeSockets {

    private static final long BACKLOG_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(5);

    private final Endpoint endpoint;

    private final Duration timeout;

    private final long deadlineNs;

    /**
     * Begins a handshake.
     * @param endpoint with a path
     * @param timeout for all of it
     */
    HandshakeSockets(Endpoint endpoint, Duration timeout) {
        this.endpoint = endpoint;
        this.timeout = timeout;
        this.deadlineNs = System.nanoTime() + timeout.toNanos();
    }

    /** A socket to whoever listens there now, not blocking. */
    SocketChannel open() throws IOException {
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

    PermanentConnectException permanent(RpcStatus status, String why, @Nullable IOException cause) {
        return new PermanentConnectException(status, "Cannot connect to " + endpoint + ": " + why, cause);
    }

    /** Writes all of a message; the peer's end is left for the next read to see. */
    void write(SocketChannel channel, HandshakeMessage message) throws IOException {
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

    /**
     * Reads the next message.
     * @throws EndpointMovedException if another server has taken the endpoint over
     * @throws PermanentConnectException if the server refuses for good
     * @throws IOException if it refuses for now, ends the socket, or does not answer in
     * time
     */
    HandshakeMessage read(SocketChannel channel, Kind expected) throws IOException {
        ByteBuffer received = ByteBuffer.allocate(HandshakeMessage.HEADER_LENGTH + HandshakeMessage.MAX_FIELDS_LENGTH);
        while (true) {
            HandshakeMessage message = HandshakeMessage.decode(received);
            if (message != null) {
                return checked(message, expected);
            }
            // What follows the message is not this one's to read.
            int count = channel.read(received.limit(HandshakeMessage.neededLength(received)));
            if (count < 0) {
                throw new IOException(
                        "Cannot connect to " + endpoint + ": the server closed the connection in the handshake");
            }
            if (count == 0) {
                await(channel, SelectionKey.OP_READ);
            }
        }
    }

    /** Throws if the peer has said that another server has its place. Never waits. */
    void throwIfMoved(SocketChannel channel) throws IOException {
        ByteBuffer received = ByteBuffer.allocate(HandshakeMessage.HEADER_LENGTH + HandshakeMessage.MAX_FIELDS_LENGTH);
        channel.read(received);
        HandshakeMessage message = HandshakeMessage.decode(received);
        if (message != null && message.has(Field.MOVED)) {
            throw moved(message);
        }
    }

    private EndpointMovedException moved(HandshakeMessage refusal) throws ProtocolException {
        return new EndpointMovedException("Cannot connect to " + endpoint + ": " + refusal.text(Field.TEXT));
    }

    private HandshakeMessage checked(HandshakeMessage message, Kind expected) throws IOException {
        if (message.kind() == Kind.REFUSED) {
            RpcStatus status = RpcStatus.ofCode((int) message.number(Field.STATUS));
            if (message.has(Field.MOVED)) {
                throw moved(message);
            }
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

    /** Waits until the peer ends the socket, or the time is up. Reads what it says. */
    void awaitEnd(SocketChannel channel) throws IOException {
        ByteBuffer ignored = ByteBuffer.allocate(64);
        try {
            while (channel.read(ignored.clear()) >= 0) {
                await(channel, SelectionKey.OP_READ);
            }
        }
        catch (IOException ex) {
            if (!Link.isEnd(ex)) {
                throw ex;
            }
        }
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
            throw new IOException("Cannot connect to " + endpoint + " within " + timeout.toMillis() + " ms: " + why
                    + ". Is the server stopped or overloaded?");
        }
        return remainingNs;
    }

}
