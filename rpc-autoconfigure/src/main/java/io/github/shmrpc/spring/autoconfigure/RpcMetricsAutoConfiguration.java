package io.github.shmrpc.spring.autoconfigure;

import io.github.shmrpc.CallObserver;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.spring.RpcChannelCustomizer;
import io.github.shmrpc.spring.RpcServerCustomizer;
import io.github.shmrpc.spring.client.RpcChannels;
import io.github.shmrpc.spring.observe.CallTimers;
import io.github.shmrpc.spring.observe.LiveCalls;
import io.github.shmrpc.spring.observe.RpcChannelMetrics;
import io.github.shmrpc.spring.observe.RpcServerMetrics;
import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Auto-configuration of the meters of server and channels. The timers come first among
 * the customizers, so that one of the application's may replace them.
 */
@AutoConfiguration(after = { RpcClientAutoConfiguration.class, RpcServerAutoConfiguration.class },
        afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean(MeterRegistry.class)
@Conditional(RpcMetricsAutoConfiguration.OnMetrics.class)
@EnableConfigurationProperties(RpcObservationProperties.class)
public final class RpcMetricsAutoConfiguration {

    /** What stands in the place of a channel's name for calls of the server's own. */
    static final String PEERS = "peers";

    @Bean
    @ConditionalOnMissingBean
    LiveCalls rpcLiveCalls() {
        return new LiveCalls();
    }

    /** Whether calls are timed. */
    static final class OnMetrics extends AnyNestedCondition {

        OnMetrics() {
            super(ConfigurationPhase.REGISTER_BEAN);
        }

        @ConditionalOnProperty(name = "rpc.observation.mode", havingValue = "metrics", matchIfMissing = true)
        static class Metrics {

        }

        @ConditionalOnProperty(name = "rpc.observation.mode", havingValue = "full")
        static class Full {

        }

    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnBean(RpcServer.class)
    static class ServerMetricsConfiguration {

        @Bean
        @Order(Ordered.HIGHEST_PRECEDENCE)
        @ConditionalOnMissingBean(name = "rpcServerTimers")
        RpcServerCustomizer rpcServerTimers(ObjectProvider<MeterRegistry> registry, LiveCalls live) {
            return (builder) -> builder.observers(CallTimers.ofServer(registry::getObject, live));
        }

        /**
         * Of the calls that the server makes to its clients. Not for a server of one's
         * own.
         */
        @Lazy
        @Bean(defaultCandidate = false)
        @ConditionalOnMissingBean(name = "rpcPeerTimers")
        CallObserver.Factory rpcPeerTimers(ObjectProvider<MeterRegistry> registry, LiveCalls live,
                RpcServerProperties properties) {
            return CallTimers.ofChannel(registry::getObject, live, PEERS, properties.parsedEndpoint());
        }

        @Bean
        @ConditionalOnMissingBean
        RpcServerMetrics rpcServerMetrics(ObjectProvider<RpcServer> server) {
            return new RpcServerMetrics(server::getObject);
        }

    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnBean(RpcChannels.class)
    static class ChannelMetricsConfiguration {

        @Bean
        @Order(Ordered.HIGHEST_PRECEDENCE)
        @ConditionalOnMissingBean(name = "rpcChannelTimers")
        RpcChannelCustomizer rpcChannelTimers(ObjectProvider<MeterRegistry> registry, LiveCalls live) {
            return (name, builder) -> builder
                .observers(CallTimers.ofChannel(registry::getObject, live, name, builder.endpoint()));
        }

        /** Of the calls that endpoints exported over channels serve. */
        @Bean(defaultCandidate = false)
        @ConditionalOnMissingBean(name = "rpcExportedTimers")
        CallObserver.Factory rpcExportedTimers(ObjectProvider<MeterRegistry> registry, LiveCalls live) {
            return CallTimers.ofServer(registry::getObject, live);
        }

        @Bean
        @ConditionalOnMissingBean
        RpcChannelMetrics rpcChannelMetrics(RpcChannels channels) {
            return new RpcChannelMetrics(channels);
        }

    }

}
