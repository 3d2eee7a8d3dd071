package io.github.shmrpc.spring.autoconfigure;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.locality.ServiceFile;
import io.github.shmrpc.spring.RpcClientFactory;
import io.github.shmrpc.spring.grpc.RpcGrpcStubs;
import io.grpc.BindableService;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc.HealthBlockingStub;
import io.grpc.protobuf.services.HealthStatusManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cloud.client.DefaultServiceInstance;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.client.discovery.composite.CompositeDiscoveryClientAutoConfiguration;
import org.springframework.cloud.client.discovery.simple.SimpleDiscoveryClientAutoConfiguration;
import org.springframework.cloud.commons.util.UtilAutoConfiguration;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/** Services that a registry knows. */
@Timeout(60)
class RpcDiscoveryAutoConfigurationTests {

    private static final Duration LIMIT = Duration.ofSeconds(50);

    private static final String SERVICE = "rpc.client.channels.world.service=world";

    private static final String PLAINTEXT = "rpc.client.channels.world.plaintext=true";

    @TempDir
    private Path directory = Path.of("");

    private final Registry registry = new Registry();

    private final ApplicationContextRunner cloudless = RpcContextRunners.application()
        .withConfiguration(AutoConfigurations.of(RpcGrpcAutoConfiguration.class, RpcDiscoveryAutoConfiguration.class,
                SslAutoConfiguration.class));

    private final ApplicationContextRunner runner = cloudless.withBean(DiscoveryClient.class, () -> registry);

    @BeforeEach
    void setDirectory() {
        System.setProperty(ServiceFile.DIRECTORY_PROPERTY, directory.toString());
    }

    @AfterEach
    void clearDirectory() {
        System.clearProperty(ServiceFile.DIRECTORY_PROPERTY);
    }

    /** What it answers tells which server it is. */
    private static HealthStatusManager health(ServingStatus status) {
        HealthStatusManager health = new HealthStatusManager();
        health.setStatus("", status);
        return health;
    }

    private static Server start(ServingStatus status) throws IOException {
        return Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(health(status).getHealthService())
            .build()
            .start();
    }

    private static ServiceInstance instance(String host, int port, Map<String, String> metadata) {
        return new DefaultServiceInstance(host + port, "world", host, port, false, metadata);
    }

    private static ServiceInstance instance(Server server) {
        return instance("localhost", server.getPort(), Map.of());
    }

    private static ServingStatus check(ApplicationContext context) {
        return context.getBean(RpcGrpcStubs.class)
            .stub(HealthBlockingStub.class, "world")
            .check(HealthCheckRequest.getDefaultInstance())
            .getStatus();
    }

    // -- Instances

    @Test
    void channelGoesWhereTheInstancesAre() throws Exception {
        Server first = start(ServingStatus.SERVING);
        Server second = start(ServingStatus.NOT_SERVING);
        try {
            registry.instances = List.of(instance(first));
            runner.withPropertyValues(SERVICE, PLAINTEXT).run((context) -> {
                assertThat(check(context)).isEqualTo(ServingStatus.SERVING);
                registry.instances = List.of(instance(second));
                await().atMost(LIMIT).until(() -> check(context) == ServingStatus.NOT_SERVING);
            });
        }
        finally {
            first.shutdownNow().awaitTermination();
            second.shutdownNow().awaitTermination();
        }
    }

    @Test
    void connectionOutlivesWhatTheRegistryForgets() throws Exception {
        Server server = start(ServingStatus.SERVING);
        try {
            registry.instances = List.of(instance(server));
            runner.withPropertyValues(SERVICE, PLAINTEXT).run((context) -> {
                assertThat(check(context)).isEqualTo(ServingStatus.SERVING);
                RpcChannel channel = context.getBean(RpcClientFactory.class).channel("world");
                long connects = channel.status().reconnects();
                registry.instances = List.of();
                int asked = registry.asked.get();
                await().atMost(LIMIT).until(() -> registry.asked.get() >= asked + 2);
                assertThat(check(context)).isEqualTo(ServingStatus.SERVING);
                assertThat(channel.status().reconnects()).isEqualTo(connects);
            });
        }
        finally {
            server.shutdownNow().awaitTermination();
        }
    }

