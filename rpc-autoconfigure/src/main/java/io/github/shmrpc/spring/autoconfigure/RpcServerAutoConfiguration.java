package io.github.shmrpc.spring.autoconfigure;

import java.time.Duration;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.github.shmrpc.CallObserver;
import io.github.shmrpc.client.AcceptedPeers;
import io.github.shmrpc.client.ClientInterceptor;
import io.github.shmrpc.codec.Codecs;
import io.github.shmrpc.locality.ServiceFile;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.server.ServerInterceptor;
import io.github.shmrpc.server.ServerOptions;
import io.github.shmrpc.spring.RpcServerCustomizer;
import io.github.shmrpc.spring.server.AdviceBeans;
import io.github.shmrpc.spring.server.EndpointBeans;
import io.github.shmrpc.spring.server.LazyPeers;
import io.github.shmrpc.spring.server.ReplacedServer;
import io.github.shmrpc.spring.server.RpcServerFactory;
import io.github.shmrpc.spring.server.RpcServerLifecycle;
import io.github.shmrpc.spring.server.UnservedEndpointsWarning;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.BindResult;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.thread.Threading;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Auto-configuration of the server: serves the beans marked
 * {@link io.github.shmrpc.spring.RpcEndpoint} if {@code rpc.server.endpoint} says where.
 * One class without any within it, as each takes milliseconds to be read; the order of
 * the methods counts, as whether there is a server decides on those below.
 */
@AutoConfiguration(after = RpcCodecAutoConfiguration.class)
@ConditionalOnClass(RpcServer.class)
@ConditionalOnBooleanProperty(name = "rpc.server.enabled", matchIfMissing = true)
@EnableConfigurationProperties(RpcServerProperties.class)
public final class RpcServerAutoConfiguration {

    /** Left of a shutdown phase after draining: cancelled calls get 5 s to end. */
    private static final Duration CLOSING_TIME = Duration.ofSeconds(6);

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

    /**
     * Lazy, so that the endpoints are created with all other beans and not while one of
     * those asks for the server.
     */
    @Bean
    @Lazy
    @Conditional(OnServerEndpointCondition.class)
    @ConditionalOnMissingBean
    RpcServer rpcServer(RpcServerProperties properties, Codecs codecs, EndpointBeans endpoints, AdviceBeans advice,
            ObjectProvider<ServerInterceptor> interceptors, ObjectProvider<ClientInterceptor> peerInterceptors,
            @Qualifier("rpcPeerTimers") ObjectProvider<CallObserver.Factory> peerObservers,
            ObjectProvider<RpcServerCustomizer> customizers, ObjectProvider<RpcServer> server,
            ApplicationContext context) {
        Environment environment = context.getEnvironment();
        ServerOptions options = properties.options(environment.getProperty("spring.application.name"))
            .withVirtualThreads(Threading.VIRTUAL.isActive(environment));
        RpcServerCustomizer policies = (builder) -> {
            interceptors.orderedStream().forEach(builder::interceptor);
            advice.find().forEach(builder::exceptionHandler);
            builder.peerCalls(peerCalls(peerInterceptors, peerObservers));
            String service = environment.getProperty("rpc.server.service-name");
            if (StringUtils.hasText(service)) {
                builder.announce(ServiceFile.of(service));
            }
        };
        return RpcServerFactory.create(properties.parsedEndpoint(), options, codecs, endpoints,
                new ReplacedServer(server, context, properties.closeWhenReplaced()),
                Stream.concat(Stream.of(policies), customizers.orderedStream()).toList());
    }

    @Bean
    @ConditionalOnBean(RpcServer.class)
    @ConditionalOnMissingBean
    RpcServerLifecycle rpcServerLifecycle(ObjectProvider<RpcServer> server, RpcServerProperties properties,
            LazyPeers peers, ApplicationContext context) {
        Duration drainTimeout = drainTimeout(properties.drainTimeout(), context.getEnvironment());
        Supplier<RpcServer> attached = () -> {
            RpcServer made = server.getObject();
            peers.attach(made.peers());
            return made;
        };
        return new RpcServerLifecycle(attached, context, drainTimeout, properties.phase());
    }

    @Bean
    @ConditionalOnBean(RpcServer.class)
    @ConditionalOnMissingBean
    LazyPeers rpcPeers() {
        return new LazyPeers();
    }

    /** Else nobody would ask for it in an application whose beans are all lazy. */
    @Bean
    @ConditionalOnMissingBean(value = RpcServer.class, name = "rpcUnservedEndpointsWarningIsEager")
    static LazyInitializationExcludeFilter rpcUnservedEndpointsWarningIsEager() {
        return LazyInitializationExcludeFilter.forBeanTypes(UnservedEndpointsWarning.class);
    }

    @Bean
    @ConditionalOnMissingBean({ RpcServer.class, UnservedEndpointsWarning.class })
    UnservedEndpointsWarning rpcUnservedEndpointsWarning(EndpointBeans endpoints) {
        return new UnservedEndpointsWarning(endpoints);
    }

    private static AcceptedPeers.Factory peerCalls(ObjectProvider<ClientInterceptor> interceptors,
            ObjectProvider<CallObserver.Factory> observers) {
        AcceptedPeers.Factory calls = new AcceptedPeers.Factory();
        interceptors.orderedStream().forEach(calls::interceptor);
        observers.ifAvailable(calls::observers);
        return calls;
    }

    private static Duration drainTimeout(Duration configured, Environment environment) {
        BindResult<Duration> bound = Binder.get(environment)
            .bind("spring.lifecycle.timeout-per-shutdown-phase", Duration.class);
        Duration phase = bound.isBound() ? bound.get() : Duration.ofSeconds(30);
        Duration quarter = phase.dividedBy(4);
        Duration closing = (quarter.compareTo(CLOSING_TIME) < 0) ? quarter : CLOSING_TIME;
        Duration available = phase.minus(closing);
        return (configured.compareTo(available) < 0) ? configured : available;
    }

}
