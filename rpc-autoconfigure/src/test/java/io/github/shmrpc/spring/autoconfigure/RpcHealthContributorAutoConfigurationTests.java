package io.github.shmrpc.spring.autoconfigure;

import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Dispatch;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcMethod;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.spring.RpcClientFactory;
import io.github.shmrpc.spring.sample.World;
import io.github.shmrpc.spring.server.RpcServerLifecycle;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.actuate.endpoint.CompositeHealthDescriptor;
import org.springframework.boot.health.actuate.endpoint.HealthDescriptor;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.actuate.endpoint.IndicatedHealthDescriptor;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

class RpcHealthContributorAutoConfigurationTests {

    private static final String CONTRIBUTOR = "rpcHealthContributor";

    private final ApplicationContextRunner runner = RpcContextRunners.application()
        .withConfiguration(AutoConfigurations.of(RpcHealthContributorAutoConfiguration.class,
                HealthContributorAutoConfiguration.class, HealthContributorRegistryAutoConfiguration.class,
                HealthEndpointAutoConfiguration.class, EndpointAutoConfiguration.class))
        .withPropertyValues("management.endpoints.web.exposure.include=health");

    private final ApplicationContextRunner server = runner.withUserConfiguration(World.class)
        .withPropertyValues("rpc.server.endpoint=inproc:health-tests");

    private final ApplicationContextRunner client = server
        .withPropertyValues("rpc.client.channels.world.endpoint=inproc:health-tests");

    private static HealthDescriptor health(ApplicationContext context, String... path) {
        HealthDescriptor found = context.getBean(HealthEndpoint.class).healthForPath(path);
        assertThat(found).isNotNull();
        return found;
    }

    private static String detail(HealthDescriptor health, String name) {
        return String.valueOf(((IndicatedHealthDescriptor) health).getDetails().get(name));
    }

