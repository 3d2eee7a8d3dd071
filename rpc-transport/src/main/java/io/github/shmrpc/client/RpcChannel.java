package io.github.shmrpc.client;

import java.util.concurrent.CompletableFuture;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Endpoint;
import io.github.shmrpc.codec.Codecs;

/** Stub to be replaced: shows the API. */
public final class RpcChannel implements AutoCloseable {

    public static RpcChannel open(String endpoint) {
        return builder(endpoint).build();
    }

    public static Builder builder(String endpoint) {
        return builder(Endpoint.parse(endpoint));
    }

    public static Builder builder(Endpoint endpoint) {
        throw new UnsupportedOperationException();
    }

    public Endpoint endpoint() {
        throw new UnsupportedOperationException();
    }

    public <T> T proxy(Class<T> contract) {
        throw new UnsupportedOperationException();
    }

    public <T> T call(String method, Object request, Class<T> reply) {
        return call(method, request, reply, CallOptions.defaults());
    }

    public <T> T call(String method, Object request, Class<T> reply, CallOptions options) {
        throw new UnsupportedOperationException();
    }

    public <T> CompletableFuture<T> callAsync(String method, Object request, Class<T> reply, CallOptions options) {
        throw new UnsupportedOperationException();
    }

    public ChannelState state() {
        throw new UnsupportedOperationException();
    }

    /**
     * Connects now instead of with the first call; throws RpcException (UNAVAILABLE,
     * PERMISSION_DENIED...) if it fails.
     */
    public void connect(java.time.Duration timeout) {
        throw new UnsupportedOperationException();
    }

    /** Idempotent. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }

    public interface Builder {

        Builder options(ChannelOptions options);

        /** The name in logs, errors and metrics. */
        Builder name(String name);

        Builder codecs(Codecs codecs);

        RpcChannel build();

    }

}
