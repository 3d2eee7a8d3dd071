package io.github.shmrpc.spring.client;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.spring.RpcClient;
import io.github.shmrpc.spring.RpcEndpoint;
import io.github.shmrpc.spring.autoconfigure.RpcContextRunners;
import io.github.shmrpc.spring.sample.World;
import io.github.shmrpc.spring.sample.WorldService;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/** Which client each kind of injection point gets. Two servers say who they are. */
class RpcClientInjectionTests {

    private static final String WORLD = "remote world";

    private static final String SHARD = "remote shard";

    private final RpcServer world = server("inproc:injection-world", WORLD);

    private final RpcServer shard = server("inproc:injection-shard", SHARD);

    private final ApplicationContextRunner runner = RpcContextRunners.application()
        .withPropertyValues("rpc.client.channels.world.endpoint=inproc:injection-world",
                "rpc.client.channels.shard.endpoint=inproc:injection-shard");

    @BeforeEach
    void startServers() throws Exception {
        world.start();
        shard.start();
    }

    @AfterEach
    void closeServers() {
        world.close();
        shard.close();
    }

    @Test
    void constructorParameters() {
        runner.withUserConfiguration(ByConstructor.class).run((context) -> {
            ByConstructor bean = context.getBean(ByConstructor.class);
            assertThat(answer(bean.plain)).isEqualTo(WORLD);
            assertThat(answer(bean.unnamed)).isEqualTo(WORLD);
            assertThat(answer(bean.shard)).isEqualTo(SHARD);
            assertThat(answer(bean.qualified)).isEqualTo(SHARD);
        });
    }

    @Test
    void recordComponents() {
        runner.withUserConfiguration(ByRecord.class).run((context) -> {
            ByRecord bean = context.getBean(ByRecord.class);
            assertThat(answer(bean.plain())).isEqualTo(WORLD);
            assertThat(answer(bean.shard())).isEqualTo(SHARD);
        });
    }

    @Test
    void fieldsNeedNoAutowired() {
        runner.withUserConfiguration(ByField.class).run((context) -> {
            ByField bean = context.getBean(ByField.class);
            assertThat(answer(bean.unnamed)).isEqualTo(WORLD);
            assertThat(answer(bean.shard)).isEqualTo(SHARD);
            assertThat(answer(bean.autowiredShard)).isEqualTo(SHARD);
            assertThat(answer(bean.autowired)).isEqualTo(WORLD);
        });
    }

    @Test
    void setters() {
        runner.withUserConfiguration(BySetter.class).run((context) -> {
            BySetter bean = context.getBean(BySetter.class);
            assertThat(answer(bean.shard)).isEqualTo(SHARD);
            assertThat(answer(bean.autowiredShard)).isEqualTo(SHARD);
        });
    }

    @Test
    void beanMethodParameters() {
        runner.withUserConfiguration(ByBeanMethod.class)
            .run((context) -> assertThat(context.getBean("answers")).isEqualTo(WORLD + ", " + SHARD));
    }

    @Test
    void providersOptionalsAndMaps() {
        runner.withUserConfiguration(ByProvider.class).run((context) -> {
            ByProvider bean = context.getBean(ByProvider.class);
            assertThat(answer(bean.plain.getObject())).isEqualTo(WORLD);
            assertThat(answer(bean.shard.getObject())).isEqualTo(SHARD);
            assertThat(bean.missing.getIfAvailable()).isNull();
            assertThat(answer(bean.optional.orElseThrow())).isEqualTo(SHARD);
            assertThat(bean.all).containsOnlyKeys("world#" + WorldService.class.getName(),
                    "shard#" + WorldService.class.getName());
            assertThat(bean.allOfShard).containsOnlyKeys("shard#" + WorldService.class.getName());
        });
    }

    @Test
    void localEndpointIsWhatPlainInjectionGets() {
        runner.withUserConfiguration(World.class, ByConstructor.class, ByProvider.class).run((context) -> {
            ByConstructor bean = context.getBean(ByConstructor.class);
            assertThat(bean.plain).isSameAs(context.getBean(World.class));
            assertThat(answer(bean.unnamed)).isEqualTo(WORLD);
            assertThat(answer(bean.shard)).isEqualTo(SHARD);
            assertThat(context.getBean(ByProvider.class).all).containsOnlyKeys("world");
        });
    }

    @Test
    void localFakeIsWhatPlainInjectionGets() {
        runner.withUserConfiguration(Fake.class, ByConstructor.class).run((context) -> {
            ByConstructor bean = context.getBean(ByConstructor.class);
            assertThat(answer(bean.plain)).isEqualTo("fake");
            assertThat(answer(bean.shard)).isEqualTo(SHARD);
        });
    }

