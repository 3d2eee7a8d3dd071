package io.github.shmrpc.spring.autoconfigure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.locality.ServiceFile;
import io.github.shmrpc.spring.RpcClientFactory;
import io.github.shmrpc.spring.grpc.RpcGrpcStubs;
import io.grpc.BindableService;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsServerCredentials;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc.HealthBlockingStub;
import io.grpc.protobuf.services.HealthStatusManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleRegistry;
import org.springframework.boot.ssl.jks.JksSslStoreBundle;
import org.springframework.boot.ssl.jks.JksSslStoreDetails;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** Channels to other hosts, by configuration. */
@Timeout(60)
class RemoteChannelsTests {

    private static final Duration LIMIT = Duration.ofSeconds(50);

    @TempDir
    private Path directory = Path.of("");

    private final ApplicationContextRunner runner = RpcContextRunners.application()
        .withConfiguration(AutoConfigurations.of(RpcGrpcAutoConfiguration.class, SslAutoConfiguration.class));

    private static Server start(ServerCredentials credentials) throws IOException {
        return Grpc.newServerBuilderForPort(0, credentials)
            .addService(new HealthStatusManager().getHealthService())
            .build()
            .start();
    }

    private Path keyStore(String name) throws Exception {
        Path store = directory.resolve(name + ".p12");
        Process tool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair", "-alias", "it", "-dname", "CN=" + name, "-keyalg", "EC", "-ext", "san=dns:localhost",
                "-storetype", "PKCS12", "-storepass", "password", "-keystore", store.toString())
            .redirectErrorStream(true)
            .start();
        String output = new String(tool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(tool.waitFor()).describedAs(output).isZero();
        return store;
    }

    private static SslBundle bundle(Path store) {
        JksSslStoreDetails details = new JksSslStoreDetails("PKCS12", null, "file:" + store, "password");
        return SslBundle.of(new JksSslStoreBundle(details, details));
    }

    private static ServerCredentials credentials(Path store) {
        return TlsServerCredentials.newBuilder()
            .keyManager(bundle(store).getManagers().getKeyManagers())
            .trustManager(bundle(store).getManagers().getTrustManagers())
            .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
            .build();
    }

    private static ServingStatus check(ApplicationContext context) {
        return context.getBean(RpcGrpcStubs.class)
            .stub(HealthBlockingStub.class, "world")
            .check(HealthCheckRequest.getDefaultInstance())
            .getStatus();
    }

    @Test
    void bundleGivesTrustAndKeyAndMayBeRenewed() throws Exception {
        Path first = keyStore("first");
        Path second = keyStore("second");
        Server server = start(credentials(first));
        Server successor = null;
        try {
            int port = server.getPort();
            String[] properties = { "rpc.client.channels.world.endpoint=grpcs://localhost:" + port,
                    "rpc.client.channels.world.ssl.bundle=world", "spring.ssl.bundle.jks.world.keystore.type=PKCS12",
                    "spring.ssl.bundle.jks.world.keystore.location=file:" + first,
                    "spring.ssl.bundle.jks.world.keystore.password=password",
                    "spring.ssl.bundle.jks.world.truststore.type=PKCS12",
                    "spring.ssl.bundle.jks.world.truststore.location=file:" + first,
                    "spring.ssl.bundle.jks.world.truststore.password=password" };
            Server[] next = new Server[1];
            runner.withPropertyValues(properties).run((context) -> {
                assertThat(check(context)).isEqualTo(ServingStatus.SERVING);
                RpcChannel channel = context.getBean(RpcClientFactory.class).channel("world");
                long connects = channel.status().reconnects();
                context.getBean(SslBundleRegistry.class).updateBundle("world", bundle(second));
                server.shutdownNow().awaitTermination();
                next[0] = Grpc.newServerBuilderForPort(port, credentials(second))
                    .addService(new HealthStatusManager().getHealthService())
                    .build()
                    .start();
                await().atMost(LIMIT).ignoreExceptions().until(() -> check(context) == ServingStatus.SERVING);
                assertThat(channel.status().reconnects()).isGreaterThan(connects);
            });
            successor = next[0];
        }
        finally {
            server.shutdownNow();
            if (successor != null) {
                successor.shutdownNow();
            }
        }
    }

    @Test
    void longRequestsAreCompressedIfTheChannelSaysSo() throws Exception {
        AtomicLong received = new AtomicLong();
        Server server = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(new HealthStatusManager().getHealthService())
            .addStreamTracerFactory(counting(received))
            .build()
            .start();
        try {
            runner
                .withPropertyValues("rpc.client.channels.world.endpoint=grpc://localhost:" + server.getPort(),
                        "rpc.client.channels.world.compress-above=1KB")
                .run((context) -> {
                    HealthBlockingStub stub = context.getBean(RpcGrpcStubs.class)
                        .stub(HealthBlockingStub.class, "world");
                    HealthCheckRequest longOne = HealthCheckRequest.newBuilder().setService("x".repeat(10_000)).build();
                    assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> stub.check(longOne))
                        .satisfies((unknown) -> assertThat(unknown.getStatus().getCode())
                            .isEqualTo(Status.Code.NOT_FOUND));
                });
            assertThat(received).hasValueBetween(1, 500);
        }
        finally {
            server.shutdownNow();
        }
    }

    private static ServerStreamTracer.Factory counting(AtomicLong bytes) {
        return new ServerStreamTracer.Factory() {

            @Override
            public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
                return new ServerStreamTracer() {

                    @Override
                    public void inboundWireSize(long length) {
                        bytes.addAndGet(length);
                    }

                };
            }

        };
    }

    @Test
    void plaintextThatLeavesTheHostMustBeSaid() {
        runner.withPropertyValues("rpc.client.channels.world.endpoint=grpc://world.example:8080")
            .run((context) -> assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class)
                .isThrownBy(() -> context.getBean(RpcClientFactory.class).channel("world"))
                .satisfies((invalid) -> {
                    assertThat(invalid.getName()).isEqualTo("rpc.client.channels.world.endpoint");
                    assertThat(invalid.getReason()).contains("leaves this host without TLS");
                }));
        runner
            .withPropertyValues("rpc.client.channels.world.endpoint=grpc://world.example:8080,other.example:8080",
                    "rpc.client.channels.world.plaintext=true", "rpc.client.channels.world.load-balancing=pick_first",
                    "rpc.client.channels.world.keep-alive=30s")
            .run((context) -> assertThat(context.getBean(RpcClientFactory.class).channel("world").endpoint())
                .hasToString("grpc://world.example:8080,other.example:8080"));
    }

    @Test
    void serviceIsElsewhereWhileItIsNotHere() throws Exception {
        Server server = start(InsecureServerCredentials.create());
        System.setProperty(ServiceFile.DIRECTORY_PROPERTY, directory.toString());
        try {
            runner
                .withPropertyValues("rpc.client.channels.world.service=world",
                        "rpc.client.channels.world.remote=grpc://localhost:" + server.getPort())
                .run((context) -> assertThat(check(context)).isEqualTo(ServingStatus.SERVING));
            runner
                .withPropertyValues("rpc.server.endpoint=shm:" + directory.resolve("w.sock"),
                        "rpc.server.service-name=here", "rpc.client.channels.world.service=here")
                .withBean(BindableService.class, () -> new HealthStatusManager().getHealthService())
                .run((context) -> assertThat(check(context)).isEqualTo(ServingStatus.SERVING));
        }
        finally {
            System.clearProperty(ServiceFile.DIRECTORY_PROPERTY);
            server.shutdownNow();
        }
    }

}
