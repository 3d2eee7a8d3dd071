package io.github.shmrpc.spring.autoconfigure;

import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.spring.server.AdviceBeans;
import io.github.shmrpc.spring.server.EndpointBeans;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * Auto-configuration of the server: serves the beans marked
 * {@link io.github.shmrpc.spring.RpcEndpoint} if {@code rpc.server.endpoint} says where.
 */
@AutoConfiguration(after = RpcCodecAutoConfiguration.class)
@ConditionalOnClass(RpcServer.class)
@ConditionalOnBooleanProperty(name = "rpc.server.enabled", matchIfMissing = true)
@EnableConfigurationProperties(RpcServerProperties.class)
@Import({ RpcServerConfigurations.ServerConfiguration.class, RpcServerConfigurations.LifecycleConfiguration.class,
        RpcServerConfigurations.NoServerConfiguration.class })
public final class RpcServerAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    EndpointBeans rpcEndpointBeans(ConfigurableListableBeanFactory beanFactory) {
        return new EndpointBeans(beanFactory);
    }

    @Bean
    @ConditionalOnMissingBean
    AdviceBeans rpcAdviceBeans(ConfigurableListableBeanFactory beanFactory) {
        return new AdviceBeans(beanFactory);
    }

}
