package io.github.shmrpc.spring.autoconfigure;

import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.grpc.remote.GrpcTransport;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of discovery: services that do not run on this host, and that no
 * property says the place of, are where Spring Cloud's {@link DiscoveryClient} finds
 * them.
 */
@AutoConfiguration(
        afterName = { "org.springframework.cloud.client.discovery.composite.CompositeDiscoveryClientAutoConfiguration",
                "org.springframework.cloud.client.CommonsClientAutoConfiguration" })
@ConditionalOnClass({ DiscoveryClient.class, GrpcTransport.class })
@ConditionalOnSingleCandidate(DiscoveryClient.class)
@ConditionalOnBooleanProperty(name = "rpc.client.enabled", matchIfMissing = true)
public final class RpcDiscoveryAutoConfiguration {

    /**
     * Metadata of an instance with the port that it serves gRPC on, if that is not the
     * instance's own. Consul allows no dots in names.
     */
    private static final String PORT = "grpc-port";

    @Bean
    @ConditionalOnMissingBean
    ServiceFinder rpcServiceFinder(DiscoveryClient client) {
        return (service, plaintext) -> {
            // Sorted, as registries say the same in any order.
            String addresses = client.getInstances(service)
                .stream()
                .map(RpcDiscoveryAutoConfiguration::address)
                .distinct()
                .sorted()
                .collect(Collectors.joining(","));
            if (addresses.isEmpty()) {
                throw new IllegalStateException("DiscoveryClient '" + client.description()
                        + "' knows no instance of service '" + service + "'");
            }
            return Endpoint.parse((plaintext ? "grpc://" : "grpcs://") + addresses);
        };
    }

    private static String address(ServiceInstance instance) {
        String host = instance.getHost();
        boolean bare = host.indexOf(':') >= 0 && !host.startsWith("[");
        Map<String, String> metadata = Objects.requireNonNullElse(instance.getMetadata(), Map.of());
        String port = metadata.getOrDefault(PORT, String.valueOf(instance.getPort()));
        return (bare ? "[" + host + "]" : host) + ":" + port;
    }

}
