package io.github.shmrpc.spring.autoconfigure;

import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.spring.client.RpcChannels;
import io.github.shmrpc.spring.observe.ActiveTrace;
import io.github.shmrpc.spring.observe.CallSampling;
import io.github.shmrpc.spring.observe.ClientObservations;
import io.github.shmrpc.spring.observe.RpcClientObservationConvention;
import io.github.shmrpc.spring.observe.RpcServerObservationConvention;
import io.github.shmrpc.spring.observe.ServerObservations;
import io.github.shmrpc.spring.observe.TracerTrace;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Auto-configuration of observations, if {@code rpc.observation.mode} is {@code full}:
 * spans of the calls of recorded traces. They are the outermost of all interceptors.
 */
@AutoConfiguration(after = { RpcClientAutoConfiguration.class, RpcServerAutoConfiguration.class },
        afterName = { "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration",
                "org.springframework.boot.micrometer.tracing.autoconfigure.MicrometerTracingAutoConfiguration" })
@ConditionalOnClass(ObservationRegistry.class)
@ConditionalOnBean(ObservationRegistry.class)
@ConditionalOnProperty(name = "rpc.observation.mode", havingValue = "full")
@EnableConfigurationProperties(RpcObservationProperties.class)
public final class RpcObservationAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    CallSampling rpcCallSampling(ObjectProvider<ActiveTrace> trace, RpcObservationProperties properties) {
        return new CallSampling(trace.getIfAvailable(() -> ActiveTrace.UNKNOWN), properties.checkedNewTraces());
    }

    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    @ConditionalOnMissingBean
    @ConditionalOnBean(RpcChannels.class)
    ClientObservations rpcClientObservations(ObservationRegistry registry, CallSampling sampling,
            ObjectProvider<RpcClientObservationConvention> convention) {
        return new ClientObservations(registry, sampling, convention.getIfAvailable());
    }

    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    @ConditionalOnMissingBean
    @ConditionalOnBean(RpcServer.class)
    ServerObservations rpcServerObservations(ObservationRegistry registry, CallSampling sampling,
            ObjectProvider<RpcServerObservationConvention> convention) {
        return new ServerObservations(registry, sampling, convention.getIfAvailable());
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(Tracer.class)
    @ConditionalOnBean({ Tracer.class, Propagator.class })
    static class TracingConfiguration {

        @Bean
        @ConditionalOnMissingBean(ActiveTrace.class)
        TracerTrace rpcActiveTrace(Tracer tracer, Propagator propagator) {
            return new TracerTrace(tracer, propagator);
        }

    }

    /**
     * The timers count all calls; a second one for those of recorded traces would only
     * mislead.
     */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterFilter.class)
    static class MeterConfiguration {

        @Bean
        @ConditionalOnMissingBean(name = "rpcObservationMeterFilter")
        MeterFilter rpcObservationMeterFilter() {
            return MeterFilter.deny((id) -> isOfObservation(id.getName()));
        }

        private static boolean isOfObservation(String name) {
            return switch (name) {
                case "rpc.client.call", "rpc.client.call.active", "rpc.server.call", "rpc.server.call.active" -> true;
                default -> false;
            };
        }

    }

}
