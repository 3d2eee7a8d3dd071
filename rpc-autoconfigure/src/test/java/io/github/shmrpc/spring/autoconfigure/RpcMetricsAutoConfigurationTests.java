package io.github.shmrpc.spring.autoconfigure;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.spring.RpcClientFactory;
import io.github.shmrpc.spring.RpcServerCustomizer;
import io.github.shmrpc.spring.observe.RpcChannelMetrics;
import io.github.shmrpc.spring.observe.RpcServerMetrics;
import io.github.shmrpc.spring.sample.World;
import io.github.shmrpc.spring.sample.WorldService.Reply;
import io.github.shmrpc.spring.sample.WorldService.Request;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

class RpcMetricsAutoConfigurationTests {

    private static final String METHOD = "game.World/move";

    private final ApplicationContextRunner bare = RpcContextRunners.application()
        .withConfiguration(AutoConfigurations.of(RpcMetricsAutoConfiguration.class))
        .withUserConfiguration(World.class)
        .withPropertyValues("rpc.server.endpoint=inproc:metrics-tests",
                "rpc.client.channels.world.endpoint=inproc:metrics-tests",
                "rpc.client.channels.spare.endpoint=inproc:metrics-spare");

    private final ApplicationContextRunner runner = bare
        .withConfiguration(AutoConfigurations.of(MetricsAutoConfiguration.class,
                CompositeMeterRegistryAutoConfiguration.class, SimpleMetricsExportAutoConfiguration.class));

    private static RpcChannel world(ApplicationContext context) {
        return context.getBean(RpcClientFactory.class).channel("world");
    }

    private static void move(ApplicationContext context) {
        world(context).call(METHOD, new Request("a", 1), Reply.class);
    }

    private static MeterRegistry registry(ApplicationContext context) {
        return context.getBean(MeterRegistry.class);
    }

    @Test
    void callsAreTimedOnBothSides() {
        runner.run((context) -> {
            move(context);
            move(context);
            Timer client = registry(context).get("rpc.client.call.duration")
                .tags("rpc.system.name", "shmrpc", "rpc.method", METHOD, "rpc.response.status_code", "OK", "error.type",
                        "none", "rpc.channel", "world", "server.address", "inproc:metrics-tests")
                .timer();
            assertThat(client.count()).isEqualTo(2);
            await().untilAsserted(() -> {
                Timer server = registry(context).get("rpc.server.call.duration")
                    .tags("rpc.system.name", "shmrpc", "rpc.method", METHOD, "rpc.response.status_code", "OK",
                            "error.type", "none")
                    .timer();
                assertThat(server.count()).isEqualTo(2);
            });
        });
    }

    @Test
    void failuresHaveTimersOfTheirOwn() {
        runner.run((context) -> {
            assertThatExceptionOfType(RpcException.class)
                .isThrownBy(() -> world(context).call("game.World/none", new Request("a", 1), Reply.class));
            assertThat(registry(context).get("rpc.client.call.duration")
                .tags("rpc.method", "game.World/none", "error.type", "UNIMPLEMENTED")
                .timer()
                .count()).isOne();
            assertThat(registry(context).get("rpc.server.errors")
                .tag("rpc.response.status_code", "UNIMPLEMENTED")
                .functionCounter()
                .count()).isOne();
            assertThat(registry(context).get("rpc.server.rejected").functionCounter().count()).isOne();
        });
    }

    @Test
    void histogramsAreTheApplicationsChoice() {
        runner.run((context) -> {
            move(context);
            assertThat(histogramBuckets(context)).isZero();
        });
        runner.withPropertyValues("management.metrics.distribution.slo.rpc.client.call.duration=1ms,10ms")
            .run((context) -> {
                move(context);
                assertThat(histogramBuckets(context)).isEqualTo(2);
            });
    }

    private static int histogramBuckets(ApplicationContext context) {
        return registry(context).get("rpc.client.call.duration").timer().takeSnapshot().histogramCounts().length;
    }

    @Test
    void serverAndChannelsAreMeasured() {
        runner.run((context) -> {
            move(context);
            MeterRegistry registry = registry(context);
            assertThat(registry.get("rpc.server.connections").gauge().value()).isOne();
            assertThat(registry.get("rpc.client.connections").tag("rpc.channel", "world").gauge().value()).isOne();
            assertThat(registry.get("rpc.client.channel.ready").tag("rpc.channel", "world").gauge().value()).isOne();
            assertThat(registry.get("rpc.client.channel.ready").tag("rpc.channel", "spare").gauge().value()).isZero();
            await().until(() -> registry.get("rpc.server.requests").functionCounter().count() == 1);
            // On a busy machine even a fast handler may lose the poll role.
            assertThat(registry.get("rpc.server.take.overs").functionCounter().count()).isNotNegative();
            for (String counter : List.of("rpc.server.thread.cap.reached", "rpc.server.interrupts",
                    "rpc.server.protocol.errors", "rpc.server.slow.peers.closed")) {
                assertThat(registry.get(counter).functionCounter().count()).as(counter).isZero();
            }
            assertThat(registry.get("rpc.server.ring.fullness").gauge().value()).isBetween(0.0, 1.0);
            assertThat(registry.get("rpc.server.slots.used").gauge().value()).isZero();
        });
    }

