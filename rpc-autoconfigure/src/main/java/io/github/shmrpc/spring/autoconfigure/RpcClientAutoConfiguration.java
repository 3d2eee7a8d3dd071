package io.github.shmrpc.spring.autoconfigure;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import io.github.shmrpc.client.ChannelOptions;
import io.github.shmrpc.client.ClientInterceptor;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.codec.Codecs;
import io.github.shmrpc.spring.RpcChannelCustomizer;
import io.github.shmrpc.spring.RpcClientFactory;
import io.github.shmrpc.spring.RpcConnectionDetails;
import io.github.shmrpc.spring.client.RpcChannels;
import io.github.shmrpc.spring.client.RpcClientDefinitions;
import io.github.shmrpc.spring.client.RpcClientFieldPostProcessor;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;

/**
 * Auto-configuration of clients: finds contracts in the application's packages and makes
 * their clients injectable. Connects to nothing by itself.
 */
@AutoConfiguration(after = RpcCodecAutoConfiguration.class)
@ConditionalOnClass(RpcChannel.class)
@ConditionalOnBooleanProperty(name = "rpc.client.enabled", matchIfMissing = true)
@EnableConfigurationProperties(RpcClientProperties.class)
public final class RpcClientAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    static RpcClientDefinitions rpcClientDefinitions(ConfigurableListableBeanFactory beanFactory,
            Environment environment, ResourceLoader resourceLoader) {
        return new RpcClientDefinitions(beanFactory, environment, resourceLoader);
    }

    @Bean
    @ConditionalOnMissingBean
    static RpcClientFieldPostProcessor rpcClientFieldPostProcessor() {
        return new RpcClientFieldPostProcessor();
    }

    @Bean
    @ConditionalOnMissingBean(RpcClientFactory.class)
    RpcChannels rpcClientFactory(RpcClientProperties properties, Codecs codecs,
            ObjectProvider<RpcConnectionDetails> connectionDetails, ObjectProvider<ClientInterceptor> interceptors,
            ObjectProvider<RpcChannelCustomizer> customizers, Environment environment) {
        RpcConnectionDetails details = firstOf(connectionDetails.orderedStream().toList());
        String applicationName = environment.getProperty("spring.application.name");
        ChannelOptions globalOptions = properties.globalOptions(applicationName, codecs);
        // Asked for when a channel is made: an interceptor may need other beans.
        RpcChannelCustomizer intercepting = (name, builder) -> interceptors.orderedStream()
            .forEach(builder::interceptor);
        return new RpcChannels(properties.settings(applicationName, codecs, details), globalOptions, codecs, details,
                Stream.concat(Stream.of(intercepting), customizers.orderedStream()).toList(), properties.phase());
    }

    private static RpcConnectionDetails firstOf(List<RpcConnectionDetails> all) {
        return (channel) -> all.stream()
            .map((details) -> details.endpoint(channel))
            .filter(Objects::nonNull)
            .findFirst()
            .orElse(null);
    }

}
