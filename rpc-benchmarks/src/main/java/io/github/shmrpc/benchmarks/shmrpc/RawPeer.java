package io.github.shmrpc.benchmarks.shmrpc;

import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.function.UnaryOperator;

import io.github.shmrpc.Dispatch;
import io.github.shmrpc.benchmarks.peer.AsyncCaller;
import io.github.shmrpc.benchmarks.peer.Caller;
import io.github.shmrpc.benchmarks.peer.Peer;
import io.github.shmrpc.benchmarks.peer.PeerClient;
import io.github.shmrpc.benchmarks.peer.PeerLimits;
import io.github.shmrpc.benchmarks.peer.PeerServer;
import io.github.shmrpc.benchmarks.peer.Workspace;
import io.github.shmrpc.client.ChannelOptions;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.server.ServerOptions;
import io.github.shmrpc.transport.TransportOptions;
import io.github.shmrpc.transport.WaitMode;

/**
 * Bytes without a codec and without Spring, one channel for all callers. All settings but
 * the mode of waiting are the defaults.
 */
final class RawPeer implements Peer {

    /** How messages are handed over. */
    enum Messages {

        /** Small ones in reused buffers, others as arrays. */
        ARRAYS((server) -> server.register(new RawEcho())),

        /** All in reused buffers on the client, and in place on the server. */
        BUFFERS((server) -> server.register(new ViewEcho(), ViewEcho.class, ViewEcho.SERVICE, Dispatch.INHERIT));

        @SuppressWarnings("ImmutableEnumChecker") // Lambdas that hold nothing.
        private final UnaryOperator<RpcServer.Builder> handlers;

        Messages(UnaryOperator<RpcServer.Builder> handlers) {
            this.handlers = handlers;
        }

    }

    /** A thread that spins leaves no core to others, so there must not be many. */
    private static final int SPINNING_CALLERS = 1;

    private final String name;

    private final String scheme;

    private final WaitMode waitMode;

    private final Messages messages;

    /**
     * @param scheme of the endpoint: {@code shm} or {@code unix}
     */
    RawPeer(String name, String scheme, WaitMode waitMode, Messages messages) {
        this.name = name;
        this.scheme = scheme;
        this.waitMode = waitMode;
        this.messages = messages;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String description() {
        String carrier = scheme.equals("shm") ? "shared memory" : "a Unix socket";
        String bytes = (messages == Messages.BUFFERS)
                ? "plain bytes, in reused buffers on the client and in place on the server" : "plain bytes";
        return "shmrpc over " + carrier + ", " + bytes + ", one channel, waiting "
                + waitMode.name().toLowerCase(Locale.ROOT) + "; other settings are the defaults";
    }

    @Override
    public Duration warmup() {
        return Duration.ofSeconds(2);
    }

    @Override
    public PeerLimits limits() {
        if (waitMode == WaitMode.SPIN) {
            return new PeerLimits(SPINNING_CALLERS, true, 1);
        }
        if (messages == Messages.BUFFERS) {
            // Asynchronous calls have no buffers of their caller's.
            return new PeerLimits(Integer.MAX_VALUE, false, 1);
        }
        return new PeerLimits(Integer.MAX_VALUE, true, TransportOptions.defaults().maxConnections())
            .withBlockingHandlers();
    }

    @Override
    public PeerServer serve(Workspace workspace) throws IOException {
        String endpoint = scheme + ":" + workspace.sockets().resolve("raw.sock");
        ServerOptions options = ServerOptions.defaults()
            .withTransport(TransportOptions.defaults().withWaitMode(waitMode));
        return new EchoServer(messages.handlers.apply(RpcServer.builder(endpoint).options(options)).build().start());
    }

    @Override
    public PeerClient connect(String address) {
        ChannelOptions options = ChannelOptions.defaults()
            .withTransport(TransportOptions.defaults().withWaitMode(waitMode));
        return new EchoClient(RpcChannel.builder(address).options(options).build(), messages);
    }

    private record EchoServer(RpcServer server) implements PeerServer {

        @Override
        public String address() {
            return server.endpoint().toString();
        }

        @Override
        public void close() {
            server.close();
        }

    }

    private record EchoClient(RpcChannel channel, Messages messages) implements PeerClient {

        @Override
        public Caller openCaller() {
            return (messages == Messages.BUFFERS) ? new BufferCaller(channel) : new RawCaller(channel);
        }

        @Override
        public AsyncCaller openAsyncCaller() {
            return new JoiningCaller(channel);
        }

        @Override
        public void close() {
            channel.close();
        }

    }

}
