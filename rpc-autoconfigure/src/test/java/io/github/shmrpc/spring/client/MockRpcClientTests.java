package io.github.shmrpc.spring.client;

import io.github.shmrpc.spring.RpcClient;
import io.github.shmrpc.spring.autoconfigure.RpcClientAutoConfiguration;
import io.github.shmrpc.spring.autoconfigure.RpcCodecAutoConfiguration;
import io.github.shmrpc.spring.sample.ChatService;
import io.github.shmrpc.spring.sample.WorldService;
import io.github.shmrpc.spring.sample.WorldService.Reply;
import io.github.shmrpc.spring.sample.WorldService.Request;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mockingDetails;

/** A test replaces clients like any other beans. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.NONE,
        properties = { "rpc.client.channels.world.endpoint=inproc:mock-world",
                "rpc.client.channels.shard.endpoint=inproc:mock-shard" })
class MockRpcClientTests {

    @MockitoBean
    @RpcClient("shard")
    private WorldService shard;

    @MockitoBean
    private ChatService chat;

    private final Caller caller;

    MockRpcClientTests(@Autowired Caller caller) {
        this.caller = caller;
    }

    @Test
    void mocksTheNamedClientOnly() {
        given(shard.move(any())).willReturn(new Reply("mocked"));
        assertThat(caller.shard.move(new Request("", 0)).text()).isEqualTo("mocked");
        assertThat(mockingDetails(caller.world).isMock()).isFalse();
    }

    @Test
    void mocksThePlainClientAndTheUnnamedOne() {
        given(chat.say(any())).willReturn(new Reply("mocked chat"));
        assertThat(caller.chat.say(new Request("", 0)).text()).isEqualTo("mocked chat");
        assertThat(caller.unnamedChat.say(new Request("", 0)).text()).isEqualTo("mocked chat");
    }

    static class Caller {

        final WorldService world;

        final WorldService shard;

        final ChatService chat;

        final ChatService unnamedChat;

        Caller(WorldService world, @RpcClient("shard") WorldService shard, ChatService chat,
                @RpcClient ChatService unnamedChat) {
            this.world = world;
            this.shard = shard;
            this.chat = chat;
            this.unnamedChat = unnamedChat;
        }

    }

    @Configuration(proxyBeanMethods = false)
    @AutoConfigurationPackage(basePackageClasses = WorldService.class)
    @ImportAutoConfiguration({ RpcClientAutoConfiguration.class, RpcCodecAutoConfiguration.class })
    @Import(Caller.class)
    static class Application {

    }

}
