package io.github.shmrpc.spring.autoconfigure;

import java.util.List;
import java.util.Set;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.grpc.ShmChannelBuilder;
import io.github.shmrpc.spring.client.RpcChannels;
import io.github.shmrpc.spring.grpc.RpcGrpcChannelFactory;
import io.grpc.CompressorRegistry;
import io.grpc.DecompressorRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.grpc.client.autoconfigure.GrpcClientProperties;
import org.springframework.boot.util.LambdaSafe;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.grpc.client.ClientInterceptorsConfigurer;
import org.springframework.grpc.client.GrpcChannelBuilderCustomizer;

/**
 * Auto-configuration of Spring Boot's own gRPC clients: those whose target is an endpoint
 * on this host, or a name under {@code rpc.client.channels}, call over channels of ours.
 * Boot's factories make the others, as ever.
 */
@AutoConfiguration(after = RpcClientAutoConfiguration.class,
        afterName = "org.springframework.boot.grpc.client.autoconfigure.GrpcClientAutoConfiguration",
        beforeName = "org.springframework.boot.grpc.client.autoconfigure.CompositeChannelFactoryAutoConfiguration")
@ConditionalOnClass({ ShmChannelBuilder.class, ClientInterceptorsConfigurer.class, GrpcClientProperties.class })
@ConditionalOnBean({ RpcChannels.class, ClientInterceptorsConfigurer.class, GrpcClientProperties.class })
public final class RpcGrpcClientAutoConfiguration {

    /** Not {@code unix}, which gRPC speaks itself, in its own way. */
    private static final Set<String> SCHEMES = Set.of("shm", "inproc", "service");

    /** What Boot says of a channel whose target nobody has set. */
    private static final String UNSET = new GrpcClientProperties.Channel().getTarget();

    /** First, as Boot's factories take every target. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    @ConditionalOnMissingBean
    RpcGrpcChannelFactory rpcGrpcChannelFactory(GrpcClientProperties properties, RpcChannels channels,
            ClientInterceptorsConfigurer interceptors, ObjectProvider<GrpcChannelBuilderCustomizer<?>> customizers,
            ObjectProvider<CompressorRegistry> compressors, ObjectProvider<DecompressorRegistry> decompressors) {
        return new RpcGrpcChannelFactory((target) -> channel(target, properties, channels),
                List.of((target, builder) -> {
                    compressors.ifAvailable(builder::compressorRegistry);
                    decompressors.ifAvailable(builder::decompressorRegistry);
                    customize(target, builder, customizers);
                }), interceptors);
    }

    private static @Nullable RpcChannel channel(String name, GrpcClientProperties properties, RpcChannels channels) {
        GrpcClientProperties.Channel known = properties.getChannel().get(name);
        String target = (known != null) ? known.getTarget() : name;
        if (SCHEMES.contains(target.substring(0, Math.max(0, target.indexOf(':'))))) {
            return channels.channel(Endpoint.parse(target));
        }
        boolean free = known == null || target.equals(UNSET);
        return (free && channels.settings().containsKey(name)) ? channels.channel(name) : null;
    }

    /** Leaves those out that are for channels of Netty's. */
    @SuppressWarnings("unchecked")
    private static void customize(String target, ShmChannelBuilder builder,
            ObjectProvider<GrpcChannelBuilderCustomizer<?>> customizers) {
        LambdaSafe.callbacks(GrpcChannelBuilderCustomizer.class, customizers.orderedStream().toList(), builder)
            .withLogger(RpcGrpcChannelFactory.class)
            .invoke((customizer) -> customizer.customize(target, builder));
    }

}
