package io.github.shmrpc.spring.server;

import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

import io.github.shmrpc.server.RpcServer;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationContext;
import org.springframework.context.SmartLifecycle;

/**
 * Starts the server last and stops it first, and keeps the JVM alive in between. Stopping
 * refuses traffic first, so that whoever watches readiness sends no more, and then lets
 * running calls end.
 */
public final class RpcServerLifecycle implements SmartLifecycle, DisposableBean {

    /**
     * Together with the web server's graceful shutdown; everything that handlers use
     * stops later.
     */
    public static final int DEFAULT_PHASE = SmartLifecycle.DEFAULT_PHASE - 1024;

    private static final Log logger = LogFactory.getLog(RpcServerLifecycle.class);

    private final Supplier<RpcServer> serverSupplier;

    private final ApplicationContext context;

    private final Duration drainTimeout;

    private final int phase;

    // Guarded by this.
    private @Nullable RpcServer server;

    private @Nullable CountDownLatch keepAlive;

    private boolean readinessToRestore;

    /**
     * A lifecycle.
     * @param serverSupplier gives the same server each time; asked when the first start
     * begins, when all beans are there
     * @param context told of readiness
     * @param drainTimeout how long running calls may take to end
     * @param phase when to start and stop
     */
    public RpcServerLifecycle(Supplier<RpcServer> serverSupplier, ApplicationContext context, Duration drainTimeout,
            int phase) {
        this.serverSupplier = serverSupplier;
        this.context = context;
        this.drainTimeout = drainTimeout;
        this.phase = phase;
    }

    @Override
    public synchronized void start() {
        if (keepAlive != null) {
            return;
        }
        RpcServer starting = serverSupplier.get();
        try {
            starting.start();
        }
        catch (IOException ex) {
            throw new RpcServerStartException(starting.endpoint().toString(), ex);
        }
        server = starting;
        keepAlive = startKeepAlive();
        logListening(starting);
        if (readinessToRestore) {
            readinessToRestore = false;
            AvailabilityChangeEvent.publish(context, ReadinessState.ACCEPTING_TRAFFIC);
        }
    }

    /** Blocks until the running calls have ended or were cancelled. */
    @Override
    public void stop() {
        RpcServer stopping = takeRunning();
        if (stopping != null) {
            refuseTraffic();
            drain(stopping);
        }
    }

    /**
     * Returns at once, so that the other components of the phase can stop at the same
     * time.
     */
    @Override
    public void stop(Runnable callback) {
        RpcServer stopping = takeRunning();
        if (stopping == null) {
            callback.run();
            return;
        }
        refuseTraffic();
        new Thread(() -> {
            try {
                drain(stopping);
            }
            finally {
                callback.run();
            }
        }, "rpc-server-stop").start();
    }

    private synchronized @Nullable RpcServer takeRunning() {
        RpcServer running = server;
        server = null;
        return running;
    }

    private void drain(RpcServer stopping) {
        try {
            stopping.stop(drainTimeout);
        }
        catch (RuntimeException ex) {
            logger.warn("RPC server did not stop cleanly: " + stopping.endpoint(), ex);
        }
        finally {
            releaseKeepAlive();
        }
    }

    /** Contexts that are refreshed again do not stop their beans before they end them. */
    @Override
    public void destroy() {
        RpcServer stopping = takeRunning();
        if (stopping != null) {
            drain(stopping);
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return keepAlive != null;
    }

    /**
     * How long a stop waits for running calls.
     * @return what is configured, or what the shutdown phase leaves if that is less
     */
    public Duration drainTimeout() {
        return drainTimeout;
    }

    @Override
    public int getPhase() {
        return phase;
    }

    private void refuseTraffic() {
        ApplicationAvailability availability = context.getBeanProvider(ApplicationAvailability.class).getIfUnique();
        boolean accepted = availability != null && availability.getReadinessState() == ReadinessState.ACCEPTING_TRAFFIC;
        synchronized (this) {
            readinessToRestore = accepted;
        }
        AvailabilityChangeEvent.publish(context, ReadinessState.REFUSING_TRAFFIC);
    }

    /**
     * Virtual threads and the server's own may be daemons: a service without a web server
     * would end at once.
     */
    private static CountDownLatch startKeepAlive() {
        CountDownLatch stopped = new CountDownLatch(1);
        Thread thread = new Thread(() -> awaitUninterruptibly(stopped), "rpc-server-keep-alive");
        thread.setDaemon(false);
        thread.start();
        return stopped;
    }

    private static void awaitUninterruptibly(CountDownLatch stopped) {
        while (stopped.getCount() > 0) {
            try {
                stopped.await();
            }
            catch (InterruptedException ex) {
                // Nobody has a reason to interrupt it, and only a stop may end it.
                logger.debug("Interrupt ignored", ex);
            }
        }
    }

    private synchronized void releaseKeepAlive() {
        if (keepAlive != null) {
            keepAlive.countDown();
            keepAlive = null;
        }
    }

    private static void logListening(RpcServer server) {
        List<String> methods = server.methods();
        if (methods.isEmpty() && server.hasBridge()) {
            logger.info("RPC server listens on " + server.endpoint() + " (services of a bridge)");
            return;
        }
        if (methods.isEmpty()) {
            logger.warn("RPC server listens on " + server.endpoint()
                    + " but serves nothing: mark a bean with @RpcEndpoint, or leave out rpc.server.endpoint");
            return;
        }
        Set<String> services = new HashSet<>();
        for (String method : methods) {
            services.add(method.substring(0, method.lastIndexOf('/')));
        }
        logger.info("RPC server listens on " + server.endpoint() + " (" + count(services.size(), "service") + ", "
                + count(methods.size(), "method") + ")");
    }

    private static String count(int number, String what) {
        return number + " " + what + ((number == 1) ? "" : "s");
    }

}
