package io.github.shmrpc.spring.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.client.ChannelState;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.spring.RpcClient;
import io.github.shmrpc.spring.RpcClientFactory;
import io.github.shmrpc.spring.RpcEndpoint;
import io.github.shmrpc.spring.sample.ChatService;
import io.github.shmrpc.spring.sample.World;
import io.github.shmrpc.spring.sample.WorldService.Reply;
import io.github.shmrpc.spring.sample.WorldService.Request;
import io.github.shmrpc.spring.sample.WorldService;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.AvailabilityState;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** Applications in one JVM that call each other, over each carrier. */
@ParameterizedClass
@MethodSource("schemes")
class RpcContextsTests {

    /**
     * The common pool has a single thread on two cores: the second task would wait for
     * the first.
     */
    private static final Executor OWN_THREAD = (task) -> new Thread(task).start();

    private final String scheme;

    private final Path directory;

    RpcContextsTests(String scheme, @TempDir Path directory) {
        this.scheme = scheme;
        this.directory = directory;
    }

    static Stream<String> schemes() {
        return Stream.of("inproc", "unix", "shm");
    }

    @Test
    void twoApplicationsCallEachOther() {
        String worldEndpoint = endpoint("world");
        String chatEndpoint = endpoint("chat");
        try (ConfigurableApplicationContext world = start(World.class, "rpc.server.endpoint=" + worldEndpoint,
                "rpc.client.channels.default.endpoint=" + chatEndpoint);
                ConfigurableApplicationContext chat = start(Chat.class, "rpc.server.endpoint=" + chatEndpoint,
                        "rpc.client.channels.world.endpoint=" + worldEndpoint)) {
            Reply reply = world.getBean(ChatService.class).say(new Request("hi", 2));
            assertThat(reply.text()).isEqualTo("chat: moved hi by 2");
            assertThat(chat.getBean(RpcServer.class).methods()).containsExactly("ChatService/say");
        }
    }

    @Test
    void timeoutOfMethodIsHonoured() {
        together((world, client) -> {
            WorldService service = client.getBean(WorldService.class);
            assertThatExceptionOfType(RpcException.class).isThrownBy(() -> service.sleep(new Request("", 10_000)))
                .satisfies((ex) -> assertThat(ex.status()).isEqualTo(RpcStatus.DEADLINE_EXCEEDED));
            world.getBean(World.class).release();
            assertThat(service.move(new Request("a", 1)).text()).isEqualTo("moved a by 1");
        }, "rpc.client.channels.world.methods.World.sleep.timeout=500ms");
    }

    @Test
    void channelOfEachClientHasItsOwnTimeout() {
        String endpoint = endpoint("world");
        try (ConfigurableApplicationContext world = start(World.class, "rpc.server.endpoint=" + endpoint);
                ConfigurableApplicationContext client = start(TwoChannels.class,
                        "rpc.client.channels.world.endpoint=" + endpoint,
                        "rpc.client.channels.impatient.endpoint=" + endpoint,
                        "rpc.client.channels.impatient.timeout=500ms")) {
            TwoChannels bean = client.getBean(TwoChannels.class);
            assertThatExceptionOfType(RpcException.class)
                .isThrownBy(() -> bean.impatient.sleep(new Request("", 10_000)))
                .satisfies((ex) -> assertThat(ex.status()).isEqualTo(RpcStatus.DEADLINE_EXCEEDED));
            world.getBean(World.class).release();
            assertThat(bean.patient.sleep(new Request("", 10_000)).text()).isEqualTo("released");
        }
    }

    @Test
    void pausedContextsWorkAgain() {
        together((world, client) -> {
            WorldService service = client.getBean(WorldService.class);
            assertThat(service.move(new Request("a", 1)).text()).isEqualTo("moved a by 1");
            client.pause();
            world.pause();
            world.restart();
            client.restart();
            assertThat(service.move(new Request("b", 2)).text()).isEqualTo("moved b by 2");
            world.pause();
            world.restart();
            await().ignoreExceptions()
                .untilAsserted(() -> assertThat(service.move(new Request("c", 3)).text()).isEqualTo("moved c by 3"));
        });
    }

