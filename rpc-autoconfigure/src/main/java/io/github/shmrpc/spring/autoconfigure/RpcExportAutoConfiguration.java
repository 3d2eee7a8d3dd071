package io.github.shmrpc.spring.autoconfigure;

import io.github.shmrpc.CallObserver;
import io.github.shmrpc.codec.Codecs;
import io.github.shmrpc.server.RpcServices;
import io.github.shmrpc.server.ServerInterceptor;
import io.github.shmrpc.server.ServerOptions;
import io.github.shmrpc.spring.RpcChannelCustomizer;
import io.github.shmrpc.spring.RpcClientFactory;
import io.github.shmrpc.spring.client.ExportingChannels;
import io.github.shmrpc.spring.server.AdviceBeans;
import io.github.shmrpc.spring.server.EndpointBeans;
import io.github.shmrpc.spring.server.RpcServerFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.thread.Threading;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration of endpoints that are exported over a channel, so that the server on
 * its other end can call back ({@link io.github.shmrpc.spring.RpcEndpoint#channel()}).
 */
@AutoConfiguration(after = { RpcServerAutoConfiguration.class, RpcClientAutoConfiguration.class })
@ConditionalOnBean({ EndpointBeans.class, RpcClientFactory.class })
public final class RpcExportAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(name = "rpcExportedServices")
    RpcChannelCustomizer rpcExportedServices(EndpointBeans endpoints, AdviceBeans advice, Codecs codecs,
            ObjectProvider<ServerInterceptor> interceptors,
            @Qualifier("rpcExportedTimers") ObjectProvider<CallObserver.Factory> observers, Environment environment) {
        ServerOptions options = ServerOptions.defaults().withVirtualThreads(Threading.VIRTUAL.isActive(environment));
        return (name, builder) -> {
            if (endpoints.exportingChannels().contains(name)) {
                RpcServices exported = RpcServerFactory.exported(name, options, codecs, endpoints,
                        interceptors.orderedStream().toList(), advice.find(), observers.getIfAvailable());
                if (exported != null) {
                    builder.services(exported);
                }
            }
        };
    }

    @Bean
    @ConditionalOnMissingBean
    ExportingChannels rpcExportingChannels(RpcClientFactory clients, EndpointBeans endpoints,
            RpcClientProperties properties) {
        return new ExportingChannels(clients, endpoints::exportingChannels, properties.phase());
    }

}
