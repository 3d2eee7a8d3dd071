package io.github.shmrpc.spring.test.game;

import io.github.shmrpc.spring.RpcClient;
import io.github.shmrpc.spring.RpcConnectionDetails;
import io.github.shmrpc.spring.test.AutoConfigureInProcessRpc;
import io.github.shmrpc.spring.test.InProcessRpcAutoConfiguration;
import io.github.shmrpc.spring.test.LocalRpcEndpoint;
import io.github.shmrpc.spring.test.game.MapService.Name;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/** A whole application whose endpoints are called within the JVM. */
@SpringBootTest(classes = GameApplication.class, webEnvironment = SpringBootTest.WebEnvironment.NONE,
        properties = { "rpc.server.endpoint=shm:/nowhere/x.sock", "rpc.client.channels.maps.timeout=60s" })
@AutoConfigureInProcessRpc
class InProcessRpcTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(InProcessRpcAutoConfiguration.class));

    @Test
    void channelsNeedNoEndpoint(@Autowired @RpcClient MapService remote, @LocalRpcEndpoint String endpoint) {
        assertThat(endpoint).startsWith("inproc:test-");
        assertThat(remote.find(new Name("four")).height()).isEqualTo(4);
    }

    @Test
    void detailsAreThereOnlyWhereAnEndpointIs() {
        runner.run((context) -> assertThat(context).doesNotHaveBean(RpcConnectionDetails.class));
        runner.withPropertyValues("local.rpc.endpoint=inproc:x").run((context) -> {
            RpcConnectionDetails details = context.getBean(RpcConnectionDetails.class);
            assertThat(details.endpoint("any")).hasToString("inproc:x");
        });
    }

    @Test
    void ownDetailsReplaceOurs() {
        RpcConnectionDetails own = (channel) -> null;
        runner.withPropertyValues("local.rpc.endpoint=inproc:x")
            .withBean(RpcConnectionDetails.class, () -> own)
            .run((context) -> assertThat(context).getBean(RpcConnectionDetails.class).isSameAs(own));
    }

}
