package io.github.shmrpc.spring.test.game;

import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.spring.test.RpcTest;
import io.github.shmrpc.spring.test.game.MapService.Name;
import io.github.shmrpc.spring.test.game.MapService.Place;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;

/** A slice of one endpoint, whose other services are mocked clients. */
@RpcTest(Clock.class)
class RpcTestEndpointsTests {

    @MockitoBean
    private MapService maps;

    @Test
    void onlyTheNamedEndpointIsServed(@Autowired RpcServer server, @Autowired ObjectProvider<Heights> heights) {
        assertThat(server.methods()).containsExactly("Clock/now");
        assertThat(heights.getIfAvailable()).isNull();
    }

    @Test
    void clientIsReplacedByAMock() {
        given(maps.find(any())).willReturn(new Place("mocked", 1));
        assertThat(maps.find(new Name("hill")).text()).isEqualTo("mocked");
    }

}
