package io.github.shmrpc.demo;

import io.github.shmrpc.demo.game.EchoService;
import io.github.shmrpc.demo.game.EchoService.Visitor;
import io.github.shmrpc.spring.ImportRpcClients;
import io.github.shmrpc.spring.RpcClientFactory;
import io.github.shmrpc.spring.test.container.RpcContainer;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.BindMode;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;

import static org.assertj.core.api.Assertions.assertThat;

/** A server in a container is called by beans of this JVM. */
@SpringBootTest(classes = ServiceConnectionIT.Application.class, webEnvironment = SpringBootTest.WebEnvironment.NONE,
        properties = { "demo.endpoint=shm:/nowhere/overridden-by-the-connection.sock", "rpc.client.timeout=60s" })
@Testcontainers(disabledWithoutDocker = true)
class ServiceConnectionIT {

    @Container
    @ServiceConnection
    static final RpcContainer server = new RpcContainer(ContainerImage.name())
        .withFileSystemBind(ContainerImage.JAR.toString(), ContainerImage.MOUNTED_JAR, BindMode.READ_ONLY)
        .withCommand("java", "-jar", ContainerImage.MOUNTED_JAR, "--mode=server", "--endpoint=/run/shmrpc/rpc.sock");

    private final EchoService echo;

    private final RpcClientFactory clients;

    ServiceConnectionIT(@Autowired EchoService echo, @Autowired RpcClientFactory clients) {
        this.echo = echo;
        this.clients = clients;
    }

    @Test
    void channelsLeadToTheContainer() {
        assertThat(echo.visit(new Visitor(ProcessHandle.current().pid())).carrier()).isEqualTo("shm");
        assertThat(clients.channel("default").endpoint()).isEqualTo(server.endpoint());
        assertThat(clients.channel("items").endpoint()).isEqualTo(server.endpoint());
    }

    @SpringBootConfiguration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @ImportRpcClients(basePackages = "io.github.shmrpc.demo.game")
    static class Application {

    }

}
