package io.github.shmrpc.spring;

import io.github.shmrpc.Endpoint;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;

/**
 * Says where the servers of channels listen, in the stead of the properties: for tests,
 * containers and whatever else knows better. Beans of this type are asked in their order,
 * once for each channel; the first that knows it is heard.
 */
@FunctionalInterface
public interface RpcConnectionDetails extends ConnectionDetails {

    /**
     * Where a channel's server listens.
     * @param channel a name, also of one that no property mentions
     * @return the endpoint, or {@code null} for what the properties say
     */
    @Nullable Endpoint endpoint(String channel);

}