    @Test
    void pausedClientLeavesNoConnectionAndConnectsWithItsNextCall() {
        together((world, client) -> {
            WorldService service = client.getBean(WorldService.class);
            RpcServer server = world.getBean(RpcServer.class);
            for (int i = 1; i <= 3; i++) {
                assertThat(service.move(new Request("a", i)).text()).isEqualTo("moved a by " + i);
                assertThat(server.connectionCount()).isOne();
                client.pause();
                await().untilAsserted(() -> assertThat(server.connectionCount()).isZero());
                assertThat(client.getBean(RpcClientFactory.class).channel("world").status().state())
                    .isEqualTo(ChannelState.IDLE);
                client.restart();
                assertThat(server.connectionCount()).isZero();
            }
        });
    }

    @Test
    void pausedClientLosesNoCall() {
        together((world, client) -> {
            WorldService service = client.getBean(WorldService.class);
            RpcServer server = world.getBean(RpcServer.class);
            CompletableFuture<Reply> running = CompletableFuture
                .supplyAsync(() -> service.sleep(new Request("", 60_000)), OWN_THREAD);
            await().until(() -> server.callsInFlight() == 1);
            client.pause();
            world.getBean(World.class).release();
            assertThat(running).succeedsWithin(Duration.ofSeconds(60))
                .satisfies((reply) -> assertThat(reply.text()).isEqualTo("released"));
            await().untilAsserted(() -> assertThat(server.connectionCount()).isZero());
        });
    }

    @Test
    void manyContextsLiveAndDieInOneJvm() {
        int threads = ownThreads();
        String endpoint = endpoint("world");
        for (int round = 0; round < 5; round++) {
            try (ConfigurableApplicationContext world = start(World.class, "rpc.server.endpoint=" + endpoint);
                    ConfigurableApplicationContext first = start(Client.class,
                            "rpc.client.channels.world.endpoint=" + endpoint);
                    ConfigurableApplicationContext second = start(Client.class,
                            "rpc.client.channels.world.endpoint=" + endpoint)) {
                for (ConfigurableApplicationContext client : List.of(first, second)) {
                    assertThat(client.getBean(WorldService.class).move(new Request("a", 1)).text())
                        .isEqualTo("moved a by 1");
                }
                assertThat(world.getBean(RpcServer.class).connectionCount()).isEqualTo(2);
            }
        }
        await().untilAsserted(() -> assertThat(ownThreads()).isLessThanOrEqualTo(threads));
    }

    private static int ownThreads() {
        return (int) Thread.getAllStackTraces()
            .keySet()
            .stream()
            .filter((thread) -> thread.getName().startsWith("shmrpc-") || thread.getName().startsWith("rpc-server-"))
            .count();
    }

    @Test
    void clientFindsARestartedApplication() {
        String endpoint = endpoint("world");
        try (ConfigurableApplicationContext client = start(Client.class,
                "rpc.client.channels.world.endpoint=" + endpoint)) {
            WorldService service = client.getBean(WorldService.class);
            for (int i = 0; i < 3; i++) {
                int number = i;
                try (ConfigurableApplicationContext world = start(World.class, "rpc.server.endpoint=" + endpoint)) {
                    await().ignoreExceptions()
                        .untilAsserted(() -> assertThat(service.move(new Request("a", number)).text())
                            .isEqualTo("moved a by " + number));
                    assertThat(world.isRunning()).isTrue();
                }
            }
        }
    }

    @Test
    @Tag("F59")
    void stoppingWaitsForRunningCalls() {
        together((world, client) -> {
            WorldService service = client.getBean(WorldService.class);
            RpcServer server = world.getBean(RpcServer.class);
            CompletableFuture<Reply> running = CompletableFuture
                .supplyAsync(() -> service.sleep(new Request("", 60_000)), OWN_THREAD);
            await().until(() -> server.callsInFlight() == 1);
            World endpoint = world.getBean(World.class);
            CompletableFuture<AvailabilityState> refused = new CompletableFuture<>();
            world.addApplicationListener(
                    (AvailabilityChangeEvent<ReadinessState> event) -> refused.complete(event.getState()));
            CompletableFuture<Void> stopping = CompletableFuture.runAsync(world::stop, OWN_THREAD);
            assertThat(refused).succeedsWithin(Duration.ofSeconds(60)).isEqualTo(ReadinessState.REFUSING_TRAFFIC);
            assertThat(stopping).isNotDone();
            endpoint.release();
            assertThat(stopping).succeedsWithin(Duration.ofSeconds(60));
            assertThat(running).succeedsWithin(Duration.ofSeconds(60))
                .satisfies((reply) -> assertThat(reply.text()).isEqualTo("released"));
        });
    }

