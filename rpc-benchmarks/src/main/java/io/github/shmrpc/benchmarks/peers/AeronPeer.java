package io.github.shmrpc.benchmarks.peers;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import io.aeron.Aeron;
import io.aeron.FragmentAssembler;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.logbuffer.Header;
import io.github.shmrpc.benchmarks.peer.AsyncCaller;
import io.github.shmrpc.benchmarks.peer.Caller;
import io.github.shmrpc.benchmarks.peer.Peer;
import io.github.shmrpc.benchmarks.peer.PeerClient;
import io.github.shmrpc.benchmarks.peer.PeerLimits;
import io.github.shmrpc.benchmarks.peer.PeerServer;
import io.github.shmrpc.benchmarks.peer.ResponseHandler;
import io.github.shmrpc.benchmarks.peer.Workspace;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.SleepingMillisIdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Aeron IPC with the media driver in the server's process. Messages, not calls: a token
 * before the payload is all.
 */
final class AeronPeer implements Peer {

    static final String NAME = "aeron-ipc";

    /** A term of 16 MiB allows messages of 2 MiB; the largest MTU saves fragments. */
    private static final String CHANNEL = "aeron:ipc?term-length=16m|mtu=61440";

    private static final int REQUEST_STREAM = 1001;

    private static final int RESPONSE_STREAM = 1002;

    private static final int FRAGMENT_LIMIT = 16;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "Aeron IPC, driver in the server's process, both sides spin; messages without RPC";
    }

    @Override
    public Duration warmup() {
        return Duration.ofSeconds(1);
    }

    @Override
    public PeerLimits limits() {
        return PeerLimits.onePair();
    }

    @Override
    public List<String> jvmOptions() {
        return List.of("--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED");
    }

    @Override
    public PeerServer serve(Workspace workspace) {
        return new Server(workspace.memory().resolve("aeron"));
    }

    @Override
    public PeerClient connect(String address) {
        Aeron aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(address));
        Publication requests = aeron.addExclusivePublication(CHANNEL, REQUEST_STREAM);
        Subscription responses = aeron.addSubscription(CHANNEL, RESPONSE_STREAM);
        while (!requests.isConnected() || !responses.isConnected()) {
            Thread.onSpinWait();
        }
        return new Client(aeron, new Exchange(requests, responses));
    }

    /** Throws unless trying again can help. */
    private static boolean isAccepted(long result) {
        if (result == Publication.CLOSED || result == Publication.MAX_POSITION_EXCEEDED
                || result == Publication.NOT_CONNECTED) {
            throw new IllegalStateException("Aeron publication is lost: " + Publication.errorString(result));
        }
        return result > 0;
    }

    private static final class Server implements PeerServer {

        private final Path directory;

        private final MediaDriver driver;

        private final Aeron aeron;

        private final Subscription requests;

        private final Publication responses;

        private final FragmentAssembler assembler = new FragmentAssembler(this::onMessage);

        private final EchoThread thread = new EchoThread("aeron-server", this::poll);

        Server(Path directory) {
            this.directory = directory;
            driver = MediaDriver.launch(new MediaDriver.Context().aeronDirectoryName(directory.toString())
                .threadingMode(ThreadingMode.SHARED)
                // The driver is not in the way of IPC messages and must not take a core
                // from those who are.
                .sharedIdleStrategy(new SleepingMillisIdleStrategy(1))
                .ipcTermBufferLength(16 << 20)
                .dirDeleteOnShutdown(true));
            aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(directory.toString()));
            requests = aeron.addSubscription(CHANNEL, REQUEST_STREAM);
            responses = aeron.addExclusivePublication(CHANNEL, RESPONSE_STREAM);
            thread.start();
        }

        private boolean poll() {
            return requests.poll(assembler, FRAGMENT_LIMIT) > 0;
        }

        private void onMessage(DirectBuffer buffer, int offset, int length, Header header) {
            while (!thread.isClosed() && responses.isConnected()
                    && !isAccepted(responses.offer(buffer, offset, length))) {
                Thread.onSpinWait();
            }
        }

        @Override
        public String address() {
            return directory.toString();
        }

        @Override
        public void close() {
            thread.close();
            CloseHelper.closeAll(aeron, driver);
        }

    }

    private record Client(Aeron aeron, Exchange exchange) implements PeerClient {

        @Override
        public Caller openCaller() {
            return exchange;
        }

        @Override
        public AsyncCaller openAsyncCaller() {
            return exchange;
        }

        @Override
        public void close() {
            aeron.close();
        }

    }

    private static final class Exchange implements Caller, AsyncCaller {

        private final Publication requests;

        private final Subscription responses;

        private final FragmentAssembler assembler = new FragmentAssembler(this::onMessage);

        private final UnsafeBuffer output = new UnsafeBuffer(new byte[0]);

        private byte[] message = new byte[Long.BYTES];

        private byte[] response = new byte[0];

        private boolean isResponseThere;

        // Of the asynchronous calls in flight: a run has one handler.
        private @Nullable ResponseHandler handler;

        Exchange(Publication requests, Subscription responses) {
            this.requests = requests;
            this.responses = responses;
        }

        @Override
        public byte[] call(byte[] request) {
            handler = null;
            isResponseThere = false;
            while (!send(0, request)) {
                Thread.onSpinWait();
            }
            while (!isResponseThere) {
                if (responses.poll(assembler, FRAGMENT_LIMIT) == 0) {
                    Thread.onSpinWait();
                }
            }
            return response;
        }

        @Override
        public boolean offer(long token, byte[] request, ResponseHandler newHandler) {
            handler = newHandler;
            return send(token, request);
        }

        private boolean send(long token, byte[] request) {
            int length = Long.BYTES + request.length;
            if (message.length < length) {
                message = new byte[length];
            }
            output.wrap(message, 0, length);
            output.putLong(0, token);
            output.putBytes(Long.BYTES, request);
            return isAccepted(requests.offer(output, 0, length));
        }

        private void onMessage(DirectBuffer buffer, int offset, int length, Header header) {
            int payloadLength = length - Long.BYTES;
            if (response.length < payloadLength) {
                response = new byte[payloadLength];
            }
            buffer.getBytes(offset + Long.BYTES, response, 0, payloadLength);
            isResponseThere = true;
            if (handler != null) {
                handler.onResponse(buffer.getLong(offset), response);
            }
        }

        @Override
        public boolean isPolled() {
            return true;
        }

        @Override
        public int poll() {
            return responses.poll(assembler, FRAGMENT_LIMIT);
        }

        @Override
        public void close() {
            // Streams are opened once and belong to the client.
        }

    }

}
