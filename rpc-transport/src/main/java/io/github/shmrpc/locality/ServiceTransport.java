package io.github.shmrpc.locality;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.transport.Acceptor;
import io.github.shmrpc.transport.Connection;
import io.github.shmrpc.transport.ConnectionHandler;
import io.github.shmrpc.transport.Dialled;
import io.github.shmrpc.transport.PermanentConnectException;
import io.github.shmrpc.transport.Transport;
import io.github.shmrpc.transport.TransportOptions;
import io.github.shmrpc.transport.Transports;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reaches a service by its name, {@code service:world}: through shared memory while it
 * runs on this host, as its {@link ServiceFile} says, and elsewhere otherwise. Looks
 * again each time that a connection is made; while one leads elsewhere, twice a second
 * whether the service has come to this host. Calls that run then end where they are.
 * Thread-safe.
 *
 * <pre>{@code
 * RpcChannel.builder("service:world")
 *     .transport(ServiceTransport.orElse(Endpoint.parse("grpcs://world.example:8443"), new GrpcTransport()))
 *     .build();
 * }</pre>
 */
public final class ServiceTransport implements Transport {

    private static final Logger LOGGER = LoggerFactory.getLogger(ServiceTransport.class);

    private static final String SCHEME = "service";

    private static final long LOOK_INTERVAL_MS = 500;

    /** After which a server that did not take the client is tried again. */
    private static final long RETRY_NS = 10_000_000_000L;

    private final @Nullable Supplier<Endpoint> elsewhere;

    private final @Nullable Transport carrier;

    /** Of services on this host only. */
    public ServiceTransport() {
        this(null, null);
    }

    private ServiceTransport(@Nullable Supplier<Endpoint> elsewhere, @Nullable Transport carrier) {
        this.elsewhere = elsewhere;
        this.carrier = carrier;
    }

    /**
     * Of services that are elsewhere when they are not on this host.
     * @param elsewhere where
     * @param carrier how they are reached there
     * @return for channels to any service
     */
    public static ServiceTransport orElse(Endpoint elsewhere, Transport carrier) {
        carrier.check(elsewhere);
        return orElse(() -> elsewhere, carrier);
    }

    /**
     * The same for services that move about.
     * @param elsewhere asked for each connection, and twice a second while there is one:
     * if it says something else, the connection is left; if it throws, none is made, for
     * the reason in the exception's message, and one that there is stays. Returns soon
     * @param carrier how they are reached there
     * @return for channels to any service
     */
    public static ServiceTransport orElse(Supplier<Endpoint> elsewhere, Transport carrier) {
        return new ServiceTransport(elsewhere, carrier);
    }

    @Override
    public String scheme() {
        return SCHEME;
    }

    @Override
    public void check(Endpoint endpoint) {
        ServiceFile.of(endpoint.address());
    }

    @Override
    public Dialled connect(Endpoint endpoint, TransportOptions options, ConnectionHandler handler) throws IOException {
        ServiceFile file = ServiceFile.of(endpoint.address());
        ServiceFile.Entry entry = null;
        boolean refused = false;
        IOException failure = new IOException(
                "service '" + endpoint.address() + "' does not run on this host, as " + file + " is not there");
        try {
            entry = file.read();
            if (entry != null) {
                return Transports.forEndpoint(entry.endpoint()).connect(entry.endpoint(), options, handler);
            }
        }
        catch (InterruptedIOException interrupted) {
            throw interrupted;
        }
        catch (IOException | IllegalArgumentException notHere) {
            refused = isRefusal(notHere);
            failure = new IOException(
                    "service '" + endpoint.address() + "' cannot be reached on this host: " + notHere.getMessage(),
                    notHere);
        }
        if (elsewhere == null || carrier == null) {
            throw failure;
        }
        LOGGER.debug("Going elsewhere: {}", failure.getMessage());
        Endpoint there = find(elsewhere, failure);
        Dialled dialled = carrier.connect(there, options, handler);
        new Watch(dialled.connection(), file, entry, refused, there, elsewhere).start();
        return dialled;
    }

    /** Somebody was there, and may take clients another time. */
    private static boolean isRefusal(Exception notHere) {
        return notHere instanceof IOException && !(notHere instanceof PermanentConnectException)
                && !(notHere.getCause() instanceof SocketException);
    }

    private static Endpoint find(Supplier<Endpoint> elsewhere, IOException notHere) throws IOException {
        try {
            return elsewhere.get();
        }
        catch (RuntimeException nowhere) {
            throw new IOException(notHere.getMessage() + ", nor is it found elsewhere: " + nowhere.getMessage(),
                    nowhere);
        }
    }

    @Override
    public Acceptor listen(Endpoint endpoint, TransportOptions options, ConnectionHandler handler) throws IOException {
        throw new IOException("No server can listen on " + endpoint
                + ": it listens on a shm or unix endpoint, and announces the service's name beside that");
    }

    /** Has a connection left when there is a better one. On the watching thread. */
    private static final class Watch implements Runnable {

        private static final ScheduledThreadPoolExecutor WATCHER = watcher();

        private final Connection connection;

        private final ServiceFile file;

        /** Leads nowhere, or to one that has refused. */
        private final ServiceFile.@Nullable Entry stale;

        private final boolean refused;

        private final long begunNs = System.nanoTime();

        private final Endpoint there;

        private final Supplier<Endpoint> elsewhere;

        private @Nullable ScheduledFuture<?> looking;

        Watch(Connection connection, ServiceFile file, ServiceFile.@Nullable Entry stale, boolean refused,
                Endpoint there, Supplier<Endpoint> elsewhere) {
            this.connection = connection;
            this.file = file;
            this.stale = stale;
            this.refused = refused;
            this.there = there;
            this.elsewhere = elsewhere;
        }

        private static ScheduledThreadPoolExecutor watcher() {
            ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, (task) -> {
                Thread thread = new Thread(task, "shmrpc-services");
                thread.setDaemon(true);
                return thread;
            });
            executor.setRemoveOnCancelPolicy(true);
            executor.setKeepAliveTime(10, TimeUnit.SECONDS);
            executor.allowCoreThreadTimeOut(true);
            return executor;
        }

        synchronized void start() {
            looking = WATCHER.scheduleWithFixedDelay(this, LOOK_INTERVAL_MS, LOOK_INTERVAL_MS, TimeUnit.MILLISECONDS);
        }

        @Override
        public synchronized void run() {
            boolean over = !connection.isOpen();
            if (!over && (isHere() || isElsewhere())) {
                LOGGER.info("Leaving {}, as there is a better place", there);
                connection.leave();
                over = true;
            }
            if (over && looking != null) {
                looking.cancel(false);
            }
        }

        private boolean isHere() {
            try {
                ServiceFile.Entry entry = file.read();
                boolean again = refused && System.nanoTime() - begunNs > RETRY_NS;
                return entry != null && (again || !entry.equals(stale));
            }
            catch (IOException unreadable) {
                return false;
            }
        }

        private boolean isElsewhere() {
            try {
                return !there.equals(elsewhere.get());
            }
            catch (RuntimeException unknown) {
                LOGGER.debug("Staying at {}, as nobody knows better", there, unknown);
                return false;
            }
        }

    }

}
