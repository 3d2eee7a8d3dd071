package io.github.shmrpc.spring.autoconfigure;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.shmrpc.Dispatch;
import io.github.shmrpc.buffer.MessageBuffer;
import io.github.shmrpc.client.ChannelOptions;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.codec.CodecException;
import io.github.shmrpc.codec.Codecs;
import io.github.shmrpc.codec.Marshaller;
import io.github.shmrpc.codec.json.JsonCodec;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.spring.RpcEndpoint;
import io.github.shmrpc.spring.RpcServerCustomizer;
import io.github.shmrpc.spring.RpcServerReplacedEvent;
import io.github.shmrpc.spring.sample.World;
import io.github.shmrpc.spring.sample.WorldService.Reply;
import io.github.shmrpc.spring.sample.WorldService.Request;
import io.github.shmrpc.spring.server.RpcServerLifecycle;
import io.github.shmrpc.spring.server.UnservedEndpointsWarning;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@ExtendWith(OutputCaptureExtension.class)
class RpcServerAutoConfigurationTests {

    private final ApplicationContextRunner runner = RpcContextRunners.application();

    private final ApplicationContextRunner server = runner.withUserConfiguration(World.class)
        .withPropertyValues("rpc.server.endpoint=inproc:server-tests");

    @Test
    void serverRunsWithEndpointAddress(CapturedOutput output) {
        server.run((context) -> {
            RpcServer rpcServer = context.getBean(RpcServer.class);
            assertThat(rpcServer.isRunning()).isTrue();
            assertThat(rpcServer.methods()).containsExactlyInAnyOrder("game.World/move", "game.World/sleep");
            assertThat(output).contains("RPC server listens on inproc:server-tests (1 service, 2 methods)");
        });
    }

    @Test
    void nextContextTakesOverFromOneThatIsToldOfIt() {
        ApplicationContextRunner takingOver = server.withUserConfiguration(Replacements.class)
            .withPropertyValues("rpc.server.endpoint=inproc:server-taken", "rpc.server.take-over=true");
        takingOver.withPropertyValues("rpc.server.close-when-replaced=true").run((before) -> takingOver.run((next) -> {
            await().until(() -> !before.getSourceApplicationContext(ConfigurableApplicationContext.class).isActive());
            assertThat(before.getSourceApplicationContext()).isNotSameAs(next.getSourceApplicationContext());
            assertThat(next.getBean(RpcServer.class).isRunning()).isTrue();
            assertThat(next.getBean(Replacements.class).events).isEmpty();
        }));
    }

    @Test
    void contextIsToldThatItsServerWasReplacedAndStaysOpen() {
        ApplicationContextRunner takingOver = server.withUserConfiguration(Replacements.class)
            .withPropertyValues("rpc.server.endpoint=inproc:server-told", "rpc.server.take-over=true");
        takingOver.run((before) -> takingOver.run((next) -> {
            List<RpcServer> replaced = before.getBean(Replacements.class).events;
            await().until(() -> !replaced.isEmpty());
            assertThat(replaced).containsExactly(before.getBean(RpcServer.class));
            assertThat(before.getBean(RpcServer.class).isRunning()).isFalse();
        }));
    }

    @Test
    void noServerWithoutAddressAndOneWarning(CapturedOutput output) {
        runner.withUserConfiguration(World.class).run((context) -> {
            assertThat(context).doesNotHaveBean(RpcServer.class).doesNotHaveBean(RpcServerLifecycle.class);
            assertThat(output.getOut().split("are not served", -1)).hasSize(2);
            assertThat(output).contains("[world]").contains("Set rpc.server.endpoint");
        });
    }

