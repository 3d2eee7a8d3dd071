package io.github.shmrpc.spring.grpc;

import java.util.List;
import java.util.function.Function;

import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.grpc.ShmChannelBuilder;
import io.grpc.ChannelCredentials;
import org.jspecify.annotations.Nullable;

import org.springframework.grpc.client.ClientInterceptorsConfigurer;
import org.springframework.grpc.client.DefaultGrpcChannelFactory;
import org.springframework.grpc.client.GrpcChannelBuilderCustomizer;

/**
 * Has Spring's gRPC clients call over channels of ours, where their target is one. Any
 * thread may call.
 */
public final class RpcGrpcChannelFactory extends DefaultGrpcChannelFactory<ShmChannelBuilder> {

    private final Function<String, @Nullable RpcChannel> channels;

    /**
     * No channel yet.
     * @param channels by target; {@code null} for what others lead to
     * @param customizers of each channel
     * @param interceptors of each channel
     */
    public RpcGrpcChannelFactory(Function<String, @Nullable RpcChannel> channels,
            List<GrpcChannelBuilderCustomizer<ShmChannelBuilder>> customizers,
            ClientInterceptorsConfigurer interceptors) {
        super(customizers, interceptors);
        this.channels = channels;
        setVirtualTargets((target) -> target);
    }

    @Override
    public boolean supports(String target) {
        return channels.apply(target) != null;
    }

    @Override
    protected ShmChannelBuilder newChannelBuilder(String target, ChannelCredentials credentials) {
        RpcChannel channel = channels.apply(target);
        if (channel == null) {
            throw new IllegalArgumentException("No channel leads to gRPC target '" + target
                    + "': add io.grpc:grpc-netty-shaded for those on the network, or name it under rpc.client.channels");
        }
        return ShmChannelBuilder.over(channel);
    }

}
