package io.github.shmrpc.spring.autoconfigure;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.shmrpc.grpc.client.ShmChannel;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.spring.client.RpcChannels;
import io.github.shmrpc.spring.grpc.RpcGrpcChannelFactory;
import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.health.v1.HealthGrpc.HealthBlockingStub;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.grpc.client.autoconfigure.CompositeChannelFactoryAutoConfiguration;
import org.springframework.boot.grpc.client.autoconfigure.GrpcClientAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.grpc.client.GlobalClientInterceptor;
import org.springframework.grpc.client.GrpcChannelFactory;
import org.springframework.grpc.client.ImportGrpcClients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** Clients that Spring Boot's own gRPC support makes. */
@Timeout(60)
class RpcGrpcClientAutoConfigurationTests {

    private static final HealthCheckRequest ALL = HealthCheckRequest.getDefaultInstance();

    @TempDir
    private Path directory = Path.of("");

    private ApplicationContextRunner runner(String endpoint) {
        return RpcContextRunners.application()
            .withConfiguration(AutoConfigurations.of(RpcGrpcAutoConfiguration.class,
                    RpcGrpcClientAutoConfiguration.class, GrpcClientAutoConfiguration.class,
                    CompositeChannelFactoryAutoConfiguration.class, SslAutoConfiguration.class))
            .withUserConfiguration(Services.class)
            .withPropertyValues("rpc.server.endpoint=" + endpoint);
    }

    private ApplicationContextRunner shm() {
        return runner("shm:" + directory.resolve("health.sock"));
    }

    @Test
    void targetIsAnEndpoint() {
        shm().withUserConfiguration(Clients.class)
            .withPropertyValues("spring.grpc.client.channel.health.target=shm:" + directory.resolve("health.sock"))
            .run((context) -> {
                assertThat(context.getBean(HealthBlockingStub.class).check(ALL).getStatus())
                    .isEqualTo(ServingStatus.SERVING);
                assertThat(context.getBean(RpcServer.class).peers().all())
                    .allSatisfy((peer) -> assertThat(peer.info().carrier()).isEqualTo("shm"))
                    .hasSize(1);
                assertThat(context.getBean(RpcChannels.class).made())
                    .containsOnlyKeys("shm:" + directory.resolve("health.sock"));
            });
    }

    @Test
    void targetIsTheNameOfAChannel() {
        shm().withUserConfiguration(Clients.class)
            .withPropertyValues("rpc.client.channels.health.endpoint=shm:" + directory.resolve("health.sock"))
            .run((context) -> {
                assertThat(context.getBean(HealthBlockingStub.class).check(ALL).getStatus())
                    .isEqualTo(ServingStatus.SERVING);
                assertThat(context.getBean(RpcChannels.class).made()).containsOnlyKeys("health");
            });
    }

    @Test
    void settingsOfBootHoldForThem() {
        shm().withUserConfiguration(Clients.class)
            .withPropertyValues("rpc.client.channels.health.endpoint=shm:" + directory.resolve("health.sock"),
                    "spring.grpc.client.channel.health.default.deadline=50ms")
            .run((context) -> {
                HealthBlockingStub stub = context.getBean(HealthBlockingStub.class);
                context.getBean(HealthService.class).silent = true;
                assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> stub.check(ALL))
                    .satisfies((failure) -> assertThat(failure.getStatus().getCode())
                        .isEqualTo(Status.Code.DEADLINE_EXCEEDED));
            });
    }

    @Test
    void globalInterceptorsAreAroundTheirCalls() {
        shm().withUserConfiguration(Clients.class, Interceptors.class)
            .withPropertyValues("spring.grpc.client.channel.health.target=shm:" + directory.resolve("health.sock"))
            .run((context) -> {
                context.getBean(HealthBlockingStub.class).check(ALL);
                assertThat(context.getBean(CountingInterceptor.class).calls).hasValue(1);
            });
    }

    @Test
    void othersAreBootsOwn() {
        runner("inproc:boot-grpc")
            .withPropertyValues("rpc.client.channels.here.endpoint=inproc:boot-grpc",
                    "spring.grpc.client.channel.here.target=static://localhost:1",
                    "spring.grpc.client.channel.there.target=static://localhost:2")
            .run((context) -> {
                GrpcChannelFactory factory = context.getBean(GrpcChannelFactory.class);
                for (String target : new String[] { "here", "there", "static://localhost:3",
                        "unix:" + directory.resolve("foreign.sock"), "unknown" }) {
                    assertThat(ours(factory.createChannel(target))).as(target).isFalse();
                }
                assertThat(ours(factory.createChannel("inproc:boot-grpc"))).isTrue();
            });
    }

    private static boolean ours(ManagedChannel channel) {
        return channel instanceof ShmChannel;
    }

    @Test
    void nettyIsNotNeeded() {
        runner("inproc:boot-grpc").withClassLoader(new FilteredClassLoader("io.grpc.netty", "io.grpc.inprocess"))
            .withUserConfiguration(Clients.class)
            .withPropertyValues("spring.grpc.client.channel.health.target=inproc:boot-grpc")
            .run((context) -> {
                assertThat(context.getBean(GrpcChannelFactory.class)).isInstanceOf(RpcGrpcChannelFactory.class);
                assertThat(context.getBean(HealthBlockingStub.class).check(ALL).getStatus())
                    .isEqualTo(ServingStatus.SERVING);
                assertThatIllegalArgumentException()
                    .isThrownBy(() -> context.getBean(GrpcChannelFactory.class).createChannel("elsewhere"))
                    .withMessageContaining("No channel leads to gRPC target 'elsewhere'");
            });
    }

    @Test
    void nothingIsThereWithoutBootsSupport() {
        RpcContextRunners.application()
            .withConfiguration(
                    AutoConfigurations.of(RpcGrpcAutoConfiguration.class, RpcGrpcClientAutoConfiguration.class))
            .withClassLoader(new FilteredClassLoader("org.springframework.boot.grpc"))
            .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(GrpcChannelFactory.class));
    }

    @Test
    void clientsOfOursCanBeSwitchedOff() {
        runner("inproc:boot-grpc").withPropertyValues("rpc.client.enabled=false")
            .run((context) -> assertThat(context).hasNotFailed()
                .hasBean("shadedNettyGrpcChannelFactory")
                .doesNotHaveBean(RpcGrpcChannelFactory.class));
    }

    @Configuration(proxyBeanMethods = false)
    @ImportGrpcClients(target = "health", types = HealthBlockingStub.class)
    static class Clients {

    }

    @Configuration(proxyBeanMethods = false)
    static class Services {

        @Bean
        HealthService healthService() {
            return new HealthService();
        }

    }

    /** Answers, or not. */
    static final class HealthService extends HealthGrpc.HealthImplBase implements BindableService {

        private volatile boolean silent;

        @Override
        public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> answer) {
            if (!silent) {
                answer.onNext(HealthCheckResponse.newBuilder().setStatus(ServingStatus.SERVING).build());
                answer.onCompleted();
            }
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class Interceptors {

        @Bean
        @GlobalClientInterceptor
        CountingInterceptor counting() {
            return new CountingInterceptor();
        }

    }

    static final class CountingInterceptor implements ClientInterceptor {

        private final AtomicInteger calls = new AtomicInteger();

        @Override
        public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
            calls.incrementAndGet();
            return next.newCall(method, options);
        }

    }

}