    @Test
    void emptyAddressIsNone() {
        runner.withUserConfiguration(World.class)
            .withPropertyValues("rpc.server.endpoint=${unset:}")
            .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(RpcServer.class));
    }

    @Test
    void noWarningWithoutEndpoints(CapturedOutput output) {
        runner.run((context) -> {
            assertThat(context).hasSingleBean(UnservedEndpointsWarning.class);
            assertThat(output).doesNotContain("RpcEndpoint");
        });
    }

    @Test
    void nothingWhenDisabled(CapturedOutput output) {
        server.withPropertyValues("rpc.server.enabled=false").run((context) -> {
            assertThat(context).doesNotHaveBean(RpcServer.class).doesNotHaveBean(RpcServerAutoConfiguration.class);
            assertThat(output).doesNotContain("RpcEndpoint");
        });
    }

    @Test
    void nothingWithoutServerClass() {
        server.withClassLoader(new FilteredClassLoader(RpcServer.class))
            .run((context) -> assertThat(context).doesNotHaveBean(RpcServerLifecycle.class));
    }

    @Test
    void warnsOfServerWithoutEndpoints(CapturedOutput output) {
        runner.withPropertyValues("rpc.server.endpoint=inproc:server-empty")
            .run((context) -> assertThat(output).contains("inproc:server-empty but serves nothing"));
    }

    @Test
    void ownServerReplacesOursAndIsStarted() {
        server.withUserConfiguration(OwnServer.class).run((context) -> {
            assertThat(context).hasSingleBean(RpcServer.class);
            assertThat(context.getBean(RpcServer.class).endpoint()).hasToString("inproc:own");
            assertThat(context.getBean(RpcServer.class).isRunning()).isTrue();
        });
    }

    @Test
    void ownCodecsAndLifecycleReplaceOurs() {
        server.withUserConfiguration(OwnCodecs.class).run((context) -> {
            assertThat(context.getBean(Codecs.class)).isSameAs(OwnCodecs.CODECS);
            assertThat(context.getBean(RpcServerLifecycle.class).getPhase()).isZero();
        });
    }

    @Test
    void jsonCodecTakesTheApplicationsMapper() {
        runner.withPropertyValues("spring.jackson.property-naming-strategy=UPPER_CAMEL_CASE")
            .run((context) -> assertThat(json(context.getBean(Codecs.class))).isEqualTo("{\"Text\":\"a\"}"));
        new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(RpcCodecAutoConfiguration.class))
            .run((context) -> assertThat(json(context.getBean(Codecs.class))).isEqualTo("{\"text\":\"a\"}"));
    }

    @SuppressWarnings("unchecked")
    private static String json(Codecs codecs) throws CodecException {
        MessageBuffer buffer = new MessageBuffer(64);
        Marshaller<Reply> marshaller = (Marshaller<Reply>) codecs.byName("json").marshaller(Reply.class);
        marshaller.encode(new Reply("a"), buffer);
        return new String(buffer.array(), 0, buffer.length(), StandardCharsets.UTF_8);
    }

    @Test
    void beansOfTypeCodecAreAdded() {
        JsonCodec own = JsonCodec.builder().mapper(JsonMapper.shared()).build();
        runner.withBean("ownCodec", JsonCodec.class, () -> own).run((context) -> {
            assertThat(context).hasSingleBean(JsonCodec.class).doesNotHaveBean("rpcJsonCodec");
            assertThat(context.getBean(Codecs.class).defaultFor(Reply.class).name()).isEqualTo("json");
        });
    }

    @Test
    void noJsonCodecBeanWithoutMapper() {
        runner.withClassLoader(new FilteredClassLoader(JsonMapper.class))
            .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("rpcJsonCodec"));
    }

    @Test
    void customizersAreCalledInOrder() {
        server.withUserConfiguration(Customizers.class).run((context) -> {
            assertThat(context.getBean(Customizers.class).called).containsExactly("first", "second");
            assertThat(context.getBean(RpcServer.class).methods()).contains("game.World/move");
        });
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void virtualThreadsAreUsedWhenSwitchedOn() {
        server.withUserConfiguration(ThreadNames.class)
            .withPropertyValues("spring.threads.virtual.enabled=true")
            .run((context) -> assertThat(handlerThread()).startsWith("VirtualThread[").contains("-call-1"));
    }

    @Test
    void platformThreadsAreTheServersOwn() {
        server.withUserConfiguration(ThreadNames.class)
            .run((context) -> assertThat(handlerThread()).startsWith("Thread[").contains("-call-1"));
    }

    @Test
    void executorOfTheApplicationComesFirst() {
        server.withUserConfiguration(ThreadNames.class, OwnExecutor.class)
            .withPropertyValues("spring.threads.virtual.enabled=true")
            .run((context) -> assertThat(handlerThread()).contains("own-thread"));
    }

    private static String handlerThread() {
        try (RpcChannel channel = RpcChannel.builder("inproc:server-tests")
            .options(ChannelOptions.defaults().withTimeout(Duration.ofSeconds(60)))
            .build()) {
            return channel.call("ThreadNames/name", new Request("", 0), Reply.class).text();
        }
    }

    @Test
    void pausedServerRunsAgainOnTheSameInstance() {
        server.run((context) -> {
            RpcServer rpcServer = context.getBean(RpcServer.class);
            RpcServerLifecycle lifecycle = context.getBean(RpcServerLifecycle.class);
            context.getSourceApplicationContext().pause();
            assertThat(rpcServer.isRunning()).isFalse();
            assertThat(lifecycle.isRunning()).isFalse();
            context.getSourceApplicationContext().restart();
            assertThat(rpcServer.isRunning()).isTrue();
            assertThat(context.getBean(RpcServer.class)).isSameAs(rpcServer);
        });
    }

    @Test
    @Tag("F59")
    void readinessIsRefusedBeforeDraining() {
        server.withUserConfiguration(ReadinessListener.class).run((context) -> {
            ReadinessListener listener = context.getBean(ReadinessListener.class);
            AvailabilityChangeEvent.publish(context, ReadinessState.ACCEPTING_TRAFFIC);
            context.getSourceApplicationContext().pause();
            context.getSourceApplicationContext().restart();
            context.close();
            assertThat(listener.states).containsExactly("ACCEPTING_TRAFFIC true", "REFUSING_TRAFFIC true",
                    "ACCEPTING_TRAFFIC true", "REFUSING_TRAFFIC true");
        });
    }

    @Test
    void nonDaemonThreadLivesWhileTheServerRuns() {
        server.run((context) -> {
            assertThat(keepAliveThreads()).isEqualTo(1);
            context.close();
            await().untilAsserted(() -> assertThat(keepAliveThreads()).isZero());
        });
    }

    @Test
    void lazyInitializationChangesNothing(CapturedOutput output) {
        server
            .withInitializer(
                    (context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
            .run((context) -> assertThat(context.getBean(RpcServer.class).isRunning()).isTrue());
        runner.withUserConfiguration(World.class)
            .withInitializer(
                    (context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
            .run((context) -> assertThat(output).contains("are not served"));
    }

    @Test
    @Tag("F59")
    void drainingEndsBeforeTheShutdownPhase() {
        server.run((context) -> assertThat(context.getBean(RpcServerLifecycle.class).drainTimeout()).hasSeconds(24));
        server.withPropertyValues("spring.lifecycle.timeout-per-shutdown-phase=8s")
            .run((context) -> assertThat(context.getBean(RpcServerLifecycle.class).drainTimeout()).hasSeconds(6));
        server.withPropertyValues("rpc.server.drain-timeout=2s")
            .run((context) -> assertThat(context.getBean(RpcServerLifecycle.class).drainTimeout()).hasSeconds(2));
    }

    @Test
    void phaseIsConfigurable() {
        server.run((context) -> assertThat(context.getBean(RpcServerLifecycle.class).getPhase())
            .isEqualTo(Integer.MAX_VALUE - 1024));
        server.withPropertyValues("rpc.server.phase=7")
            .run((context) -> assertThat(context.getBean(RpcServerLifecycle.class).getPhase()).isEqualTo(7));
    }

    @Test
    void stopReturnsAtOnceAndCallsBackWhenDone() {
        server.run((context) -> {
            CountDownLatch stopped = new CountDownLatch(1);
            RpcServerLifecycle lifecycle = context.getBean(RpcServerLifecycle.class);
            lifecycle.stop(stopped::countDown);
            assertThat(stopped.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(lifecycle.isRunning()).isFalse();
            CountDownLatch again = new CountDownLatch(1);
            lifecycle.stop(again::countDown);
            assertThat(again.getCount()).isZero();
        });
    }

    private static long keepAliveThreads() {
        return Thread.getAllStackTraces()
            .keySet()
            .stream()
            .filter((thread) -> thread.getName().equals("rpc-server-keep-alive") && !thread.isDaemon())
            .count();
    }

    @RpcEndpoint(dispatch = Dispatch.EXECUTOR)
    static class ThreadNames {

        public Reply name(Request request) {
            return new Reply(Thread.currentThread().toString());
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class OwnExecutor {

        @Bean
        RpcServerCustomizer ownExecutor() {
            return (builder) -> builder.executor((task) -> new Thread(task, "own-thread").start());
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class OwnServer {

        @Bean
        RpcServer ownServer() {
            return RpcServer.builder("inproc:own").register(new World()).build();
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class OwnCodecs {

        static final Codecs CODECS = Codecs.defaults();

        @Bean
        Codecs ownCodecs() {
            return CODECS;
        }

        @Bean
        RpcServerLifecycle ownLifecycle(ApplicationContext context, ObjectProvider<RpcServer> server) {
            return new RpcServerLifecycle(server::getObject, context, Duration.ZERO, 0);
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class Customizers {

        final List<String> called = new ArrayList<>();

        @Bean
        @Order(2)
        RpcServerCustomizer second() {
            return (builder) -> called.add("second");
        }

        @Bean
        @Order(1)
        RpcServerCustomizer first() {
            return (builder) -> called.add("first");
        }

    }

    static class ReadinessListener implements ApplicationListener<AvailabilityChangeEvent<ReadinessState>> {

        final List<String> states = new ArrayList<>();

        private final ObjectProvider<RpcServer> server;

        ReadinessListener(ObjectProvider<RpcServer> server) {
            this.server = server;
        }

        @Override
        public void onApplicationEvent(AvailabilityChangeEvent<ReadinessState> event) {
            states.add(event.getState() + " " + server.getObject().isRunning());
        }

    }

    /** Notes the servers that were replaced. */
    @Configuration(proxyBeanMethods = false)
    static class Replacements {

        final List<RpcServer> events = new CopyOnWriteArrayList<>();

        @EventListener
        void replaced(RpcServerReplacedEvent event) {
            events.add(event.server());
        }

    }

}