    @Test
    void whatConnectionsCarryIsCountedOnBothSides(@TempDir Path directory) {
        String endpoint = "shm:" + directory.resolve("s.sock");
        runner.withPropertyValues("rpc.server.endpoint=" + endpoint, "rpc.client.channels.world.endpoint=" + endpoint)
            .run((context) -> {
                await().until(() -> {
                    move(context);
                    return counted(context, "rpc.client.wake.ups") > 0;
                });
                for (String side : List.of("rpc.server.", "rpc.client.")) {
                    assertThat(counted(context, side + "sent")).as(side).isPositive();
                    assertThat(counted(context, side + "received")).as(side).isPositive();
                    assertThat(counted(context, side + "fallbacks")).as(side).isZero();
                }
                MeterRegistry registry = registry(context);
                assertThat(registry.get("rpc.client.sent").functionCounter().getId().getBaseUnit()).isEqualTo("bytes");
                assertThat(registry.get("rpc.client.ring.fullness").tag("rpc.channel", "world").gauge().value())
                    .isBetween(0.0, 1.0);
                assertThat(registry.get("rpc.client.slots.used").tag("rpc.channel", "world").gauge().value()).isZero();
            });
    }

    private static double counted(ApplicationContext context, String name) {
        return registry(context).find(name).functionCounters().stream().mapToDouble((counter) -> counter.count()).sum();
    }

    @Test
    void lossesOfTheConnectionAreCounted() {
        runner.run((context) -> {
            world(context).connect(Duration.ofSeconds(30));
            MeterRegistry registry = registry(context);
            context.getBean(RpcServer.class).close();
            await().until(() -> registry.get("rpc.client.connect.failures")
                .tag("rpc.channel", "world")
                .functionCounter()
                .count() > 0);
            context.getBean(RpcServer.class).start();
            await().until(() -> registry.get("rpc.client.reconnects")
                .tag("rpc.channel", "world")
                .functionCounter()
                .count() == 1);
        });
    }

    @Test
    void callsInFlightAreGauged() {
        runner.run((context) -> {
            CompletableFuture<Reply> running = world(context).callAsync("game.World/sleep", new Request("", 60_000),
                    Reply.class, CallOptions.defaults());
            MeterRegistry registry = registry(context);
            await().until(() -> registry.get("rpc.server.calls.active").gauge().value() == 1);
            assertThat(registry.get("rpc.client.calls.active").tag("rpc.channel", "world").gauge().value()).isOne();
            context.getBean(World.class).release();
            assertThat(running).succeedsWithin(Duration.ofSeconds(60));
            assertThat(registry.get("rpc.client.calls.active").tag("rpc.channel", "world").gauge().value()).isZero();
        });
    }

    @Test
    void nothingIsMeasuredWhenSwitchedOff() {
        runner.withPropertyValues("rpc.observation.mode=off").run((context) -> {
            move(context);
            assertThat(context).hasNotFailed().doesNotHaveBean(RpcServerMetrics.class);
            assertThat(registry(context).getMeters()).noneMatch((meter) -> meter.getId().getName().startsWith("rpc."));
        });
    }

    @Test
    void nothingIsMeasuredWithoutRegistry() {
        bare.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(RpcServerMetrics.class));
        bare.withClassLoader(new FilteredClassLoader(MeterRegistry.class)).run((context) -> {
            move(context);
            assertThat(context).hasNotFailed().doesNotHaveBean(RpcMetricsAutoConfiguration.class);
        });
    }

    @Test
    void partsBackOffWithWhatTheyMeasure() {
        runner.withPropertyValues("rpc.server.enabled=false")
            .run((context) -> assertThat(context).hasSingleBean(RpcChannelMetrics.class)
                .doesNotHaveBean(RpcServerMetrics.class)
                .doesNotHaveBean("rpcServerTimers"));
        runner.withPropertyValues("rpc.client.enabled=false")
            .run((context) -> assertThat(context).hasSingleBean(RpcServerMetrics.class)
                .doesNotHaveBean(RpcChannelMetrics.class)
                .doesNotHaveBean("rpcChannelTimers"));
    }

    @Test
    void ownObserversAndMetersReplaceOurs() {
        RpcServerMetrics own = new RpcServerMetrics(() -> {
            throw new IllegalStateException("not read here");
        });
        RpcServerCustomizer unobserved = (builder) -> builder.observers((method) -> null);
        runner.withBean(RpcServerMetrics.class, () -> own)
            .withBean("unobserved", RpcServerCustomizer.class, () -> unobserved)
            .run((context) -> {
                move(context);
                assertThat(context).getBean(RpcServerMetrics.class).isSameAs(own);
                assertThat(context.getBean(MeterRegistry.class).find("rpc.server.call.duration").timer()).isNull();
            });
    }

    @Test
    void registryOfTheApplicationIsUsed() {
        bare.withBean(SimpleMeterRegistry.class).run((context) -> {
            move(context);
            assertThat(registry(context).get("rpc.client.call.duration").timer().count()).isOne();
        });
    }

}
