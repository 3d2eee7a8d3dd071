package io.github.shmrpc.spring.autoconfigure;

import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.spring.actuate.RpcActuatorEndpoint;
import io.github.shmrpc.spring.actuate.RpcActuatorEndpointWebExtension;
import io.github.shmrpc.spring.client.RpcChannels;
import io.github.shmrpc.spring.observe.LiveCalls;
import io.github.shmrpc.spring.server.RpcServerLifecycle;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ImportRuntimeHints;

/** Auto-configuration of the Actuator endpoint {@code rpc}. */
@AutoConfiguration(after = { RpcClientAutoConfiguration.class, RpcServerAutoConfiguration.class })
@ConditionalOnClass({ RpcActuatorEndpoint.class, ConditionalOnAvailableEndpoint.class })
@ConditionalOnAvailableEndpoint(RpcActuatorEndpoint.class)
@EnableConfigurationProperties(RpcActuatorEndpointProperties.class)
@ImportRuntimeHints(RpcActuatorEndpointAutoConfiguration.LivePageHints.class)
public final class RpcActuatorEndpointAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    RpcActuatorEndpoint rpcActuatorEndpoint(ObjectProvider<RpcServer> server,
            ObjectProvider<RpcServerLifecycle> lifecycle, ObjectProvider<RpcChannels> channels,
            ObjectProvider<SanitizingFunction> sanitizingFunctions, RpcActuatorEndpointProperties properties) {
        return new RpcActuatorEndpoint(server, lifecycle, channels, sanitizingFunctions.orderedStream().toList(),
                properties.showValues());
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnBean(RpcActuatorEndpoint.class)
    @ConditionalOnAvailableEndpoint(exposure = EndpointExposure.WEB)
    RpcActuatorEndpointWebExtension rpcActuatorEndpointWebExtension(RpcActuatorEndpoint endpoint,
            RpcActuatorEndpointProperties properties, ObjectProvider<LiveCalls> calls) {
        return new RpcActuatorEndpointWebExtension(endpoint, properties.showValues(), properties.roles(), calls);
    }

    /** The page of the live view is a resource. */
    static final class LivePageHints implements RuntimeHintsRegistrar {

        @Override
        public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
            hints.resources().registerPattern("io/github/shmrpc/spring/actuate/live.html");
        }

    }

}
