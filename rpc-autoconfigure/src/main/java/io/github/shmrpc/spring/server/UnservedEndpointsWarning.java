package io.github.shmrpc.spring.server;

import java.util.Set;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.SmartInitializingSingleton;

/** Says once that endpoints are not served because no address is configured. */
public final class UnservedEndpointsWarning implements SmartInitializingSingleton {

    private static final Log logger = LogFactory.getLog(UnservedEndpointsWarning.class);

    private final EndpointBeans beans;

    public UnservedEndpointsWarning(EndpointBeans beans) {
        this.beans = beans;
    }

    @Override
    public void afterSingletonsInstantiated() {
        Set<String> names = beans.servedNames();
        if (!names.isEmpty()) {
            logger.warn("Beans marked @RpcEndpoint are not served as there is no address to listen on: " + names
                    + ". Set rpc.server.endpoint, e.g. shm:/run/game/world.sock, or rpc.server.enabled=false to silence this");
        }
    }

}
