package io.github.shmrpc.grpc.gateway;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.inproc.InprocEntrance;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.server.ServerOptions;
import io.github.shmrpc.transport.Acceptor;
import io.github.shmrpc.transport.ConnectionHandler;
import io.github.shmrpc.transport.Poller;
import io.github.shmrpc.transport.TransportOptions;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A gateway while its server runs. Thread-safe once it was started. */
final class OpenGateway implements Acceptor {

    private static final Logger LOGGER = LoggerFactory.getLogger(GrpcGateway.class);

    /**
     * Until clients have learned that no more calls are wanted: those that they send
     * before are served as ever.
     */
    private static final long GOODBYE_MS = 300;

    /** For answers on their way, when all calls have ended. */
    private static final long CLOSING_MS = 1000;

    private static final long BIND_INTERVAL_MS = 20;

    /** Of headers in bytes, gRPC's own among them. */
    private static final int LEAST_METADATA = 8 * 1024;

    private final GrpcGateway.Settings settings;

    private final TransportOptions options;

    private final ServerOptions limits;

    private final InprocEntrance entrance;

    private final RemotePeers peers;

    private final ServedMethods methods;

    private final @Nullable HealthStatus health;

    // Set by start(), before another thread knows of this.
    private @Nullable Server server;

    OpenGateway(GrpcGateway.Settings settings, RpcServer served, Acceptor endpoint, TransportOptions options,
            ConnectionHandler handler) {
        this.settings = settings;
        this.options = settings.maxConnections() == 0 ? options : options.withMaxConnections(settings.maxConnections());
        this.limits = served.options();
        this.entrance = new InprocEntrance(endpoint, this.options, handler);
        this.peers = new RemotePeers(entrance, limits, this.options.maxConnections());
        this.methods = new ServedMethods(served);
        this.health = settings.health() && HealthStatus.isPresent() ? new HealthStatus(methods.serviceNames()) : null;
    }

    /** Listens. Once. */
    void start() throws IOException {
        ConnectionFailures.watch();
        long end = System.nanoTime() + options.handshakeTimeout().toNanos();
        while (server == null) {
            Server starting = newServer();
            try {
                server = starting.start();
            }
            catch (IOException refused) {
                boolean inUse = isInUse(refused);
                // Who served the endpoint before is about to give the port up.
                if (!inUse || !options.takeOver() || end - System.nanoTime() <= 0 || !pause()) {
                    throw explained(refused, inUse);
                }
            }
        }
        LOGGER.info("Serving {} on port {} of {} by gRPC", endpoint(), port(), settings.address().getHostString());
    }

    private Server newServer() throws GatewayException {
        ServerBuilder<?> builder = NettyServers.builder(settings.address(), settings.credentials(), limits.maxCalls());
        builder.addServices(methods.services());
        builder.fallbackHandlerRegistry(new PeerStreams(options, methods))
            .addTransportFilter(peers)
            .directExecutor()
            .maxInboundMessageSize(options.maxFrameLength())
            .maxInboundMetadataSize(Math.max(LEAST_METADATA, limits.maxMetadataLength()))
            .handshakeTimeout(options.handshakeTimeout().toMillis(), TimeUnit.MILLISECONDS)
            .keepAliveTime(settings.keepAliveTime().toMillis(), TimeUnit.MILLISECONDS)
            .keepAliveTimeout(settings.keepAliveTimeout().toMillis(), TimeUnit.MILLISECONDS)
            .permitKeepAliveTime(settings.permitKeepAlive().toMillis(), TimeUnit.MILLISECONDS)
            .permitKeepAliveWithoutCalls(true);
        Duration age = settings.maxConnectionAge();
        if (age != null) {
            builder.maxConnectionAge(age.toMillis(), TimeUnit.MILLISECONDS);
        }
        Duration grace = settings.maxConnectionAgeGrace();
        if (grace != null) {
            builder.maxConnectionAgeGrace(grace.toMillis(), TimeUnit.MILLISECONDS);
        }
        Duration idle = settings.maxConnectionIdle();
        if (idle != null) {
            builder.maxConnectionIdle(idle.toMillis(), TimeUnit.MILLISECONDS);
        }
        if (health != null && !methods.serves(HealthStatus.SERVICE)) {
            builder.addService(health.service());
        }
        if (settings.reflection() && ServerReflection.isPresent() && !methods.serves(ServerReflection.SERVICE)) {
            builder.addService(ServerReflection.service());
        }
        return builder.build();
    }

    private static boolean isInUse(IOException refused) {
        for (Throwable cause = refused; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException || String.valueOf(cause.getMessage()).contains("in use")) {
                return String.valueOf(cause.getMessage()).contains("in use");
            }
        }
        return false;
    }

    private GatewayException explained(IOException refused, boolean inUse) {
        InetSocketAddress address = settings.address();
        String where = "Port " + address.getPort() + " of " + address.getHostString();
        return inUse
                ? new GatewayException(GatewayException.Reason.PORT_IN_USE,
                        where + " is in use: stop who listens there, or choose another port", refused)
                : new GatewayException(GatewayException.Reason.ADDRESS,
                        where + " cannot be listened on: " + rootCause(refused).getMessage(), refused);
    }

    private static Throwable rootCause(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    private static boolean pause() {
        try {
            Thread.sleep(BIND_INTERVAL_MS);
            return true;
        }
        catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    int port() {
        Server running = server;
        return running == null || running.isShutdown() ? -1 : running.getPort();
    }

    void serving(boolean wanted) {
        if (health != null) {
            health.serving(wanted);
        }
    }

    // Acceptor

    @Override
    public Endpoint endpoint() {
        return entrance.endpoint();
    }

    @Override
    public Poller poller() {
        return entrance.poller();
    }

    @Override
    public boolean tellsWaiting() {
        return entrance.tellsWaiting();
    }

    @Override
    public void stopAccepting() {
        Server running = server;
        if (running != null && !running.isShutdown()) {
            if (health != null) {
                health.stop();
            }
            running.shutdown();
            await(running, GOODBYE_MS);
            peers.shutdown();
        }
        entrance.stopAccepting();
    }

    @Override
    public void close() {
        stopAccepting();
        Server running = server;
        if (running != null && !await(running, CLOSING_MS)) {
            running.shutdownNow();
            await(running, CLOSING_MS);
        }
        peers.close();
        entrance.close();
    }

    /** Also within an interrupted thread, which stays that. */
    private static boolean await(Server running, long timeoutMs) {
        boolean interrupted = Thread.interrupted();
        try {
            return running.awaitTermination(timeoutMs, TimeUnit.MILLISECONDS);
        }
        catch (InterruptedException again) {
            interrupted = true;
            return false;
        }
        finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

}
