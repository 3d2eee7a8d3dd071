package io.github.shmrpc.spring.autoconfigure;

import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.server.ServerInterceptor;
import io.github.shmrpc.spring.server.RequestValidation;
import jakarta.validation.Validator;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Auto-configuration of the validation of requests: within all other interceptors, so
 * that they may change a request before.
 */
@AutoConfiguration(after = RpcServerAutoConfiguration.class,
        afterName = "org.springframework.boot.validation.autoconfigure.ValidationAutoConfiguration")
@ConditionalOnClass({ Validator.class, ServerInterceptor.class })
@ConditionalOnBean(RpcServer.class)
@ConditionalOnSingleCandidate(Validator.class)
@ConditionalOnBooleanProperty(name = "rpc.server.validation.enabled", matchIfMissing = true)
public final class RpcValidationAutoConfiguration {

    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE)
    @ConditionalOnMissingBean
    RequestValidation rpcRequestValidation(Validator validator) {
        return new RequestValidation(validator);
    }

}
