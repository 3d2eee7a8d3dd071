package io.github.shmrpc.spring.autoconfigure;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.shmrpc.client.ClientInterceptor;
import io.github.shmrpc.server.ServerInterceptor;
import io.github.shmrpc.spring.RpcClientFactory;
import io.github.shmrpc.spring.sample.World;
import io.github.shmrpc.spring.sample.WorldService;
import io.github.shmrpc.spring.sample.WorldService.Request;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

import static org.assertj.core.api.Assertions.assertThat;

/** Interceptors that are beans. */
class RpcInterceptorTests {

    @Test
    void beansInterceptInTheirOrder() {
        RpcContextRunners.application()
            .withPropertyValues("rpc.server.endpoint=inproc:interceptors",
                    "rpc.client.channels.world.endpoint=inproc:interceptors")
            .withUserConfiguration(Interceptors.class)
            .withBean(World.class)
            .run((context) -> {
                WorldService world = context.getBean(RpcClientFactory.class).client(WorldService.class, "world");
                assertThat(world.move(new Request("a", 1)).text()).isEqualTo("moved a by 1");
                assertThat(context.getBean(Interceptors.class).log).containsExactly("first client", "second client",
                        "first server x", "second server");
            });
    }

    @Configuration(proxyBeanMethods = false)
    static class Interceptors {

        private final List<String> log = new CopyOnWriteArrayList<>();

        @Bean
        @Order(2)
        ClientInterceptor second() {
            return (call, next) -> {
                log.add("second client");
                return next.proceed(call);
            };
        }

        @Bean
        @Order(1)
        ClientInterceptor first() {
            return (call, next) -> {
                log.add("first client");
                return next.proceed(call.withMetadata("tag", "x"));
            };
        }

        @Bean
        @Order(2)
        ServerInterceptor secondOfServer() {
            return (call, request, next) -> {
                log.add("second server");
                return next.proceed(request);
            };
        }

        @Bean
        @Order(1)
        ServerInterceptor firstOfServer() {
            return (call, request, next) -> {
                log.add("first server " + call.metadata().get("tag").orElse(""));
                return next.proceed(request);
            };
        }

    }

}
