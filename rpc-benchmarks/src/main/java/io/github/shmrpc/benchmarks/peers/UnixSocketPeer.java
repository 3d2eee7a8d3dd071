package io.github.shmrpc.benchmarks.peers;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;

import io.github.shmrpc.benchmarks.peer.AsyncCaller;
import io.github.shmrpc.benchmarks.peer.Caller;
import io.github.shmrpc.benchmarks.peer.Peer;
import io.github.shmrpc.benchmarks.peer.PeerClient;
import io.github.shmrpc.benchmarks.peer.PeerLimits;
import io.github.shmrpc.benchmarks.peer.PeerServer;
import io.github.shmrpc.benchmarks.peer.ResponseHandler;
import io.github.shmrpc.benchmarks.peer.Workspace;
import org.jspecify.annotations.Nullable;

/**
 * What one would write by hand: blocking socket channels, a thread and a connection for
 * each caller.
 */
final class UnixSocketPeer implements Peer {

    static final String NAME = "unix-socket";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "hand-written echo over a Unix socket: blocking NIO, length and id before each frame, "
                + "a connection and a server thread per caller";
    }

    @Override
    public Duration warmup() {
        return Duration.ofSeconds(1);
    }

    @Override
    public PeerLimits limits() {
        return PeerLimits.none();
    }

    @Override
    public PeerServer serve(Workspace workspace) throws IOException {
        return new Server(workspace.sockets().resolve("echo.sock"));
    }

    @Override
    public PeerClient connect(String address) {
        return new Client(UnixDomainSocketAddress.of(address));
    }

    private static Thread startDaemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static final class Server implements PeerServer {

        private final Path path;

        private final ServerSocketChannel listener;

        Server(Path path) throws IOException {
            this.path = path;
            listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            listener.bind(UnixDomainSocketAddress.of(path), 512);
            startDaemon("unix-socket-accept", this::accept);
        }

        private void accept() {
            try {
                while (true) {
                    SocketChannel channel = listener.accept();
                    startDaemon("unix-socket-echo", () -> echo(channel));
                }
            }
            catch (IOException ex) {
                // Closed.
            }
        }

        private static void echo(SocketChannel channel) {
            try (SocketFrames frames = new SocketFrames(channel)) {
                while (frames.read()) {
                    frames.write(frames.id(), frames.payload(), frames.length());
                }
            }
            catch (IOException ex) {
                // The client went away with a call in flight.
            }
        }

        @Override
        public String address() {
            return path.toString();
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }

    }

    private record Client(UnixDomainSocketAddress address) implements PeerClient {

        @Override
        public Caller openCaller() throws IOException {
            return new BlockingCaller(new SocketFrames(SocketChannel.open(address)));
        }

        @Override
        public AsyncCaller openAsyncCaller() throws IOException {
            return new ReadingCaller(new SocketFrames(SocketChannel.open(address)));
        }

        @Override
        public void close() {
            // Each caller closes its connection.
        }

    }

    private static final class BlockingCaller implements Caller {

        private final SocketFrames frames;

        private long lastId;

        BlockingCaller(SocketFrames frames) {
            this.frames = frames;
        }

        @Override
        public byte[] call(byte[] request) throws IOException {
            long id = ++lastId;
            frames.write(id, request, request.length);
            if (!frames.read() || frames.id() != id) {
                throw new IOException("No response to call " + id + " on " + NAME);
            }
            return frames.payload();
        }

        @Override
        public void close() throws IOException {
            frames.close();
        }

    }

    /** Writes on the calling thread, reads on one of its own. */
    private static final class ReadingCaller implements AsyncCaller {

        private final SocketFrames frames;

        private volatile @Nullable ResponseHandler handler;

        private volatile boolean closed;

        ReadingCaller(SocketFrames frames) {
            this.frames = frames;
            startDaemon("unix-socket-read", this::read);
        }

        private void read() {
            try {
                while (frames.read()) {
                    ResponseHandler current = handler;
                    if (current != null) {
                        current.onResponse(frames.id(), frames.payload());
                    }
                }
            }
            catch (IOException ex) {
                ResponseHandler current = handler;
                if (!closed && current != null) {
                    current.onFailure(ex);
                }
            }
        }

        @Override
        public boolean offer(long token, byte[] request, ResponseHandler newHandler) throws IOException {
            handler = newHandler;
            frames.write(token, request, request.length);
            return true;
        }

        @Override
        public boolean isPolled() {
            return false;
        }

        @Override
        public void close() throws IOException {
            closed = true;
            frames.close();
        }

    }

}
