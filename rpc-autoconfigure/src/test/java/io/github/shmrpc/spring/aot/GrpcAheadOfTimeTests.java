package io.github.shmrpc.spring.aot;

import java.util.function.Consumer;

import io.github.shmrpc.spring.RpcClient;
import io.github.shmrpc.spring.autoconfigure.RpcClientAutoConfiguration;
import io.github.shmrpc.spring.autoconfigure.RpcCodecAutoConfiguration;
import io.github.shmrpc.spring.autoconfigure.RpcGrpcAutoConfiguration;
import io.github.shmrpc.spring.autoconfigure.RpcServerAutoConfiguration;
import io.grpc.BindableService;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc.HealthBlockingStub;
import io.grpc.protobuf.services.HealthStatusManager;
import org.junit.jupiter.api.Test;

import org.springframework.aot.AotDetector;
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

/** gRPC's services and stubs in an application that starts from generated code. */
@CompileWithForkedClassLoader
class GrpcAheadOfTimeTests {

    private static final String[] PROPERTIES = { "rpc.server.endpoint=inproc:grpc-aot",
            "rpc.client.channels.world.endpoint=inproc:grpc-aot",
            "rpc.client.grpc.stubs.world=io.grpc.health.v1.HealthGrpc.HealthBlockingStub" };

    private final TestGenerationContext generation = new TestGenerationContext();

    @Test
    void stubOfGeneratedCodeCallsServiceOfGeneratedCode() {
        process((context) -> {
            HealthBlockingStub stub = context.getBean(Caller.class).stub();
            assertThat(stub.check(HealthCheckRequest.getDefaultInstance()).getStatus())
                .isEqualTo(ServingStatus.SERVING);
        });
    }

    @SuppressWarnings("unchecked") // The class literal of a generic type.
    private void process(Consumer<GenericApplicationContext> started) {
        try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
            context.register(Application.class);
            TestPropertyValues.of(PROPERTIES).applyTo(context);
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
            TestPropertyValues.of(PROPERTIES).applyTo(context);
            TestPropertyValues.of(AotDetector.AOT_ENABLED + "=true").applyToSystemProperties(() -> {
                initializer.initialize(context);
                context.refresh();
                started.accept(context);
                return null;
            });
        }
    }

    /** Gets a stub at its constructor, as any bean. */
    public record Caller(@RpcClient("world") HealthBlockingStub stub) {
    }

    @Configuration(proxyBeanMethods = false)
    @AutoConfigurationPackage(basePackageClasses = GrpcAheadOfTimeTests.class)
    @ImportAutoConfiguration({ RpcGrpcAutoConfiguration.class, RpcClientAutoConfiguration.class,
            RpcCodecAutoConfiguration.class, RpcServerAutoConfiguration.class, JacksonAutoConfiguration.class })
    @Import(Caller.class)
    static class Application {

        @Bean
        BindableService health() {
            return new HealthStatusManager().getHealthService();
        }

    }

}
