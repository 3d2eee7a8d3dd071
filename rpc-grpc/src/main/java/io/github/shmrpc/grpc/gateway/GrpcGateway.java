package io.github.shmrpc.grpc.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;

import io.github.shmrpc.server.Gateway;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.transport.Acceptor;
import io.github.shmrpc.transport.ConnectionHandler;
import io.github.shmrpc.transport.TransportOptions;
import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import org.jspecify.annotations.Nullable;

/**
 * Serves on a TCP port, as gRPC over HTTP/2, what a server serves at its endpoint:
 *
 * <pre>{@code
 * GrpcGateway gateway = GrpcGateway.builder(9090).address("0.0.0.0").credentials(tls).build();
 * RpcServer server = RpcServer.builder("shm:/run/world.sock").register(new World()).gateway(gateway).build().start();
 * }</pre>
 *
 * Each method is a gRPC method of the same name. Messages are as they are at the
 * endpoint: protobuf, or JSON, which is {@code application/grpc+json}; a caller that says
 * nothing of that gets what the method has by default. Each HTTP/2 connection is a peer
 * of the server, with its limits.
 * <p>
 * It listens from the start of its server to its stop, which lets running calls end. It
 * needs {@code grpc-netty-shaded} or {@code grpc-netty} on the class path; with
 * {@code grpc-services} there are gRPC's health service and server reflection as well.
 * For one server; thread-safe.
 */
public final class GrpcGateway implements Gateway {

    private final Settings settings;

    // Written under the lock, so that no opened gateway misses the last word.
    private boolean serving = true;

    /** Read by any thread. */
    private volatile @Nullable OpenGateway open;

    private GrpcGateway(Settings settings) {
        this.settings = settings;
    }

    /**
     * A gateway on a port of the loopback address.
     * @param port 0 for one that is free
     * @return a builder
     */
    public static Builder builder(int port) {
        return new Builder(port);
    }

    @Override
    public Acceptor open(RpcServer server, Acceptor endpoint, TransportOptions options, ConnectionHandler handler)
            throws IOException {
        OpenGateway opened = new OpenGateway(settings, server, endpoint, options, handler);
        // Before, so that nobody hears otherwise.
        opened.serving(isServing());
        opened.start();
        opened(opened);
        return opened;
    }

    private synchronized boolean isServing() {
        return serving;
    }

    /** It may have been said meanwhile that it is not to be served, or is. */
    private synchronized void opened(OpenGateway opened) {
        opened.serving(serving);
        open = opened;
    }

    /**
     * Where it listens.
     * @return the port, -1 if its server does not run
     */
    public int port() {
        OpenGateway current = open;
        return current == null ? -1 : current.port();
    }

    /**
     * Says by the health service whether calls are wanted: while the application is not
     * ready they are still served. At a stop of the server they are not wanted by itself.
     * May be said before the server starts.
     * @param wanted true at first
     */
    public synchronized void serving(boolean wanted) {
        serving = wanted;
        OpenGateway current = open;
        if (current != null) {
            current.serving(wanted);
        }
    }

    @Override
    public String toString() {
        return "GrpcGateway on " + settings.address();
    }

    /**
     * How a gateway listens.
     *
     * @param address where
     * @param credentials of the server
     * @param maxConnections at once, 0 for as many as its server takes at its endpoint
     * @param keepAliveTime after which a silent client is asked whether it is there
     * @param keepAliveTimeout how long it may take to answer
     * @param permitKeepAlive how often a client may ask
     * @param maxConnectionAge after which a client is asked to connect anew
     * @param maxConnectionAgeGrace how long its running calls may take then
     * @param maxConnectionIdle how long a connection may be without calls
     * @param health whether gRPC's health service is there
     * @param reflection whether methods can be asked for
     */
    record Settings(InetSocketAddress address, ServerCredentials credentials, int maxConnections,
            Duration keepAliveTime, Duration keepAliveTimeout, Duration permitKeepAlive,
            @Nullable Duration maxConnectionAge, @Nullable Duration maxConnectionAgeGrace,
            @Nullable Duration maxConnectionIdle, boolean health, boolean reflection) {
    }

    /** For one thread. */
    public static final class Builder {

        private final int port;

        private String address = InetAddress.getLoopbackAddress().getHostAddress();

        private ServerCredentials credentials = InsecureServerCredentials.create();

        private boolean plaintext;

        private int maxConnections;

        private Duration keepAliveTime = Duration.ofHours(2);

        private Duration keepAliveTimeout = Duration.ofSeconds(20);

        private Duration permitKeepAlive = Duration.ofMinutes(5);

