package io.github.shmrpc.benchmarks.peers;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
 * One ring each way, both sides spinning, no RPC: the floor to which all others are
 * compared.
 */
final class FloorRingPeer implements Peer {

    static final String NAME = "floor-ring";

    private static final String FILE_NAME = "rings";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "two processes, one ring each way in a mapped file, both spin; no RPC";
    }

    @Override
    public Duration warmup() {
        return Duration.ofMillis(500);
    }

    @Override
    public PeerLimits limits() {
        return PeerLimits.onePair();
    }

    @Override
    public PeerServer serve(Workspace workspace) throws IOException {
        return new Server(workspace.memory().resolve(FILE_NAME));
    }

    @Override
    public PeerClient connect(String address) throws IOException {
        Path file = Path.of(address);
        MappedByteBuffer memory = map(file);
        Files.delete(file);
        return new Client(requests(memory), responses(memory));
    }

    private static MappedByteBuffer map(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(MapMode.READ_WRITE, 0, 2L * EchoRing.TOTAL_LENGTH);
        }
    }

    private static EchoRing requests(MappedByteBuffer memory) {
        return new EchoRing(memory.slice(0, EchoRing.TOTAL_LENGTH));
    }

    private static EchoRing responses(MappedByteBuffer memory) {
        return new EchoRing(memory.slice(EchoRing.TOTAL_LENGTH, EchoRing.TOTAL_LENGTH));
    }

    private static final class Server implements PeerServer {

        private final Path file;

        private final EchoRing requests;

        private final EchoRing responses;

        private final EchoThread thread = new EchoThread("floor-ring-server", this::echo);

        Server(Path file) throws IOException {
            this.file = file;
            Files.write(file, new byte[2 * EchoRing.TOTAL_LENGTH]);
            MappedByteBuffer memory = map(file);
            requests = FloorRingPeer.requests(memory);
            responses = FloorRingPeer.responses(memory);
            thread.start();
        }

        private boolean echo() {
            int length = requests.poll();
            if (length < 0) {
                return false;
            }
            while (!responses.offer(requests.token(), requests.payload(), length) && !thread.isClosed()) {
                Thread.onSpinWait();
            }
            return true;
        }

        @Override
        public String address() {
            return file.toString();
        }

        @Override
        public void close() {
            thread.close();
        }

    }

    private static final class Client implements PeerClient, Caller, AsyncCaller {

        private final EchoRing requests;

        private final EchoRing responses;

        // Of the asynchronous calls in flight: a run has one handler.
        private @Nullable ResponseHandler handler;

        Client(EchoRing requests, EchoRing responses) {
            this.requests = requests;
            this.responses = responses;
        }

        @Override
        public Caller openCaller() {
            return this;
        }

        @Override
        public AsyncCaller openAsyncCaller() {
            return this;
        }

        @Override
        public byte[] call(byte[] request) {
            while (!requests.offer(0, request, request.length)) {
                Thread.onSpinWait();
            }
            while (responses.poll() < 0) {
                Thread.onSpinWait();
            }
            return responses.payload();
        }

        @Override
        public boolean offer(long token, byte[] request, ResponseHandler newHandler) {
            handler = newHandler;
            return requests.offer(token, request, request.length);
        }

        @Override
        public boolean isPolled() {
            return true;
        }

        @Override
        public int poll() {
            ResponseHandler current = handler;
            int delivered = 0;
            while (current != null && responses.poll() >= 0) {
                current.onResponse(responses.token(), responses.payload());
                delivered++;
            }
            return delivered;
        }

        @Override
        public void close() {
            // The mapping goes with the process.
        }

    }

}
