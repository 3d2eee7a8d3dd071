package io.github.shmrpc.spring.test.container;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.spring.RpcConnectionDetails;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.testcontainers.service.connection.ContainerConnectionDetailsFactory;
import org.springframework.boot.testcontainers.service.connection.ContainerConnectionSource;

/** Leads channels to a {@link RpcContainer} that is marked {@code @ServiceConnection}. */
final class RpcContainerConnectionDetailsFactory
        extends ContainerConnectionDetailsFactory<RpcContainer, RpcConnectionDetails> {

    @Override
    protected RpcConnectionDetails getContainerConnectionDetails(ContainerConnectionSource<RpcContainer> source) {
        return new RpcContainerConnectionDetails(source);
    }

    private static final class RpcContainerConnectionDetails extends ContainerConnectionDetails<RpcContainer>
            implements RpcConnectionDetails {

        private RpcContainerConnectionDetails(ContainerConnectionSource<RpcContainer> source) {
            super(source);
        }

        @Override
        public @Nullable Endpoint endpoint(String channel) {
            return getContainer().serves(channel) ? getContainer().endpoint() : null;
        }

    }

}
