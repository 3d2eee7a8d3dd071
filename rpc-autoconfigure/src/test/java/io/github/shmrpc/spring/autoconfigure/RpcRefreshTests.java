package io.github.shmrpc.spring.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

import io.github.shmrpc.client.ChannelStatus;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.server.ServerState;
import io.github.shmrpc.spring.RpcClient;
import io.github.shmrpc.spring.RpcClientFactory;
import io.github.shmrpc.spring.RpcEndpoint;
import io.github.shmrpc.spring.sample.ChatService;
import io.github.shmrpc.spring.sample.WorldService.Reply;
import io.github.shmrpc.spring.sample.WorldService.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.cloud.autoconfigure.ConfigurationPropertiesRebinderAutoConfiguration;
import org.springframework.cloud.autoconfigure.RefreshAutoConfiguration;
import org.springframework.cloud.context.config.annotation.RefreshScope;
import org.springframework.cloud.context.refresh.ContextRefresher;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotatedBeanDefinitionReader;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.AbstractRefreshableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Contexts that are refreshed while they serve and call. */
@Timeout(120)
class RpcRefreshTests {

    @TempDir
    private Path directory = Path.of("");

    private String endpoint() {
        return "shm:" + directory.resolve("chat.sock");
    }

    private static String say(ApplicationContext context) {
        return context.getBean(RpcClientFactory.class)
            .client(ChatService.class, "chat")
            .say(new Request("hi", 1))
            .text();
    }

    /** Such a context does not stop its beans before it makes new ones. */
    @Test
    void refreshedContextServesAnewAndLeavesNothingOfTheOldOne() {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        try (RefreshableContext context = new RefreshableContext()) {
            TestPropertyValues
                .of("greeting=hello", "rpc.server.endpoint=" + endpoint(), "rpc.client.timeout=60s",
                        "rpc.client.channels.chat.endpoint=" + endpoint())
                .applyTo(context);
            Set<RpcServer> servers = new HashSet<>();
            for (int round = 1; round <= 3; round++) {
                context.refresh();
                assertThat(say(context)).isEqualTo("hello");
                RpcServer server = context.getBean(RpcServer.class);
                assertThat(servers).allSatisfy((old) -> assertThat(old.state()).isEqualTo(ServerState.STOPPED));
                assertThat(servers.add(server)).isTrue();
                assertThat(server.connectionCount()).isOne();
            }
        }
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet()).filteredOn(RpcRefreshTests::isOurs)
            .isSubsetOf(before));
        assertThat(directory.resolve("chat.sock")).doesNotExist();
    }

    private static boolean isOurs(Thread thread) {
        return thread.getName().startsWith("shmrpc-") || thread.getName().startsWith("rpc-server-");
    }

    /** What {@code POST /actuator/refresh} does in applications with Spring Cloud. */
    @Test
    void refreshOfTheEnvironmentRenewsEndpointsInItsScopeAndKeepsConnections() throws IOException {
        Path properties = directory.resolve("application.properties");
        Files.writeString(properties, "greeting=hello");
        SpringApplication application = new SpringApplication(Scoped.class,
                ConfigurationPropertiesRebinderAutoConfiguration.class, RefreshAutoConfiguration.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.setRegisterShutdownHook(false);
        try (ConfigurableApplicationContext context = application.run("--spring.config.location=" + directory + "/",
                "--rpc.server.endpoint=" + endpoint(), "--rpc.client.timeout=60s",
                "--rpc.client.channels.chat.endpoint=" + endpoint())) {
            assertThat(say(context)).isEqualTo("hello");
            assertThat(context.getBean(Caller.class).call()).isEqualTo("hello");
            long connection = connectionOf(context);
            Files.writeString(properties, "greeting=salve");
            assertThat(context.getBean(ContextRefresher.class).refresh()).contains("greeting");
            assertThat(say(context)).isEqualTo("salve");
            assertThat(context.getBean(Caller.class).call()).isEqualTo("salve");
            assertThat(connectionOf(context)).isEqualTo(connection);
            assertThat(context.getBean(RpcServer.class).connectionCount()).isOne();
        }
    }

    private static long connectionOf(ApplicationContext context) {
        ChannelStatus status = context.getBean(RpcClientFactory.class).channel("chat").status();
        assertThat(status.connections()).hasSize(1);
        return status.connections().get(0).peer().connectionId();
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({ RpcClientAutoConfiguration.class, RpcCodecAutoConfiguration.class,
            RpcServerAutoConfiguration.class, JacksonAutoConfiguration.class })
    @AutoConfigurationPackage(basePackageClasses = ChatService.class)
    static class Application {

    }

    static class Scoped extends Application {

        @Bean
        @RefreshScope
        Greeter greeter(@Value("${greeting}") String greeting) {
            return new Greeter(greeting);
        }

        @Bean
        @RefreshScope
        Caller caller(@RpcClient("chat") ChatService chat) {
            return new Caller(chat);
        }

    }

    static class Scopeless extends Application {

        @Bean
        Greeter greeter(@Value("${greeting}") String greeting) {
            return new Greeter(greeting);
        }

    }

    @RpcEndpoint
    static class Greeter implements ChatService {

        private final String greeting;

        Greeter(String greeting) {
            this.greeting = greeting;
        }

        @Override
        public Reply say(Request request) {
            return new Reply(greeting);
        }

    }

    static class Caller {

        private final ChatService chat;

        Caller(ChatService chat) {
            this.chat = chat;
        }

        String call() {
            return chat.say(new Request("hi", 1)).text();
        }

    }

    /** As those of web applications without Spring Boot. */
    private static final class RefreshableContext extends AbstractRefreshableApplicationContext {

        @Override
        protected void loadBeanDefinitions(DefaultListableBeanFactory beanFactory) {
            new AnnotatedBeanDefinitionReader(beanFactory, getEnvironment()).register(Scopeless.class);
        }

    }

}