    @Test
    void serverIsUpWhileItListens() {
        server.run((context) -> {
            HealthDescriptor up = health(context, "rpc", "server");
            assertThat(up.getStatus()).isEqualTo(Status.UP);
            assertThat(detail(up, "endpoint")).isEqualTo("inproc:health-tests");
            assertThat(detail(up, "connections")).isEqualTo("0");
            assertThat(detail(up, "state")).isEqualTo("LISTENING");
            context.getBean(RpcServerLifecycle.class).stop();
            assertThat(health(context, "rpc", "server").getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
            context.getBean(RpcServerLifecycle.class).start();
            assertThat(health(context, "rpc").getStatus()).isEqualTo(Status.UP);
        });
    }

    @Test
    void channelIsUnknownUntilItIsUsedAndUpThen() {
        client.run((context) -> {
            HealthDescriptor unused = health(context, "rpc", "channels", "world");
            assertThat(unused.getStatus()).isEqualTo(Status.UNKNOWN);
            assertThat(detail(unused, "state")).isEqualTo("IDLE");
            assertThat(health(context, "rpc").getStatus()).isEqualTo(Status.UP);
            context.getBean(RpcClientFactory.class).channel("world").connect(Duration.ofSeconds(30));
            HealthDescriptor connected = health(context, "rpc", "channels", "world");
            assertThat(connected.getStatus()).isEqualTo(Status.UP);
            assertThat(detail(connected, "since")).startsWith("20");
        });
    }

    @Test
    void channelWithoutItsServerIsDownWithTheReason() {
        runner.withPropertyValues("rpc.client.channels.world.endpoint=inproc:health-nobody").run((context) -> {
            RpcChannel channel = context.getBean(RpcClientFactory.class).channel("world");
            channel.dial();
            await().until(() -> channel.status().failedConnects() > 0);
            assertThatCode(() -> channel.connect(Duration.ofMillis(100))).isInstanceOf(RuntimeException.class);
            HealthDescriptor down = health(context, "rpc", "channels", "world");
            assertThat(down.getStatus()).isEqualTo(Status.DOWN);
            assertThat(detail(down, "error")).contains("UNAVAILABLE").contains("health-nobody");
            assertThat(health(context).getStatus()).isEqualTo(Status.DOWN);
            channel.close();
            assertThat(health(context, "rpc", "channels", "world").getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
        });
    }

    @Test
    void lostServerIsSeen() {
        client.run((context) -> {
            context.getBean(RpcClientFactory.class).channel("world").connect(Duration.ofSeconds(30));
            context.getBean(RpcServer.class).close();
            await().untilAsserted(
                    () -> assertThat(health(context, "rpc", "channels", "world").getStatus()).isEqualTo(Status.DOWN));
        });
    }

    /** It takes ten seconds of silence: nobody polls while the handler runs. */
    @Test
    @Tag("F16")
    void serverThatDoesNotRespondIsDownUntilItDoes() throws IOException {
        HeldUp heldUp = new HeldUp();
        try (RpcServer silent = RpcServer.builder("inproc:health-silent").register(heldUp).build().start()) {
            runner.withPropertyValues("rpc.client.channels.world.endpoint=inproc:health-silent").run((context) -> {
                RpcChannel channel = context.getBean(RpcClientFactory.class).channel("world");
                channel.connect(Duration.ofSeconds(30));
                assertThat(silent.isRunning()).isTrue();
                CompletableFuture<byte[]> held = channel.callAsync("HeldUp/hold", new byte[0], byte[].class,
                        CallOptions.defaults());
                assertThat(heldUp.holding.await(60, TimeUnit.SECONDS)).isTrue();
                assertThatExceptionOfType(RpcException.class).isThrownBy(() -> channel.call("HeldUp/hold", new byte[0],
                        byte[].class, CallOptions.timeout(Duration.ofMillis(100))));
                assertThat(health(context, "rpc", "channels", "world").getStatus()).isEqualTo(Status.UP);
                await().atMost(Duration.ofSeconds(40))
                    .untilAsserted(() -> assertThat(health(context, "rpc", "channels", "world").getStatus())
                        .isEqualTo(Status.DOWN));
                assertThat(detail(health(context, "rpc", "channels", "world"), "state")).isEqualTo("UNRESPONSIVE");
                heldUp.release.countDown();
                assertThat(held).succeedsWithin(Duration.ofSeconds(60));
                await().untilAsserted(
                        () -> assertThat(health(context, "rpc", "channels", "world").getStatus()).isEqualTo(Status.UP));
            });
        }
        finally {
            heldUp.release.countDown();
        }
    }

    /** Keeps its server from polling. */
    static final class HeldUp {

        private final CountDownLatch holding = new CountDownLatch(1);

        private final CountDownLatch release = new CountDownLatch(1);

        @RpcMethod(dispatch = Dispatch.INLINE)
        public byte[] hold(byte[] message) throws InterruptedException {
            holding.countDown();
            release.await();
            return message;
        }

    }

    @Test
    void groupsMayNameParts() {
        client
            .withPropertyValues("management.endpoint.health.group.readiness.include=rpc/server",
                    "management.endpoint.health.group.readiness.show-components=always",
                    "management.endpoint.health.group.liveness.include=rpc")
            .run((context) -> {
                assertThat(components(health(context, "readiness", "rpc"))).containsExactly("server");
                assertThat(components(health(context, "liveness", "rpc"))).containsExactly("channels", "server");
            });
    }

    private static Iterable<String> components(HealthDescriptor health) {
        return Objects.requireNonNull(((CompositeHealthDescriptor) health).getComponents()).keySet();
    }

    @Test
    void nothingIsSaidWhereThereIsNothing() {
        runner.run((context) -> {
            assertThat(context.getBean(HealthEndpoint.class).healthForPath("rpc")).isNull();
            assertThat(health(context).getStatus()).isIn(Status.UP, Status.UNKNOWN);
        });
        runner.withPropertyValues("rpc.client.enabled=false")
            .run((context) -> assertThat(context).doesNotHaveBean(CONTRIBUTOR));
    }

    @Test
    void canBeSwitchedOff() {
        server.withPropertyValues("management.health.rpc.enabled=false")
            .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(CONTRIBUTOR));
        server.withPropertyValues("management.health.defaults.enabled=false")
            .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(CONTRIBUTOR));
    }

    @Test
    void ownIndicatorReplacesOurs() {
        server.withBean("rpcHealthIndicator", HealthIndicator.class, () -> () -> Health.down().build())
            .run((context) -> {
                assertThat(context).doesNotHaveBean(CONTRIBUTOR);
                assertThat(health(context, "rpc").getStatus()).isEqualTo(Status.DOWN);
            });
    }

    @Test
    void backsOffWithoutBootsHealth() {
        RpcContextRunners.application()
            .withConfiguration(AutoConfigurations.of(RpcHealthContributorAutoConfiguration.class))
            .withUserConfiguration(World.class)
            .withPropertyValues("rpc.server.endpoint=inproc:health-tests")
            .withClassLoader(new FilteredClassLoader(HealthContributor.class))
            .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(CONTRIBUTOR));
    }

}
