package io.github.shmrpc.spring.autoconfigure;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import io.github.shmrpc.Dispatch;
import io.github.shmrpc.grpc.ShmServerBuilder;
import io.github.shmrpc.spring.RpcChannelCustomizer;
import io.github.shmrpc.spring.RpcClientFactory;
import io.github.shmrpc.spring.RpcServerCustomizer;
import io.github.shmrpc.spring.client.RpcChannels;
import io.github.shmrpc.spring.grpc.RpcGrpcStubDefinitions;
import io.github.shmrpc.spring.grpc.RpcGrpcStubs;
import io.grpc.BindableService;
import io.grpc.ClientInterceptor;
import io.grpc.ServerInterceptor;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;

/**
 * Auto-configuration of gRPC: serves {@link BindableService} beans at
 * {@code rpc.server.endpoint}, beside the beans marked
 * {@link io.github.shmrpc.spring.RpcEndpoint}, and makes generated stubs injectable.
 */
@AutoConfiguration(before = { RpcServerAutoConfiguration.class, RpcClientAutoConfiguration.class })
@ConditionalOnClass(ShmServerBuilder.class)
public final class RpcGrpcAutoConfiguration {

    /** As gRPC wants them: it calls the last one first. */
    private static <T> List<T> outermostLast(ObjectProvider<T> beans) {
        List<T> reversed = new ArrayList<>(beans.orderedStream().toList());
        Collections.reverse(reversed);
        return reversed;
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnBooleanProperty(name = "rpc.server.grpc.enabled", matchIfMissing = true)
    static class ServiceConfiguration {

        @Bean
        @ConditionalOnMissingBean(name = "rpcGrpcServices")
        RpcServerCustomizer rpcGrpcServices(ObjectProvider<BindableService> services,
                ObjectProvider<ServerInterceptor> interceptors, ObjectProvider<RpcServerProperties> properties) {
            return (server) -> {
                ShmServerBuilder builder = ShmServerBuilder.forEndpoint(properties.getObject().parsedEndpoint())
                    .maxInboundMessageSize((int) properties.getObject().maxMessageLength().toBytes());
                List<BindableService> found = services.orderedStream().toList();
                if (!found.isEmpty()) {
                    found.forEach(builder::addService);
                    outermostLast(interceptors).forEach(builder::intercept);
                    server.bridge(builder.buildBridge(), Dispatch.INHERIT);
                }
            };
        }

    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnBooleanProperty(name = "rpc.client.enabled", matchIfMissing = true)
    static class RemoteConfiguration {

        /** First, so that the application's own customizers have the last word. */
        @Bean
        @Order(Ordered.HIGHEST_PRECEDENCE)
        @ConditionalOnMissingBean(name = "rpcRemoteChannels")
        RpcChannelCustomizer rpcRemoteChannels(RpcClientProperties properties, ObjectProvider<SslBundles> bundles,
                ObjectProvider<RpcChannels> channels, ObjectProvider<ServiceFinder> finders) {
            return new RemoteChannels(properties, bundles, channels, finders);
        }

    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnBooleanProperty(name = "rpc.client.enabled", matchIfMissing = true)
    static class StubConfiguration {

        private static final String STUBS = "rpcGrpcStubs";

        @Bean(STUBS)
        @ConditionalOnMissingBean(name = STUBS)
        RpcGrpcStubs rpcGrpcStubs(RpcClientFactory channels, ObjectProvider<ClientInterceptor> interceptors) {
            return new RpcGrpcStubs(channels::channel, outermostLast(interceptors));
        }

        @Bean
        static RpcGrpcStubDefinitions rpcGrpcStubDefinitions(Environment environment, ResourceLoader resourceLoader) {
            return new RpcGrpcStubDefinitions(STUBS, environment, resourceLoader);
        }

    }

}