    @Test
    void errorNamesServiceAndRegistry() {
        // The stub's calls do not wait for a server: they end with the first failure to
        // connect, whenever that comes.
        runner.withPropertyValues(SERVICE)
            .run((context) -> assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> check(context))
                .withMessageContaining("service 'world' does not run on this host")
                .withMessageContaining("nor is it found elsewhere: DiscoveryClient 'test registry' knows no instance of"
                        + " service 'world'"));
    }

    @Test
    void endpointIsTheSameInWhateverOrderInstancesCome() {
        runner.run((context) -> {
            ServiceFinder finder = context.getBean(ServiceFinder.class);
            ServiceInstance other = instance("b.example", 8080, Map.of("grpc-port", "9090"));
            ServiceInstance one = instance("a.example", 8443, Map.of("zone", "x"));
            registry.instances = List.of(other, one, one);
            assertThat(finder.find("world", false)).hasToString("grpcs://a.example:8443,b.example:9090");
            registry.instances = List.of(one, other);
            assertThat(finder.find("world", true)).hasToString("grpc://a.example:8443,b.example:9090");
            registry.instances = List.of(instance("fe80::1", 1, Map.of()), instance("[fe80::2]", 2, Map.of()));
            assertThat(finder.find("world", false)).hasToString("grpcs://[fe80::1]:1,[fe80::2]:2");
            assertThatIllegalStateException().isThrownBy(() -> finder.find("other", false));
        });
    }

    // -- What comes before

    @Test
    void registryIsNotAskedForWhatIsHereOrHasAPlace() throws Exception {
        Server server = start(ServingStatus.SERVING);
        try {
            runner.withPropertyValues(SERVICE, "rpc.client.channels.world.remote=grpc://localhost:" + server.getPort())
                .run((context) -> assertThat(check(context)).isEqualTo(ServingStatus.SERVING));
        }
        finally {
            server.shutdownNow().awaitTermination();
        }
        runner
            .withPropertyValues(SERVICE, "rpc.server.endpoint=shm:" + directory.resolve("w.sock"),
                    "rpc.server.service-name=world")
            .withBean(BindableService.class, () -> health(ServingStatus.NOT_SERVING).getHealthService())
            .run((context) -> assertThat(check(context)).isEqualTo(ServingStatus.NOT_SERVING));
        assertThat(registry.asked).hasValue(0);
    }

    // -- Conditions

    @Test
    void thereMustBeARegistry() {
        cloudless.run((context) -> assertThat(context).doesNotHaveBean(ServiceFinder.class));
        cloudless.withClassLoader(new FilteredClassLoader(DiscoveryClient.class))
            .withPropertyValues(SERVICE)
            .run((context) -> assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> check(context))
                .withMessageContaining("service 'world' does not run on this host")
                .withMessageNotContaining("DiscoveryClient"));
    }

    @Test
    void worksWithRegistriesAsSpringCloudConfiguresThem() throws Exception {
        Server server = start(ServingStatus.NOT_SERVING);
        try {
            runner
                .withConfiguration(AutoConfigurations.of(CompositeDiscoveryClientAutoConfiguration.class,
                        SimpleDiscoveryClientAutoConfiguration.class, UtilAutoConfiguration.class))
                .withPropertyValues(SERVICE, PLAINTEXT,
                        "spring.cloud.discovery.client.simple.instances.world[0].uri=http://localhost:8080",
                        "spring.cloud.discovery.client.simple.instances.world[0].metadata.grpc-port="
                                + server.getPort())
                .run((context) -> assertThat(check(context)).isEqualTo(ServingStatus.NOT_SERVING));
        }
        finally {
            server.shutdownNow().awaitTermination();
        }
    }

    /** Knows the instances of one service. Read by the threads that connect and watch. */
    private static final class Registry implements DiscoveryClient {

        final AtomicInteger asked = new AtomicInteger();

        volatile List<ServiceInstance> instances = List.of();

        @Override
        public String description() {
            return "test registry";
        }

        @Override
        public List<ServiceInstance> getInstances(String service) {
            asked.incrementAndGet();
            return service.equals("world") ? instances : List.of();
        }

        @Override
        public List<String> getServices() {
            return List.of("world");
        }

    }

}
