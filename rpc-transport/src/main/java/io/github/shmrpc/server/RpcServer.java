package io.github.shmrpc.server;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import io.github.shmrpc.Deadline;
import io.github.shmrpc.Dispatch;
import io.github.shmrpc.Endpoint;
import io.github.shmrpc.RpcPeers;
import io.github.shmrpc.codec.Codecs;
import io.github.shmrpc.duplex.PeerCallSettings;
import io.github.shmrpc.duplex.PeerCallers;
import io.github.shmrpc.logging.RateLimitedLog;
import io.github.shmrpc.locality.ServiceFile;
import io.github.shmrpc.transport.ConnectionStatus;
import io.github.shmrpc.transport.Transport;
import io.github.shmrpc.transport.Transports;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the methods of handlers at an endpoint.
 *
 * <pre>{@code
 * RpcServer server = RpcServer.builder("shm:/tmp/my.sock").register(new MyService()).build().start();
 * }</pre>
 *
 * Its threads are daemons unless the builder says otherwise: a program whose main method
 * ends here keeps the JVM alive by {@link Builder#daemon daemon(false)} or by a main
 * thread of its own. May be started again after a stop. All methods may be called by any
 * thread, also by a handler.
 */
public final class RpcServer implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(RpcServer.class);

    /** How soon a wait for calls learns that the server was started. */
    private static final long LOOK_INTERVAL_NS = 100_000_000;

    private final ServerSetup setup;

    private final @Nullable ServiceFile announcement;

    private final Object lifecycle = new Object();

    // Under the lock; read by any thread.
    private volatile @Nullable RunningServer running;

    private @Nullable Stopping stopping;

    /** Who is in {@link #poll} or {@link #awaitCalls}. */
    private final AtomicReference<@Nullable Thread> poller = new AtomicReference<>();

    private RpcServer(ServerSetup setup, @Nullable ServiceFile announcement) {
        this.setup = setup;
        this.announcement = announcement;
    }

    public static Builder builder(String endpoint) {
        return builder(Endpoint.parse(endpoint));
    }

    public static Builder builder(Endpoint endpoint) {
        return new Builder(endpoint);
    }

    /**
     * Where it listens.
     * @return the endpoint as given to the builder
     */
    public Endpoint endpoint() {
        return setup.endpoint();
    }

    public ServerOptions options() {
        return setup.options();
    }

    /**
     * Starts to listen, again after {@link #stop}. Waits for a stop that is under way.
     * Does nothing if it runs.
     * @return this
     * @throws IOException with what is in the way, and what to do
     * @throws IllegalStateException if the options ask for virtual threads, which come
     * with Java 21
     */
    public RpcServer start() throws IOException {
        while (true) {
            Stopping before;
            synchronized (lifecycle) {
                before = stopping;
                if (before == null) {
                    startIfStopped();
                    return this;
                }
            }
            before.await();
        }
    }

    private void startIfStopped() throws IOException {
        RunningServer current = running;
        if (current != null && current.fatal() == null) {
            return;
        }
        RunningServer starting = new RunningServer(this, setup, this::replaced);
        starting.start();
        announce(starting);
        running = starting;
        LOGGER.info("Serving {} methods at {}", setup.registry().names().size(), setup.endpoint());
    }

    private void announce(RunningServer starting) throws IOException {
        try {
            if (announcement != null) {
                announcement.write(setup.endpoint());
            }
        }
        catch (IOException unwritable) {
            new ServerStop(starting, new Stopping()).stop(Duration.ZERO);
            throw unwritable;
        }
    }

    /** Before clients are told to go elsewhere, so that they do not come back. */
    void withdraw() {
        try {
            if (announcement != null) {
                announcement.delete();
            }
        }
        catch (IOException left) {
            LOGGER.warn("Service file {} is left, and names {}", announcement, setup.endpoint(), left);
        }
    }

    /** By the thread that accepts: a start may be about to return, and is waited for. */
    private void replaced(RunningServer outgoing) {
        Thread thread = new Thread(() -> {
            synchronized (lifecycle) {
                if (running != outgoing) {
                    return;
                }
            }
            LOGGER.info("Another server has taken over at {}: running calls end here", setup.endpoint());
            close();
            setup.whenReplaced().run();
        }, setup.threadName() + "-replaced");
        thread.setDaemon(setup.daemon());
        thread.start();
    }

    /**
     * Whether it serves.
     * @return true from a start until a stop begins, or until it has failed for good
     */
    public boolean isRunning() {
        RunningServer current = running;
        return current != null && current.fatal() == null;
    }

    /**
     * Stops: accepts nothing new, tells the peers, waits for running calls, cancels what
     * still runs then, waits up to 5 s more, interrupts the rest and closes. Calls that
     * come meanwhile fail with UNAVAILABLE, not executed, and so do those that then still
     * wait for {@link #poll}. Does nothing if it does not run; if another thread is
     * stopping it, waits for that, unless the caller is a handler of this server, and
     * shortens the time that running calls have if this one is shorter.
     * @param drainTimeout how long running calls have to end by themselves
     */
    public void stop(Duration drainTimeout) {
        if (drainTimeout.isNegative()) {
            throw new IllegalArgumentException("Drain timeout must not be negative: " + drainTimeout);
        }
        RunningServer current;
        Stopping other;
        Stopping own = null;
        synchronized (lifecycle) {
            current = running;
            other = stopping;
            if (current != null && other == null) {
                stopping = new Stopping();
                own = stopping;
            }
        }
        if (current != null && own != null) {
            stop(current, own, drainTimeout);
        }
        else if (current != null && other != null) {
            other.hasten(drainTimeout);
            if (!ServerStop.isServedHere(current)) {
                other.await();
            }
        }
    }

    private void stop(RunningServer current, Stopping own, Duration drainTimeout) {
        withdraw();
        try {
            new ServerStop(current, own).stop(drainTimeout);
            LOGGER.info("Stopped serving at {}", setup.endpoint());
        }
        finally {
            synchronized (lifecycle) {
                running = null;
                if (stopping != null) {
                    stopping.done();
                }
                stopping = null;
            }
        }
    }

    /**
     * Runs calls of methods with {@link Dispatch#POLLED} in the current thread, in the
     * order of their arrival: until none waits, so many have run, or the time has passed.
     * Never blocks but in a handler; an exception of a handler ends its call only. A call
     * whose deadline passed while it waited, or that was cancelled, is answered without
     * being run, and counts.
     * <p>
     * To be called again and again, also while another thread stops the server: what
     * waits then still has the drain timeout. If the thread that polled last stops the
     * server itself, or has ended, what waits is refused at once, not executed.
     * @param maxCalls calls at most, 0 or more
     * @param budget time that is looked at before each call, so that the last one may
     * exceed it; none is run if it is zero or negative
     * @return how many calls it took; 0 if the server does not run
     * @throws IllegalArgumentException if the number is negative
     * @throws IllegalStateException if another thread polls now, or a handler that this
     * method runs calls it
     */
    public int poll(int maxCalls, Duration budget) {
        if (maxCalls < 0) {
            throw new IllegalArgumentException("Number of calls must not be negative: maxCalls=" + maxCalls);
        }
        beginPolling();
        try {
            RunningServer current = running;
            return current == null ? 0 : current.polledCalls().run(maxCalls, Deadline.after(budget));
        }
        finally {
            poller.set(null);
        }
    }

    /**
     * Waits for a call that {@link #poll} would run: for a thread that has nothing else
     * to do. Returns early, with the flag left set, if the thread is interrupted.
     * @param timeout longest time to wait; zero or less only looks
     * @return whether there is one
     * @throws IllegalStateException if another thread polls or waits now
     */
    public boolean awaitCalls(Duration timeout) {
        Deadline end = Deadline.after(timeout);
        beginPolling();
        try {
            while (true) {
                RunningServer current = running;
                long leftNs = Math.min(end.remainingNs(), LOOK_INTERVAL_NS);
                if (current == null) {
                    LockSupport.parkNanos(this, leftNs);
                }
                else if (current.polledCalls().await(leftNs)) {
                    return true;
                }
                if (end.isExpired() || Thread.currentThread().isInterrupted()) {
                    return false;
                }
            }
        }
        finally {
            poller.set(null);
        }
    }

    private void beginPolling() {
        Thread other = poller.compareAndExchange(null, Thread.currentThread());
        if (other != null) {
            throw new IllegalStateException(this + " is being polled already, by thread " + other.getName()
                    + ": one thread at a time may, and no handler that it runs");
        }
    }

    /**
     * The methods served.
     * @return full names, {@code Service/Method}, sorted
     */
    public List<String> methods() {
        return setup.registry().names();
    }

    /**
     * Whether a bridge serves methods beside those that {@link #methods} names.
     * @return true if the builder was given one
     */
    public boolean hasBridge() {
        return bridge() != null;
    }

    /**
     * What serves methods beside those that {@link #methods} names.
     * @return what the builder was given, or {@code null}
     */
    public @Nullable CallBridge bridge() {
        return setup.registry().bridge();
    }

    /**
     * The methods served, with their types.
     * @return sorted by name
     */
    public List<ServedMethod> servedMethods() {
        return setup.registry().served();
    }

    /**
     * Where it stands.
     * @return the state of the moment
     */
    public ServerState state() {
        synchronized (lifecycle) {
            RunningServer current = running;
            if (current == null) {
                return ServerState.STOPPED;
            }
            if (stopping != null) {
                return ServerState.DRAINING;
            }
            return current.fatal() == null ? ServerState.LISTENING : ServerState.FAILED;
        }
    }

    /**
     * The open connections.
     * @return a snapshot, in the order in which they were opened
     */
    public List<ConnectionStatus> connections() {
        RunningServer current = running;
        if (current == null) {
            return List.of();
        }
        return current.connections()
            .open()
            .stream()
            .map(ServerConnection::status)
            .sorted(Comparator.comparingLong((connection) -> connection.peer().connectionId()))
            .toList();
    }

    /**
     * The clients that are connected, to be called back.
     * @return the same each time, across stop and start
     */
    public RpcPeers peers() {
        return setup.peers();
    }

    /**
     * How many peers are connected.
     * @return 0 or more
     */
    public int connectionCount() {
        RunningServer current = running;
        return current == null ? 0 : current.connections().open().size();
    }

    /** For tests. */
    RunningServer running() {
        return Objects.requireNonNull(running);
    }

    /**
     * How many calls are being served.
     * @return 0 or more, changing all the time
     */
    public int callsInFlight() {
        RunningServer current = running;
        return current == null ? 0 : current.callsInFlight();
    }

    /**
     * What was counted so far.
     * @return a snapshot; requests lag behind a little under load
     */
    public ServerStatistics statistics() {
        return setup.counters().snapshot();
    }

    /** Stops with the drain timeout of the options. Any number of times. */
    @Override
    public void close() {
        stop(setup.options().drainTimeout());
    }

    @Override
    public String toString() {
        return "RpcServer at " + setup.endpoint();
    }

    /** What a server serves, and how. For one thread. */
    public static final class Builder extends ServicesBuilder<Builder> {

        private final Endpoint endpoint;

        private @Nullable Transport transport;

        private boolean daemon = true;

        private Duration peerTimeout = Duration.ofSeconds(5);

        private PeerCallers.@Nullable Factory peerCalls;

        private @Nullable CallBridge bridge;

        private Dispatch bridgeDispatch = Dispatch.INHERIT;

        private @Nullable ServiceFile announcement;

        private final List<Gateway> gateways = new ArrayList<>();

        private Runnable whenReplaced = () -> {
        };

        private Builder(Endpoint endpoint) {
            this.endpoint = endpoint;
        }

        @Override
        Builder self() {
            return this;
        }

        /**
         * Sets whether the JVM may end while the server runs.
         * @param daemon true by default
         * @return this
         */
        public Builder daemon(boolean daemon) {
            this.daemon = daemon;
            return this;
        }

        /**
         * Sets what is done when another server has taken the endpoint over
         * ({@link io.github.shmrpc.transport.TransportOptions#takeOver}), and this one
         * has stopped for that reason, with the drain timeout of the options.
         * @param whenReplaced run by a thread of its own; nothing by default: a JVM whose
         * server is no {@link #daemon daemon} then ends if nothing else runs
         * @return this
         */
        public Builder whenReplaced(Runnable whenReplaced) {
            this.whenReplaced = whenReplaced;
            return this;
        }

        /**
         * Sets what serves the methods that no handler does.
         * @param bridge to another call model; one at most
         * @param dispatch ADAPTIVE, INLINE or EXECUTOR; INHERIT for the server's, which
         * is ADAPTIVE for this if it is none of them
         * @return this
         * @throws IllegalArgumentException if it is another dispatch
         * @throws IllegalStateException if a bridge was set before
         */
        public Builder bridge(CallBridge bridge, Dispatch dispatch) {
            if (dispatch == Dispatch.POLLED || dispatch == Dispatch.SERIAL) {
                throw new IllegalArgumentException(
                        "A bridge cannot have dispatch " + dispatch + ": use ADAPTIVE, INLINE or EXECUTOR");
            }
            if (this.bridge != null) {
                throw new IllegalStateException("The server has a bridge already: " + this.bridge);
            }
            this.bridge = bridge;
            this.bridgeDispatch = dispatch;
            return this;
        }

        /**
         * Says by which name the service is found on this host, by channels to
         * {@code service:name}.
         * @param file written when the server listens, deleted before it stops
         * @return this
         */
        public Builder announce(ServiceFile file) {
            this.announcement = file;
            return this;
        }

        /**
         * Adds another way to the server than its endpoint, which opens and closes with
         * it. What comes there is served like what comes at the endpoint.
         * @param gateway of this server alone
         * @return this
         */
        public Builder gateway(Gateway gateway) {
            gateways.add(gateway);
            return this;
        }

        private ServiceRegistry bridged(ServiceRegistry handlers) {
            if (bridge == null) {
                return handlers;
            }
            Dispatch own = options().dispatch();
            Dispatch inherited = own == Dispatch.POLLED || own == Dispatch.SERIAL ? Dispatch.ADAPTIVE : own;
            return handlers.with(bridge, bridgeDispatch == Dispatch.INHERIT ? inherited : bridgeDispatch);
        }

        /**
         * Sets how long calls of {@link #peers} may take.
         * @param peerTimeout of a call that names none, positive; 5 s by default
         * @return this
         */
        public Builder peerTimeout(Duration peerTimeout) {
            this.peerTimeout = peerTimeout;
            return this;
        }

        /**
         * Sets what sees the calls of {@link #peers}: interceptors and observers.
         * @param peerCalls an {@code AcceptedPeers.Factory} of the package {@code client}
         * @return this
         */
        public Builder peerCalls(PeerCallers.Factory peerCalls) {
            this.peerCalls = peerCalls;
            return this;
        }

        /** For tests: instead of the endpoint's. */
        Builder transport(Transport transport) {
            this.transport = transport;
            return this;
        }

        /**
         * Makes the server, which does not run yet.
         * @return the server
         * @throws IllegalArgumentException if a method is served twice, a message type
         * has no codec, or the endpoint no transport
         */
        public RpcServer build() {
            Codecs known = codecs();
            ServerOptions options = options();
            RateLimitedLog log = new RateLimitedLog(LOGGER, System::nanoTime);
            Transport carrier = transport != null ? transport : Transports.forEndpoint(endpoint);
            PeerCallSettings calls = new PeerCallSettings(endpoint, known, peerTimeout, options.maxMessageLength(),
                    options.maxMetadataLength(), options.maxCalls(), options.compressAbove());
            return new RpcServer(new ServerSetup(endpoint, carrier, options, bridged(registry(known)),
                    exceptionHandlers(), executor(), daemon, whenReplaced, new ServerCounters(), log,
                    new Peers(calls, peerCalls, log), List.copyOf(gateways)), announcement);
        }

    }

}
