package io.github.shmrpc.spring.test;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.spring.RpcConnectionDetails;
import io.github.shmrpc.spring.autoconfigure.RpcClientAutoConfiguration;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;

/** Leads every channel to the server of the test's own context. */
@AutoConfiguration(before = RpcClientAutoConfiguration.class)
@ConditionalOnProperty(InProcessRpcContextCustomizerFactory.LOCAL_ENDPOINT)
public final class InProcessRpcAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    RpcConnectionDetails inProcessRpcConnectionDetails(@LocalRpcEndpoint String localEndpoint) {
        Endpoint endpoint = Endpoint.parse(localEndpoint);
        return (channel) -> endpoint;
    }

}
