package io.github.shmrpc.spring.test.container;

import org.junit.jupiter.api.Test;
import org.testcontainers.utility.DockerImageName;

import org.springframework.boot.autoconfigure.service.connection.ConnectionDetailsFactory;
import org.springframework.core.io.support.SpringFactoriesLoader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** What can be said of a container without an engine; others run ones. */
class RpcContainerTests {

    @SuppressWarnings("resource") // Never started.
    private final RpcContainer container = new RpcContainer(DockerImageName.parse("game/world:1"));

    @Test
    void allChannelsLeadToItUnlessItIsToldWhich() {
        assertThat(container.serves("world")).isTrue();
        container.withChannels("world", "items");
        assertThat(container.serves("world")).isTrue();
        assertThat(container.serves("default")).isFalse();
    }

    @Test
    void hasNoEndpointBeforeItIsStarted() {
        assertThatIllegalStateException().isThrownBy(container::endpoint)
            .withMessageContaining("has not been started: game/world:1");
    }

    @Test
    void applicationsAreToldOfTheEndpoint() {
        assertThat(container.getEnvMap()).containsEntry("RPC_SERVER_ENDPOINT", "shm:/run/shmrpc/rpc.sock");
    }

    @Test
    void bootFindsTheFactoryOfItsConnection() {
        assertThat(SpringFactoriesLoader.forDefaultResourceLocation().load(ConnectionDetailsFactory.class))
            .hasAtLeastOneElementOfType(RpcContainerConnectionDetailsFactory.class);
    }

}
