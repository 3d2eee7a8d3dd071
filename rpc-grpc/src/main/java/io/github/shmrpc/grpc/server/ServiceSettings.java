package io.github.shmrpc.grpc.server;

import java.util.List;
import java.util.concurrent.Executor;

import io.github.shmrpc.Endpoint;
import io.grpc.CompressorRegistry;
import io.grpc.DecompressorRegistry;
import io.grpc.HandlerRegistry;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import org.jspecify.annotations.Nullable;

/**
 * What is served, and how.
 *
 * @param endpoint where
 * @param services by their definitions
 * @param fallback asked for methods of no service, or {@code null}
 * @param interceptors as given to the builder
 * @param tracers of all calls
 * @param compressors by name
 * @param decompressors by name
 * @param maxInboundMessageSize in bytes
 * @param executor runs callbacks that come from other threads than the calls', or
 * {@code null} to have them run there
 */
public record ServiceSettings(Endpoint endpoint, List<ServerServiceDefinition> services,
        @Nullable HandlerRegistry fallback, List<ServerInterceptor> interceptors,
        List<ServerStreamTracer.Factory> tracers, CompressorRegistry compressors, DecompressorRegistry decompressors,
        int maxInboundMessageSize, @Nullable Executor executor) {
}
