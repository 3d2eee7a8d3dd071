package io.github.shmrpc.spring.autoconfigure;

import java.util.List;

import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.spring.RpcServerCustomizer;
import io.github.shmrpc.spring.security.PeerAuthenticationConverter;
import io.github.shmrpc.spring.security.RpcAuthenticationConverter;
import io.github.shmrpc.spring.security.SecurityContextInterceptor;
import io.github.shmrpc.spring.security.SecurityExceptionHandler;
import io.github.shmrpc.spring.server.ServiceUsers;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.util.ClassUtils;

/**
 * Auto-configuration of who may call what: lists of users by service, and the caller as
 * Spring Security's authentication. Within observations and around all other
 * interceptors.
 */
@AutoConfiguration(after = RpcServerAutoConfiguration.class,
        afterName = "org.springframework.boot.security.autoconfigure.SecurityAutoConfiguration")
@Conditional({ OnServerEndpointCondition.class, RpcServerSecurityAutoConfiguration.OnAnythingToCheck.class })
@ConditionalOnBean(RpcServer.class)
@EnableConfigurationProperties(RpcServerSecurityProperties.class)
public final class RpcServerSecurityAutoConfiguration {

    private static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 100;

    /** Only with lists, as an interceptor costs each call something. */
    @Bean
    @Order(ORDER)
    @ConditionalOnMissingBean
    @Conditional(OnServiceListsCondition.class)
    ServiceUsers rpcServiceUsers(RpcServerSecurityProperties properties) {
        return new ServiceUsers(properties.services());
    }

    /** A list with a wrong name would protect nothing, and nobody would notice. */
    @Bean
    @ConditionalOnMissingBean(name = "rpcServiceUsersCheck")
    @ConditionalOnBean(ServiceUsers.class)
    SmartInitializingSingleton rpcServiceUsersCheck(ServiceUsers users, ObjectProvider<RpcServer> server) {
        return () -> {
            List<String> methods = server.getObject().methods();
            requireServed(users.unknown(methods), methods);
        };
    }

    private static void requireServed(List<String> unknown, List<String> methods) {
        if (!unknown.isEmpty()) {
            throw new InvalidConfigurationPropertyValueException("rpc.server.security.services", unknown,
                    "No such service or method is served. Served are: " + String.join(", ", methods) + ".");
        }
    }

    /** Else there would be settings to read that nobody asks for. */
    static final class OnAnythingToCheck implements Condition {

        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            return ClassUtils.isPresent("org.springframework.security.core.context.SecurityContextHolder",
                    context.getClassLoader()) || new OnServiceListsCondition().matches(context, metadata);
        }

    }

    /** Whether {@code rpc.server.security.services} says anything. */
    static final class OnServiceListsCondition implements Condition {

        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            return Binder.get(context.getEnvironment())
                .bind("rpc.server.security.services", Bindable.mapOf(String.class, Object.class))
                .isBound();
        }

    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(SecurityContextHolder.class)
    @ConditionalOnBooleanProperty(name = "rpc.server.security.enabled", matchIfMissing = true)
    static class SpringSecurityConfiguration {

        @Bean
        @ConditionalOnMissingBean(RpcAuthenticationConverter.class)
        PeerAuthenticationConverter rpcAuthenticationConverter(RpcServerSecurityProperties properties) {
            return new PeerAuthenticationConverter(properties.roles());
        }

        @Bean
        @Order(ORDER + 1)
        @ConditionalOnMissingBean
        SecurityContextInterceptor rpcSecurityContextInterceptor(RpcAuthenticationConverter converter) {
            return new SecurityContextInterceptor(converter);
        }

        /** After the application's advice. */
        @Bean
        @Order(Ordered.LOWEST_PRECEDENCE)
        @ConditionalOnMissingBean(name = "rpcSecurityExceptionHandler")
        RpcServerCustomizer rpcSecurityExceptionHandler() {
            return (builder) -> builder.exceptionHandler(new SecurityExceptionHandler());
        }

    }

}