    @Test
    void settingsMayComeFromProfilesAndTheProcessEnvironment() throws IOException {
        Files.writeString(directory.resolve("application.yml"), """
                rpc.server.endpoint: %s
                rpc.client.channels.world.endpoint: inproc:nobody
                ---
                spring.config.activate.on-profile: shard
                rpc.client.channels.world.endpoint: %1$s
                """.formatted(endpoint("profile")));
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources()
            .addFirst(new SystemEnvironmentPropertySource("test-systemEnvironment",
                    Map.of("RPC_CLIENT_CHANNELS_WORLD_TIMEOUT", "50ms", "SPRING_PROFILES_ACTIVE", "shard")));
        SpringApplication application = application(World.class, Client.class);
        application.setEnvironment(environment);
        try (ConfigurableApplicationContext context = application.run("--spring.config.location=" + directory + "/")) {
            WorldService remote = context.getBean(RpcClientFactory.class).client(WorldService.class, "world");
            assertThatExceptionOfType(RpcException.class).isThrownBy(() -> remote.sleep(new Request("", 10_000)))
                .satisfies((ex) -> assertThat(ex.status()).isEqualTo(RpcStatus.DEADLINE_EXCEEDED));
            context.getBean(World.class).release();
        }
    }

    @Test
    void callWithoutContract() {
        together((world, client) -> {
            Reply reply = client.getBean(RpcClientFactory.class)
                .channel("world")
                .call("game.World.move", new Request("a", 1), Reply.class);
            assertThat(reply.text()).isEqualTo("moved a by 1");
            assertThat(world.isRunning()).isTrue();
        });
    }

    /** Runs a test with a server and a client of it. */
    private void together(BiConsumer<ConfigurableApplicationContext, ConfigurableApplicationContext> test,
            String... clientProperties) {
        String endpoint = endpoint("world");
        String[] properties = Stream
            .concat(Stream.of("rpc.client.channels.world.endpoint=" + endpoint), Stream.of(clientProperties))
            .toArray(String[]::new);
        try (ConfigurableApplicationContext world = start(World.class, "rpc.server.endpoint=" + endpoint);
                ConfigurableApplicationContext client = start(Client.class, properties)) {
            test.accept(world, client);
        }
    }

    private String endpoint(String name) {
        return scheme + ":"
                + (scheme.equals("inproc") ? name + "-" + UUID.randomUUID() : directory.resolve(name + ".sock"));
    }

    private static ConfigurableApplicationContext start(Class<?> source, String... properties) {
        return application(source).run(Stream.of(properties).map((property) -> "--" + property).toArray(String[]::new));
    }

    private static SpringApplication application(Class<?>... sources) {
        SpringApplication application = new SpringApplication(sources);
        application.addPrimarySources(List.of(Application.class));
        application.setWebApplicationType(WebApplicationType.NONE);
        application.setRegisterShutdownHook(false);
        // Long enough for a machine that does many other things.
        application.setDefaultProperties(Map.of("rpc.client.timeout", "60s"));
        return application;
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({ RpcClientAutoConfiguration.class, RpcCodecAutoConfiguration.class,
            RpcServerAutoConfiguration.class, JacksonAutoConfiguration.class })
    @AutoConfigurationPackage(basePackageClasses = WorldService.class)
    static class Application {

    }

    @RpcEndpoint
    record Chat(WorldService world) implements ChatService {

        @Override
        public Reply say(Request request) {
            return new Reply("chat: " + world.move(request).text());
        }

    }

    record Client(WorldService world) {

    }

    record TwoChannels(WorldService patient, @RpcClient("impatient") WorldService impatient) {

    }

}
