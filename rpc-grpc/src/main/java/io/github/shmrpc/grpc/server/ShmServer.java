package io.github.shmrpc.grpc.server;

import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.shmrpc.grpc.call.PeerAddress;
import io.github.shmrpc.server.RpcServer;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;

/** gRPC's view of a server of ours. Any thread. */
public final class ShmServer extends Server {

    /** For calls that run when the server is shut down: as long as they like. */
    private static final Duration DRAIN = Duration.ofDays(1);

    private final RpcServer server;

    private final GrpcBridge bridge;

    private final CountDownLatch terminated = new CountDownLatch(1);

    // Under the lock; read by any thread.
    private boolean started;

    private volatile boolean shutdown;

    private boolean now;

    /**
     * A server that is not started.
     * @param server carries the calls
     * @param bridge serves them
     */
    public ShmServer(RpcServer server, GrpcBridge bridge) {
        this.server = server;
        this.bridge = bridge;
        bridge.server(this);
    }

    @Override
    public synchronized Server start() throws IOException {
        if (started) {
            throw new IllegalStateException("Already started");
        }
        if (shutdown) {
            throw new IllegalStateException("Shutting down");
        }
        server.start();
        started = true;
        return this;
    }

    @Override
    public synchronized Server shutdown() {
        if (!shutdown) {
            shutdown = true;
            stop(DRAIN);
        }
        return this;
    }

    @Override
    public synchronized Server shutdownNow() {
        if (!now) {
            now = true;
            shutdown = true;
            stop(Duration.ZERO);
        }
        return this;
    }

    private void stop(Duration drainTimeout) {
        if (!started) {
            terminated.countDown();
            return;
        }
        Thread thread = new Thread(() -> {
            server.stop(drainTimeout);
            terminated.countDown();
        }, "shmrpc-grpc-shutdown");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public boolean isShutdown() {
        return shutdown;
    }

    @Override
    public boolean isTerminated() {
        return terminated.getCount() == 0;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return terminated.await(timeout, unit);
    }

    @Override
    public void awaitTermination() throws InterruptedException {
        terminated.await();
    }

    @Override
    public List<? extends SocketAddress> getListenSockets() {
        return List.of(PeerAddress.of(server.endpoint()));
    }

    @Override
    public List<ServerServiceDefinition> getServices() {
        return bridge.services();
    }

    @Override
    public List<ServerServiceDefinition> getImmutableServices() {
        return bridge.immutableServices();
    }

    @Override
    public List<ServerServiceDefinition> getMutableServices() {
        return bridge.mutableServices();
    }

    @Override
    public String toString() {
        return "ShmServer at " + server.endpoint();
    }

}