        private @Nullable Duration maxConnectionAge;

        private @Nullable Duration maxConnectionAgeGrace;

        private @Nullable Duration maxConnectionIdle;

        private boolean health = true;

        private boolean reflection = true;

        private Builder(int port) {
            this.port = port;
        }

        /**
         * Sets the address.
         * @param address a host name or address of this host, {@code 0.0.0.0} or
         * {@code ::} for all; the loopback address if not set
         * @return this
         */
        public Builder address(String address) {
            this.address = address;
            return this;
        }

        /**
         * Sets how the server proves who it is, and whether its clients must.
         * @param credentials such as {@link io.grpc.TlsServerCredentials}; plaintext if
         * not set
         * @return this
         */
        public Builder credentials(ServerCredentials credentials) {
            this.credentials = credentials;
            return this;
        }

        /**
         * Allows to be reached from other hosts without TLS, where whoever can read or
         * write the traffic can read and write the calls.
         * @param allowed false if not set; not needed for the loopback address
         * @return this
         */
        public Builder plaintext(boolean allowed) {
            this.plaintext = allowed;
            return this;
        }

        /**
         * Sets how many clients may be connected.
         * @param connections 1 to 10,000; if not set, as many as may be at the server's
         * endpoint, beside those
         * @return this
         */
        public Builder maxConnections(int connections) {
            this.maxConnections = connections;
            return this;
        }

        /**
         * Sets when a silent client is asked whether it is still there.
         * @param time of silence, 10 seconds at least, 2 hours if not set
         * @param timeout after which it is not, 20 seconds if not set
         * @return this
         */
        public Builder keepAlive(Duration time, Duration timeout) {
            this.keepAliveTime = time;
            this.keepAliveTimeout = timeout;
            return this;
        }

        /**
         * Sets how often clients may ask the same; who asks more often is disconnected.
         * @param time between two questions, 5 minutes if not set
         * @return this
         */
        public Builder permitKeepAlive(Duration time) {
            this.permitKeepAlive = time;
            return this;
        }

        /**
         * Sets after what time a client is asked to connect anew, so that it looks for
         * other servers.
         * @param age a second at least, without limit if not set
         * @param grace how long its running calls may take then, {@code null} for as long
         * as they like
         * @return this
         */
        public Builder maxConnectionAge(Duration age, @Nullable Duration grace) {
            this.maxConnectionAge = age;
            this.maxConnectionAgeGrace = grace;
            return this;
        }

        /**
         * Sets after what time without calls a client is asked to hang up.
         * @param idle without limit if not set
         * @return this
         */
        public Builder maxConnectionIdle(Duration idle) {
            this.maxConnectionIdle = idle;
            return this;
        }

        /**
         * Sets whether {@code grpc.health.v1.Health} is served.
         * @param served true if not set; nothing without {@code grpc-services} on the
         * class path
         * @return this
         */
        public Builder health(boolean served) {
            this.health = served;
            return this;
        }

        /**
         * Sets whether {@code grpc.reflection.v1.ServerReflection} is served, by which
         * tools find methods and protobuf messages.
         * @param served true if not set; nothing without {@code grpc-services} on the
         * class path
         * @return this
         */
        public Builder reflection(boolean served) {
            this.reflection = served;
            return this;
        }

        /**
         * Makes the gateway, which does not listen yet.
         * @return to be given to a server
         * @throws IllegalArgumentException if a setting is out of its range, the address
         * is unknown, or other hosts would reach it without TLS
         */
        public GrpcGateway build() {
            if (port < 0 || port > 0xffff) {
                throw new IllegalArgumentException("Port must be 0 to 65535: port=" + port);
            }
            InetSocketAddress where = new InetSocketAddress(Objects.requireNonNull(address), port);
            if (where.isUnresolved()) {
                throw new IllegalArgumentException("Address is unknown: " + address);
            }
            if (maxConnections < 0 || maxConnections > 10_000) {
                throw new IllegalArgumentException("Connections must be 1 to 10000: maxConnections=" + maxConnections);
            }
            if (credentials instanceof InsecureServerCredentials && !plaintext
                    && !where.getAddress().isLoopbackAddress()) {
                throw new IllegalArgumentException("Port " + port + " of " + address
                        + " would be open to other hosts without TLS: set credentials, listen on the loopback address,"
                        + " or allow plaintext where the network itself is trusted");
            }
            return new GrpcGateway(new Settings(where, credentials, maxConnections, keepAliveTime, keepAliveTimeout,
                    permitKeepAlive, maxConnectionAge, maxConnectionAgeGrace, maxConnectionIdle, health, reflection));
        }

    }

}
