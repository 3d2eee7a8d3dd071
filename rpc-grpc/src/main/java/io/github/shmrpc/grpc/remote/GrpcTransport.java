package io.github.shmrpc.grpc.remote;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.grpc.relay.LongMessages;
import io.github.shmrpc.transport.Acceptor;
import io.github.shmrpc.transport.ConnectionHandler;
import io.github.shmrpc.transport.Dialled;
import io.github.shmrpc.transport.Transport;
import io.github.shmrpc.transport.TransportOptions;
import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannelBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Calls servers on other hosts, ours or any that speaks gRPC. Each method of a contract
 * is the gRPC method of its name. The endpoint says where to:
 *
 * <ul>
 * <li>{@code grpcs://world.example:8443}: with TLS. Without credentials of its own it
 * trusts whom the JVM trusts.</li>
 * <li>{@code grpc://localhost:8080}: without TLS, on this host only unless
 * {@link Builder#plaintext} is set.</li>
 * <li>{@code grpcs://a:8443,b:8443}: calls are spread over those that can be
 * reached.</li>
 * <li>{@code dns:///world.example:8443}: the same for all addresses of a name. With TLS
 * unless {@link Builder#plaintext} is set.</li>
 * </ul>
 *
 * <pre>{@code
 * RpcChannel channel = RpcChannel.builder("grpcs://world.example:8443")
 *     .transport(GrpcTransport.builder()
 *         .credentials(TlsChannelCredentials.newBuilder().trustManager(ca).keyManager(certificate, key).build())
 *         .build())
 *     .build();
 * }</pre>
 *
 * A channel that exports services can be called by a server of ours. It has one of
 * several servers at a time, which all its calls go to.
 * <p>
 * Needs one of grpc-java's transports, such as {@code io.grpc:grpc-netty-shaded}.
 * Thread-safe.
 */
public final class GrpcTransport implements Transport {

    static final String PLAIN = "grpc";

    static final String TLS = "grpcs";

    static final String DNS = "dns";

    private static final int LEAST_COMPRESSED = 1024;

    private final RemoteSettings settings;

    /** With the defaults. */
    public GrpcTransport() {
        this(builder());
    }

    private GrpcTransport(Builder builder) {
        this.settings = new RemoteSettings(builder.credentials, builder.plaintext, builder.loadBalancing,
                builder.keepAlive, builder.compressAbove, builder.customizer);
    }

    public static Builder builder() {
        return new Builder();
    }

    @Override
    public String scheme() {
        return PLAIN;
    }

    @Override
    public Set<String> schemes() {
        return Set.of(PLAIN, TLS, DNS);
    }

    /**
     * Looks whether the endpoint may be dialled.
     * @throws IllegalArgumentException if it has no TLS and leaves this host, and nobody
     * has said that it may
     * @throws NoGrpcTransportException if grpc-java has no transport
     */
    @Override
    public void check(Endpoint endpoint) {
        // Opens no connection.
        Target.of(endpoint, settings).newChannel().build().shutdownNow();
    }

    @Override
    public Dialled connect(Endpoint endpoint, TransportOptions options, ConnectionHandler handler) throws IOException {
        return new RemoteDialler(Target.of(endpoint, settings), options).dial(handler);
    }

    @Override
    public Acceptor listen(Endpoint endpoint, TransportOptions options, ConnectionHandler handler) throws IOException {
        throw new IOException("No server can listen on " + endpoint
                + ": it listens on a shm or unix endpoint, and on a port for other hosts beside that");
    }

    /** What is the same for all endpoints. For one thread. */
    public static final class Builder {

        private @Nullable Supplier<ChannelCredentials> credentials;

        private boolean plaintext;

        private String loadBalancing = "";

        private Duration keepAlive = Duration.ZERO;

        private int compressAbove = LongMessages.NEVER;

        private Consumer<ManagedChannelBuilder<?>> customizer = (builder) -> {
        };

        private Builder() {
        }

        /**
         * Sets whom the client trusts, and how it proves who it is, where there is TLS.
         * @param credentials such as {@link io.grpc.TlsChannelCredentials}
         * @return this
         */
        public Builder credentials(ChannelCredentials credentials) {
            return credentials(() -> credentials);
        }

        /**
         * The same for credentials that are renewed: {@link RpcChannel#reconnect} has
         * them used at once.
         * @param credentials asked for each connection
         * @return this
         */
        public Builder credentials(Supplier<ChannelCredentials> credentials) {
            this.credentials = credentials;
            return this;
        }

        /**
         * Sets whether {@code grpc://} may leave this host, and {@code dns:///} is
         * without TLS: what is called and answered can then be read and changed on the
         * way.
         * @param plaintext false by default
         * @return this
         */
        public Builder plaintext(boolean plaintext) {
            this.plaintext = plaintext;
            return this;
        }

        /**
         * Sets how calls are spread over several addresses.
         * @param policy one of grpc-java's, such as {@code pick_first}; if empty,
         * {@code round_robin} for lists and names
         * @return this
         */
        public Builder loadBalancing(String policy) {
            this.loadBalancing = policy;
            return this;
        }

        /**
         * Sets after how much silence the server is asked whether it is still there,
         * while calls wait. One that does not answer in 10 s is given up. Without this, a
         * host that is cut off is noticed by the deadlines of calls, and given up by the
         * kernel after a quarter of an hour.
         * @param keepAlive at least 10 s; off by default, as servers that are asked more
         * often than they allow (by default each 5 minutes) end the connection
         * @return this
         */
        public Builder keepAlive(Duration keepAlive) {
            this.keepAlive = keepAlive;
            return this;
        }

        /**
         * Sets which requests go as gzip. Servers that cannot inflate refuse all calls
         * then; grpc-java's and ours can. Answers of theirs are always understood.
         * @param compressAbove the longest message that is sent as it is, 1024 bytes or
         * more; all are if not set
         * @return this
         * @throws IllegalArgumentException if it is less
         */
        public Builder compressAbove(int compressAbove) {
            if (compressAbove < LEAST_COMPRESSED) {
                throw new IllegalArgumentException("Messages of " + LEAST_COMPRESSED
                        + " bytes or less are not compressed: compressAbove=" + compressAbove);
            }
            this.compressAbove = compressAbove;
            return this;
        }

        /**
         * Sets what else there is to set.
         * @param customizer of grpc-java's channel, run for each connection
         * @return this
         */
        public Builder channel(Consumer<ManagedChannelBuilder<?>> customizer) {
            this.customizer = customizer;
            return this;
        }

        public GrpcTransport build() {
            return new GrpcTransport(this);
        }

    }

}
