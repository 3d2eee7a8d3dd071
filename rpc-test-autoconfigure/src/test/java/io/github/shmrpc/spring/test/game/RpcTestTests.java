package io.github.shmrpc.spring.test.game;

import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.spring.RpcClient;
import io.github.shmrpc.spring.RpcClientFactory;
import io.github.shmrpc.spring.test.LocalRpcEndpoint;
import io.github.shmrpc.spring.test.RpcTest;
import io.github.shmrpc.spring.test.game.MapService.Name;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mockingDetails;

/** The slice has all endpoints, and nothing else of the application. */
@RpcTest(properties = "rpc.client.timeout=60s")
class RpcTestTests {

    @MockitoBean
    private Heights heights;

    private final MapService remote;

    private final RpcServer server;

    RpcTestTests(@Autowired @RpcClient MapService remote, @Autowired RpcServer server) {
        this.remote = remote;
        this.server = server;
    }

    @Test
    void clientCallsTheEndpointThroughTheServer() {
        given(heights.of("hill")).willReturn(77);
        assertThat(remote).isNotInstanceOf(Maps.class);
        assertThat(mockingDetails(remote).isMock()).isFalse();
        assertThat(remote.find(new Name("hill")).height()).isEqualTo(77);
        assertThat(server.statistics().errors()).isEmpty();
        // Those of the other tests are closed, which the server learns a little later.
        await().until(() -> server.connectionCount() == 1);
    }

    @Test
    void allEndpointsAreServedAtTheLocalOne(@LocalRpcEndpoint String endpoint, @Autowired Environment environment) {
        assertThat(server.methods()).containsExactly("Clock/now", "game.Map/find");
        assertThat(server.endpoint()).hasToString(endpoint);
        assertThat(endpoint).startsWith("inproc:test-").isEqualTo(environment.getProperty("local.rpc.endpoint"));
        try (RpcChannel channel = RpcChannel.open(endpoint)) {
            assertThat(channel.call("Clock/now", "Rome", String.class)).isEqualTo("noon in Rome");
        }
    }

    @Test
    void everyChannelLeadsToTheServer(@Autowired RpcClientFactory clients, @LocalRpcEndpoint String endpoint) {
        assertThat(clients.channel("whatever").endpoint()).hasToString(endpoint);
    }

}
