package io.github.shmrpc.spring.aot;

import java.util.function.Consumer;

import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.spring.ImportRpcClients;
import io.github.shmrpc.spring.RpcClient;
import io.github.shmrpc.spring.autoconfigure.RpcClientAutoConfiguration;
import io.github.shmrpc.spring.autoconfigure.RpcCodecAutoConfiguration;
import io.github.shmrpc.spring.autoconfigure.RpcHealthContributorAutoConfiguration;
import io.github.shmrpc.spring.autoconfigure.RpcMetricsAutoConfiguration;
import io.github.shmrpc.spring.autoconfigure.RpcServerAutoConfiguration;
import io.github.shmrpc.spring.library.LibraryService;
import io.github.shmrpc.spring.sample.World;
import io.github.shmrpc.spring.sample.WorldService;
import io.github.shmrpc.spring.sample.WorldService.Reply;
import io.github.shmrpc.spring.sample.WorldService.Request;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.aot.AotDetector;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.aot.test.generate.TestGenerationContext;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.test.tools.CompileWithForkedClassLoader;
import org.springframework.core.test.tools.TestCompiler;
import org.springframework.javapoet.ClassName;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application whose beans were prepared ahead of time starts from the generated code,
 * as it does with {@code -Dspring.aot.enabled=true} after {@code process-aot}.
 */
@CompileWithForkedClassLoader
class AheadOfTimeTests {

    private static final String[] BUILD_TIME = { "rpc.server.endpoint=inproc:build-time",
            "rpc.client.channels.world.endpoint=inproc:build-time",
            "rpc.client.channels.shard.endpoint=inproc:build-time" };

    private static final String[] RUN_TIME = { "rpc.server.endpoint=inproc:run-time",
            "rpc.client.channels.world.endpoint=inproc:run-time", "rpc.client.channels.shard.endpoint=inproc:run-time",
            "rpc.client.channels.shard.timeout=60s", "rpc.client.timeout=60s" };

    private final TestGenerationContext generation = new TestGenerationContext();

    @SuppressWarnings("unchecked") // The class literal of a generic type.
    private void process(Consumer<GenericApplicationContext> started) {
        try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
            context.register(Application.class);
            TestPropertyValues.of(BUILD_TIME).applyTo(context);
            ClassName initializer = new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
            generation.writeGeneratedContent();
            TestCompiler.forSystem()
                .with(generation)
                .compile((compiled) -> start(
                        compiled.getInstance(ApplicationContextInitializer.class, initializer.toString()), started));
        }
    }

    private static void start(ApplicationContextInitializer<GenericApplicationContext> initializer,
            Consumer<GenericApplicationContext> started) {
        try (GenericApplicationContext context = new GenericApplicationContext()) {
            TestPropertyValues.of(RUN_TIME).applyTo(context);
            TestPropertyValues.of(AotDetector.AOT_ENABLED + "=true").applyToSystemProperties(() -> {
                initializer.initialize(context);
                context.refresh();
                started.accept(context);
                return null;
            });
        }
    }

    @Test
    void contextStartsFromGeneratedCodeAndCalls() {
        process((context) -> {
            assertThat(context.getBean(RpcServer.class).endpoint()).hasToString("inproc:run-time");
            Caller caller = context.getBean(Caller.class);
            assertThat(caller.world().move(new Request("a", 1)).text()).isEqualTo("moved a by 1");
            assertThat(caller.shard().move(new Request("b", 2)).text()).isEqualTo("moved b by 2");
            assertThat(caller.shard()).isNotSameAs(caller.world());
            assertThat(context.getBeanNamesForType(LibraryService.class)).isNotEmpty();
            assertThat(context.getBean(SimpleMeterRegistry.class).get("rpc.client.call.duration").timers()).hasSize(2);
        });
    }

    @Test
    void hintsNameProxiesMethodsAndMessages() {
        process((context) -> {
        });
        RuntimeHints hints = generation.getRuntimeHints();
        assertThat(RuntimeHintsPredicates.proxies().forInterfaces(WorldService.class)).accepts(hints);
        assertThat(RuntimeHintsPredicates.reflection().onType(Request.class)).accepts(hints);
        assertThat(RuntimeHintsPredicates.reflection().onType(Reply.class)).accepts(hints);
        assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(World.class, "move")).accepts(hints);
        assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(WorldService.class, "move")).accepts(hints);
    }

    /**
     * Gets clients at its constructor, as any bean.
     *
     * @param world over the contract's own channel
     * @param shard over another one
     */
    public record Caller(@RpcClient WorldService world, @RpcClient("shard") WorldService shard) {

    }

    @Configuration(proxyBeanMethods = false)
    @AutoConfigurationPackage(basePackageClasses = WorldService.class)
    @ImportRpcClients(types = LibraryService.class)
    @ImportAutoConfiguration({ RpcClientAutoConfiguration.class, RpcCodecAutoConfiguration.class,
            RpcServerAutoConfiguration.class, RpcHealthContributorAutoConfiguration.class,
            RpcMetricsAutoConfiguration.class, JacksonAutoConfiguration.class })
    @Import({ World.class, Caller.class })
    static class Application {

        @Bean
        SimpleMeterRegistry meterRegistry() {
            return new SimpleMeterRegistry();
        }

    }

}