    @Test
    void ownBeanWithQualifierReplacesTheNamedClient() {
        runner.withUserConfiguration(QualifiedFake.class, ByConstructor.class).run((context) -> {
            ByConstructor bean = context.getBean(ByConstructor.class);
            assertThat(answer(bean.shard)).isEqualTo("qualified fake");
            assertThat(context.getBean(QualifiedFake.class).made.get()).isEqualTo(1);
            assertThat(answer(bean.plain)).isEqualTo(WORLD);
            assertThat(answer(bean.unnamed)).isEqualTo(WORLD);
        });
    }

    @Test
    void endpointMayCallTheSameContractElsewhere() {
        runner.withUserConfiguration(Forwarder.class)
            .withPropertyValues("rpc.server.endpoint=inproc:injection-forwarder")
            .run((context) -> {
                WorldService client = context.getBean(RpcChannels.class)
                    .client(WorldService.class, Endpoint.parse("inproc:injection-forwarder"));
                assertThat(answer(client)).isEqualTo("via " + SHARD);
            });
    }

    @Test
    void clientsSurviveAPause() {
        runner.withUserConfiguration(ByConstructor.class).run((context) -> {
            ByConstructor bean = context.getBean(ByConstructor.class);
            assertThat(answer(bean.shard)).isEqualTo(SHARD);
            context.getSourceApplicationContext().pause();
            assertThat(context.getBean(RpcChannels.class).isRunning()).isFalse();
            context.getSourceApplicationContext().restart();
            assertThat(context.getBean(RpcChannels.class).isRunning()).isTrue();
            assertThat(answer(bean.shard)).isEqualTo(SHARD);
        });
    }

    private static RpcServer server(String endpoint, String name) {
        return RpcServer.builder(endpoint).register(new Fixed(name)).build();
    }

    private static String answer(@Nullable WorldService service) {
        assertThat(service).isNotNull();
        return service.move(new WorldService.Request("", 0)).text();
    }

    record Fixed(String name) implements WorldService {

        @Override
        public Reply move(Request request) {
            return new Reply(name);
        }

        @Override
        public Reply sleep(Request request) {
            return new Reply(name);
        }

    }

    static class ByConstructor {

        final WorldService plain;

        final WorldService unnamed;

        final WorldService shard;

        final WorldService qualified;

        ByConstructor(WorldService plain, @RpcClient WorldService unnamed, @RpcClient("shard") WorldService shard,
                @Qualifier("shard") WorldService qualified) {
            this.plain = plain;
            this.unnamed = unnamed;
            this.shard = shard;
            this.qualified = qualified;
        }

    }

    record ByRecord(WorldService plain, @RpcClient("shard") WorldService shard) {

    }

    static class ByField {

        @RpcClient
        @Nullable WorldService unnamed;

        @RpcClient("shard")
        private @Nullable WorldService shard;

        @Autowired
        @RpcClient("shard")
        @Nullable WorldService autowiredShard;

        @Autowired
        @Nullable WorldService autowired;

    }

    static class BySetter {

        @Nullable WorldService shard;

        @Nullable WorldService autowiredShard;

        @RpcClient("shard")
        void setShard(WorldService shard) {
            this.shard = shard;
        }

        @Autowired
        void setAutowiredShard(@RpcClient("shard") WorldService shard) {
            autowiredShard = shard;
        }

    }

    static class ByProvider {

        final ObjectProvider<WorldService> plain;

        final ObjectProvider<WorldService> shard;

        final ObjectProvider<WorldService> missing;

        final Optional<WorldService> optional;

        final Map<String, WorldService> all;

        final Map<String, WorldService> allOfShard;

        ByProvider(ObjectProvider<WorldService> plain, @RpcClient("shard") ObjectProvider<WorldService> shard,
                @RpcClient("missing") ObjectProvider<WorldService> missing,
                @RpcClient("shard") Optional<WorldService> optional, Map<String, WorldService> all,
                @RpcClient("shard") Map<String, WorldService> allOfShard) {
            this.plain = plain;
            this.shard = shard;
            this.missing = missing;
            this.optional = optional;
            this.all = all;
            this.allOfShard = allOfShard;
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class ByBeanMethod {

        @Bean
        String answers(WorldService plain, @RpcClient("shard") WorldService shard) {
            return answer(plain) + ", " + answer(shard);
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class Fake {

        @Bean
        WorldService fakeWorld() {
            return new Fixed("fake");
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class QualifiedFake {

        final AtomicInteger made = new AtomicInteger();

        @Bean(defaultCandidate = false)
        @RpcClient("shard")
        @Qualifier("shard")
        WorldService fakeShard() {
            made.incrementAndGet();
            return new Fixed("qualified fake");
        }

    }

    @RpcEndpoint
    static class Forwarder implements WorldService {

        private final WorldService next;

        Forwarder(@RpcClient("shard") WorldService next) {
            this.next = next;
        }

        @Override
        public Reply move(Request request) {
            return new Reply("via " + next.move(request).text());
        }

        @Override
        public Reply sleep(Request request) {
            return next.sleep(request);
        }

    }

}
