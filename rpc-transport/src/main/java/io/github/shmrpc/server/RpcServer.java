package io.github.shmrpc.server;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;

import io.github.shmrpc.Dispatch;
import io.github.shmrpc.Endpoint;
import io.github.shmrpc.codec.Codecs;

/** Stub to be replaced: shows the API. */
public final class RpcServer implements AutoCloseable {

    public static Builder builder(String endpoint) {
        return builder(Endpoint.parse(endpoint));
    }

    public static Builder builder(Endpoint endpoint) {
        throw new UnsupportedOperationException();
    }

    public Endpoint endpoint() {
        throw new UnsupportedOperationException();
    }

    /** Starts to listen; may be called again after stop(). */
    public RpcServer start() throws IOException {
        throw new UnsupportedOperationException();
    }

    public boolean isRunning() {
        throw new UnsupportedOperationException();
    }

    /**
     * Stops accepting, tells peers (GOAWAY), waits for running calls at most
     * drainTimeout, cancels the rest, closes.
     */
    public void stop(Duration drainTimeout) {
        throw new UnsupportedOperationException();
    }

    /** Full names of the methods served: Service/Method. */
    public List<String> methods() {
        throw new UnsupportedOperationException();
    }

    public int connectionCount() {
        throw new UnsupportedOperationException();
    }

    public int callsInFlight() {
        throw new UnsupportedOperationException();
    }

    /** stop(options.drainTimeout()). Idempotent. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }

    public interface Builder {

        Builder options(ServerOptions options);

        Builder codecs(Codecs codecs);

        Builder executor(Executor executor);

        /**
         * A handler: implements contracts, or a plain object with public methods. Throws
         * IllegalArgumentException naming each refused method.
         */
        Builder register(Object handler);

        /**
         * As above with the contracts to serve named by the caller (a proxied bean:
         * target class for discovery, calls through the bean).
         */
        Builder register(Object handler, Class<?> handlerType, String serviceName, Dispatch dispatch);

        RpcServer build();

    }

}
