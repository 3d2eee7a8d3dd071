package io.github.shmrpc.spring.autoconfigure;

import java.util.ArrayList;
import java.util.List;

import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.spring.RpcClient;
import io.github.shmrpc.spring.grpc.RpcGrpcStubs;
import io.github.shmrpc.spring.sample.World;
import io.github.shmrpc.spring.sample.WorldService;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.health.v1.HealthGrpc.HealthBlockingStub;
import io.grpc.protobuf.services.HealthStatusManager;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class RpcGrpcAutoConfigurationTests {

    private static final HealthCheckRequest ALL = HealthCheckRequest.getDefaultInstance();

    private final ApplicationContextRunner runner = RpcContextRunners.application()
        .withConfiguration(AutoConfigurations.of(RpcGrpcAutoConfiguration.class))
        .withPropertyValues("rpc.server.endpoint=inproc:grpc-tests",
                "rpc.client.channels.world.endpoint=inproc:grpc-tests",
                "rpc.client.grpc.stubs.world=io.grpc.health.v1.HealthGrpc.HealthBlockingStub");

    @Test
    void serviceBeanIsServedAndStubInjectedByConfigurationAlone() {
        runner.withUserConfiguration(Services.class, Clients.class).run((context) -> {
            HealthBlockingStub stub = context.getBean(Client.class).stub();
            assertThat(stub.check(ALL).getStatus()).isEqualTo(ServingStatus.SERVING);
        });
    }

    @Test
    void serviceBeansAreServedBesideEndpoints() {
        runner.withUserConfiguration(Services.class, World.class).run((context) -> {
            assertThat(context.getBean(RpcServer.class).methods()).contains("game.World/move");
            assertThat(context.getBean(HealthBlockingStub.class).check(ALL).getStatus())
                .isEqualTo(ServingStatus.SERVING);
            assertThat(context.getBean("world#" + WorldService.class.getName())).isNotNull();
        });
    }

    @Test
    void interceptorBeansAreCalledInTheirOrder() {
        runner.withUserConfiguration(Services.class, Interceptors.class).run((context) -> {
            context.getBean(HealthBlockingStub.class).check(ALL);
            assertThat(context.getBean(Interceptors.class).called).containsExactly("first", "second");
        });
    }

    @Test
    void stubsOfSeveralChannelsAreGotByName() {
        runner.withUserConfiguration(Services.class)
            .withPropertyValues("rpc.client.channels.nobody.endpoint=inproc:nobody",
                    "rpc.client.grpc.stubs.nobody=io.grpc.health.v1.HealthGrpc.HealthBlockingStub")
            .withUserConfiguration(Clients.class)
            .run((context) -> {
                assertThat(context.getBean(Client.class).stub().check(ALL).getStatus())
                    .isEqualTo(ServingStatus.SERVING);
                assertThat(context.getBean(RpcGrpcStubs.class).stub(HealthGrpc.HealthFutureStub.class, "world"))
                    .isNotNull();
            });
    }

    @Test
    void servicesAreNotServedIfThatIsSwitchedOff() {
        runner.withUserConfiguration(Services.class)
            .withPropertyValues("rpc.server.grpc.enabled=false")
            .run((context) -> assertThatExceptionOfType(StatusRuntimeException.class)
                .isThrownBy(() -> context.getBean(HealthBlockingStub.class).check(ALL))
                .satisfies(
                        (failure) -> assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED)));
    }

    @Test
    void classThatIsNoStubIsNamed() {
        runner.withPropertyValues("rpc.client.grpc.stubs.world=java.lang.String")
            .run((context) -> assertThatExceptionOfType(RuntimeException.class)
                .isThrownBy(() -> context.getBean("world#java.lang.String"))
                .havingRootCause()
                .withMessageContaining("Not a stub that grpc-java has generated: java.lang.String"));
    }

    @Test
    void nothingIsThereWithoutTheModule() {
        runner.withClassLoader(new FilteredClassLoader("io.github.shmrpc.grpc"))
            .withPropertyValues("rpc.client.grpc.stubs.world=")
            .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("rpcGrpcStubs"));
    }

    @Configuration(proxyBeanMethods = false)
    static class Services {

        @Bean
        BindableService health() {
            return new HealthStatusManager().getHealthService();
        }

    }

    record Client(HealthBlockingStub stub) {
    }

    @Configuration(proxyBeanMethods = false)
    static class Clients {

        @Bean
        Client client(@RpcClient("world") HealthBlockingStub stub) {
            return new Client(stub);
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class Interceptors {

        private final List<String> called = new ArrayList<>();

        @Bean
        @Order(2)
        ServerInterceptor second() {
            return new Naming("second", called);
        }

        @Bean
        @Order(1)
        ServerInterceptor first() {
            return new Naming("first", called);
        }

    }

    private record Naming(String name, List<String> called) implements ServerInterceptor {

        @Override
        public <Q, R> ServerCall.Listener<Q> interceptCall(ServerCall<Q, R> call, Metadata headers,
                ServerCallHandler<Q, R> next) {
            called.add(name);
            return next.startCall(call, headers);
        }

    }

}
