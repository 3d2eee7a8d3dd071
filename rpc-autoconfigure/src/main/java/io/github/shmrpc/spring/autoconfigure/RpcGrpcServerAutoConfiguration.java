package io.github.shmrpc.spring.autoconfigure;

import java.util.List;

import io.github.shmrpc.grpc.gateway.GrpcGateway;
import io.github.shmrpc.spring.RpcServerCustomizer;
import io.github.shmrpc.spring.grpc.BundleCredentials;
import io.github.shmrpc.spring.grpc.GatewayLifecycle;
import io.grpc.ServerCredentials;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/**
 * Auto-configuration of the server on the network: what it serves at its endpoint is
 * served by gRPC at {@code rpc.server.grpc.port} as well.
 */
@AutoConfiguration(before = RpcServerAutoConfiguration.class,
        afterName = "org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration")
@ConditionalOnClass(GrpcGateway.class)
@Conditional(RpcGrpcServerAutoConfiguration.OnPortCondition.class)
@ConditionalOnBooleanProperty(name = "rpc.server.enabled", matchIfMissing = true)
@EnableConfigurationProperties(RpcGrpcServerProperties.class)
public final class RpcGrpcServerAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    GrpcGateway rpcGrpcGateway(RpcGrpcServerProperties properties, ObjectProvider<SslBundles> bundles) {
        return properties.gateway(credentials(properties.ssl(), bundles));
    }

    private static @Nullable ServerCredentials credentials(RpcGrpcServerProperties.Ssl ssl,
            ObjectProvider<SslBundles> bundles) {
        String name = ssl.bundle();
        if (name == null) {
            if (ssl.clientAuth() != RpcGrpcServerProperties.ClientAuth.NONE) {
                throw new InvalidConfigurationPropertyValueException(RpcGrpcServerProperties.PREFIX + "ssl.client-auth",
                        ssl.clientAuth(), "Without " + RpcGrpcServerProperties.PREFIX
                                + "ssl.bundle there is no TLS, so no client shows a certificate.");
            }
            return null;
        }
        try {
            return BundleCredentials.of(bundles.getObject(), name, ssl.clientAuth().grpc());
        }
        catch (NoSuchSslBundleException ex) {
            throw new InvalidConfigurationPropertyValueException(RpcGrpcServerProperties.PREFIX + "ssl.bundle", name,
                    "There is no such bundle under spring.ssl.bundle.");
        }
    }

    @Bean
    @ConditionalOnMissingBean(name = "rpcGrpcGatewayCustomizer")
    RpcServerCustomizer rpcGrpcGatewayCustomizer(GrpcGateway gateway) {
        return (server) -> server.gateway(gateway);
    }

    @Bean
    @ConditionalOnMissingBean
    GatewayLifecycle rpcGrpcGatewayLifecycle(GrpcGateway gateway, RpcServerProperties properties,
            ConfigurableApplicationContext context, ObjectProvider<ApplicationArguments> application) {
        // Only a SpringApplication has them, and says when it is ready.
        boolean readinessToCome = application.getIfAvailable() != null;
        return new GatewayLifecycle(gateway, context.getEnvironment(), properties.phase(), readinessToCome);
    }

    /** Whether there is a port; an empty one is none. */
    static final class OnPortCondition extends OnServerEndpointCondition {

        OnPortCondition() {
            super(List.of(RpcGrpcServerProperties.PREFIX + "port"));
        }

    }

}
