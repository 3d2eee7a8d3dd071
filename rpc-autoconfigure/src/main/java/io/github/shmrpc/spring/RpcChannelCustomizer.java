package io.github.shmrpc.spring;

import io.github.shmrpc.client.RpcChannel;

/**
 * Changes channels before they are built. Beans of this type are called in their order,
 * after the properties were applied.
 */
@FunctionalInterface
public interface RpcChannelCustomizer {

    /**
     * Changes a channel.
     * @param name of the channel; its endpoint's text if {@link RpcClientFactory} made it
     * for an endpoint
     * @param builder already has the options and codecs
     */
    void customize(String name, RpcChannel.Builder builder);

}
