package io.github.shmrpc.grpc.remote;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannelBuilder;
import org.jspecify.annotations.Nullable;

/**
 * How servers on other hosts are reached.
 *
 * @param credentials with TLS, {@code null} for those of the JVM
 * @param plaintext whether no TLS is right on a network
 * @param loadBalancing a policy's name, or empty
 * @param keepAlive zero for none
 * @param compressAbove longest message that is sent as it is, in bytes
 * @param customizer comes last
 */
record RemoteSettings(@Nullable Supplier<ChannelCredentials> credentials, boolean plaintext, String loadBalancing,
        Duration keepAlive, int compressAbove, Consumer<ManagedChannelBuilder<?>> customizer) {
}
