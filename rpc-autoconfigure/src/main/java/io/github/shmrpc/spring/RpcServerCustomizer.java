package io.github.shmrpc.spring;

import io.github.shmrpc.server.RpcServer;

/**
 * Changes the server before it is built. Beans of this type are called in their order,
 * after the properties were applied.
 */
@FunctionalInterface
public interface RpcServerCustomizer {

    /**
     * Changes the server.
     * @param builder already has the options, codecs and endpoints
     */
    void customize(RpcServer.Builder builder);

}
