package io.github.shmrpc.server;

import java.util.List;
import java.util.concurrent.Executor;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.logging.RateLimitedLog;
import io.github.shmrpc.transport.Transport;
import org.jspecify.annotations.Nullable;

/**
 * What a server keeps from start to start.
 *
 * @param endpoint where it listens
 * @param transport the endpoint's
 * @param options its settings
 * @param registry what it serves
 * @param exceptionHandlers translate what handlers throw, in order
 * @param executor for methods that run there, or {@code null} for one of its own
 * @param daemon whether its threads let the JVM end
 * @param whenReplaced run when the server has stopped because another one has taken its
 * endpoint over
 * @param counters what it counts
 * @param log for what happens more than once
 * @param peers those that are connected
 * @param gateways other ways to it
 */
record ServerSetup(Endpoint endpoint, Transport transport, ServerOptions options, ServiceRegistry registry,
        List<ExceptionHandler> exceptionHandlers, @Nullable Executor executor, boolean daemon, Runnable whenReplaced,
        ServerCounters counters, RateLimitedLog log, Peers peers, List<Gateway> gateways) {

    private static final int SHOWN_LENGTH = 24;

    /** How the server's threads are called, before what they do. */
    String threadName() {
        String address = endpoint.address();
        String tail = address.substring(address.lastIndexOf('/') + 1);
        return "rpc-" + tail.substring(Math.max(0, tail.length() - SHOWN_LENGTH));
    }

}
