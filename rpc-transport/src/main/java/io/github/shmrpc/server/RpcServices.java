package io.github.shmrpc.server;

import java.util.List;

import io.github.shmrpc.Dispatch;
import io.github.shmrpc.codec.Codecs;
import io.github.shmrpc.duplex.CalleeHalf;
import io.github.shmrpc.duplex.Duplex;
import io.github.shmrpc.duplex.ExportedServices;
import io.github.shmrpc.duplex.PeerCalls;
import io.github.shmrpc.logging.RateLimitedLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Services that a channel exports, so that the server on its other end can call back.
 *
 * <pre>{@code
 * RpcServices push = RpcServices.builder().register(new GatewayPush()).build();
 * RpcChannel world = RpcChannel.builder("shm:/tmp/world.sock").services(push).build();
 * }</pre>
 *
 * Handlers are those of a server, and run on the threads of an executor. One with
 * {@link Dispatch#INLINE} runs on the thread that polls the connection, often that of a
 * caller who waits for a reply: it must be short. {@link Dispatch#POLLED} is refused, as
 * nobody would poll. Thread-safe; may be given to several channels.
 */
public final class RpcServices implements ExportedServices {

    private static final Logger LOGGER = LoggerFactory.getLogger(RpcServices.class);

    private static final String THREAD_NAME = "rpc-exported";

    private final ServerOptions options;

    private final ServiceRegistry registry;

    private final List<ExceptionHandler> exceptionHandlers;

    private final CallExecutor executor;

    private final ServerCounters counters = new ServerCounters();

    private final RateLimitedLog log = new RateLimitedLog(LOGGER, System::nanoTime);

    private final DeadlineTimer deadlines = new DeadlineTimer(THREAD_NAME + "-deadlines", log);

    private RpcServices(Builder builder) {
        Codecs codecs = builder.codecs();
        this.options = builder.options();
        this.registry = builder.registry(codecs);
        this.exceptionHandlers = builder.exceptionHandlers();
        this.executor = new CallExecutor(builder.executor(), options, THREAD_NAME);
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * The methods served.
     * @return full names, {@code Service/Method}, sorted
     */
    public List<String> methods() {
        return registry.names();
    }

    @Override
    public List<String> services() {
        return registry.services();
    }

    /**
     * What was counted so far, on all channels.
     * @return a snapshot
     */
    public ServerStatistics statistics() {
        return counters.snapshot();
    }

    @Override
    public CalleeHalf open(Duplex connection, PeerCalls back, Runnable whenIdle) {
        return new ExportedCalls(this, connection, back, whenIdle);
    }

    ServerOptions options() {
        return options;
    }

    ServiceRegistry registry() {
        return registry;
    }

    List<ExceptionHandler> exceptionHandlers() {
        return exceptionHandlers;
    }

    CallExecutor executor() {
        return executor;
    }

    ServerCounters counters() {
        return counters;
    }

    RateLimitedLog log() {
        return log;
    }

    DeadlineTimer deadlines() {
        return deadlines;
    }

    /** What a channel exports. For one thread. */
    public static final class Builder extends ServicesBuilder<Builder> {

        private Builder() {
        }

        @Override
        Builder self() {
            return this;
        }

        /**
         * Makes the services.
         * @return to be given to channels
         * @throws IllegalArgumentException if there are none, a method is served twice or
         * is to be polled, or a message type has no codec
         */
        public RpcServices build() {
            RpcServices services = new RpcServices(this);
            List<String> polled = services.registry.namesOf(Dispatch.POLLED);
            if (!polled.isEmpty()) {
                throw new IllegalArgumentException("Methods of a channel cannot be polled, as RpcServer.poll serves"
                        + " those of a server: choose another dispatch for " + String.join(", ", polled));
            }
            if (services.registry.names().isEmpty()) {
                throw new IllegalArgumentException("Services of a channel need at least one handler: call register");
            }
            return services;
        }

    }

}
