package io.github.shmrpc.spring.autoconfigure;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import io.github.shmrpc.RpcPeer;
import io.github.shmrpc.grpc.gateway.GatewayException;
import io.github.shmrpc.grpc.gateway.GrpcGateway;
import io.github.shmrpc.grpc.relay.BytesMarshaller;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.spring.RpcEndpoint;
import io.github.shmrpc.spring.grpc.GatewayLifecycle;
import io.grpc.CallOptions;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ClientCalls;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleRegistry;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@Timeout(120)
class RpcGrpcServerAutoConfigurationTests {

    private static final String[] MUTUAL = { "rpc.server.grpc.ssl.bundle=world",
            "rpc.server.grpc.ssl.client-auth=need" };

    private final ApplicationContextRunner runner = RpcContextRunners.application()
        .withConfiguration(AutoConfigurations.of(RpcGrpcAutoConfiguration.class, RpcGrpcServerAutoConfiguration.class,
                RpcServerSecurityAutoConfiguration.class, SslAutoConfiguration.class))
        .withUserConfiguration(Greeter.class)
        .withPropertyValues("rpc.server.grpc.port=0");

    @TempDir
    static Path directory = Path.of("");

    /** A bean that is served. */
    @RpcEndpoint("game.Greeter")
    static class Greeter {

        public String greet(String name) {
            return "Hello " + name;
        }

        public String who() {
            Authentication caller = Objects.requireNonNull(SecurityContextHolder.getContext().getAuthentication());
            return caller.getClass().getSimpleName() + " " + caller.getName();
        }

    }

    /** As any gRPC client calls, with JSON. */
    private static String who(int port, ChannelCredentials credentials) {
        ManagedChannel channel = Grpc.newChannelBuilderForAddress("localhost", port, credentials).build();
        try {
            return call(channel, "game.Greeter/who", "");
        }
        finally {
            channel.shutdownNow();
        }
    }

    private static String call(ManagedChannel channel, String method, String json) {
        byte[] reply = ClientCalls.blockingUnaryCall(channel, BytesMarshaller.method(method, MethodType.UNARY),
                CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS), json.getBytes(StandardCharsets.UTF_8));
        return new String(reply, StandardCharsets.UTF_8);
    }

    private static ServingStatus health(int port, ChannelCredentials credentials) {
        ManagedChannel channel = Grpc.newChannelBuilderForAddress("localhost", port, credentials).build();
        try {
            return health(channel);
        }
        finally {
            channel.shutdownNow();
        }
    }

    private static ServingStatus health(ManagedChannel channel) {
        return HealthGrpc.newBlockingStub(channel)
            .withDeadlineAfter(30, TimeUnit.SECONDS)
            .check(HealthCheckRequest.newBuilder().setService("game.Greeter").build())
            .getStatus();
    }

    @Test
    void endpointBeansAreServedOnThePortAlone() {
        runner.run((context) -> {
            int port = context.getEnvironment().getRequiredProperty(GatewayLifecycle.PORT_PROPERTY, Integer.class);
            assertThat(port).isEqualTo(context.getBean(GrpcGateway.class).port()).isPositive();
            assertThat(context.getBean(RpcServer.class).methods()).contains("game.Greeter/greet");
            assertThat(health(port, InsecureChannelCredentials.create())).isEqualTo(ServingStatus.SERVING);
        });
    }

    @Test
    void endpointBeansAreServedThereAndAtTheEndpoint() {
        runner.withPropertyValues("rpc.server.endpoint=inproc:both").run((context) -> {
            assertThat(context.getBean(RpcServer.class).endpoint()).hasToString("inproc:both");
            assertThat(health(context.getBean(GrpcGateway.class).port(), InsecureChannelCredentials.create()))
                .isEqualTo(ServingStatus.SERVING);
        });
    }

    @Test
    void healthFollowsReadiness() {
        runner.run((context) -> {
            int port = context.getBean(GrpcGateway.class).port();
            AvailabilityChangeEvent.publish(context, ReadinessState.REFUSING_TRAFFIC);
            assertThat(health(port, InsecureChannelCredentials.create())).isEqualTo(ServingStatus.NOT_SERVING);
            AvailabilityChangeEvent.publish(context, ReadinessState.ACCEPTING_TRAFFIC);
            assertThat(health(port, InsecureChannelCredentials.create())).isEqualTo(ServingStatus.SERVING);
        });
    }

    /** Runners run when the server has started, and before the application is ready. */
    @Test
    void applicationIsNotServingUntilItIsReady() {
        SpringApplication application = new SpringApplication(Starting.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        try (ConfigurableApplicationContext context = application.run("--rpc.server.grpc.port=0")) {
            assertThat(context.getBean(Starting.class).seen).containsExactly(ServingStatus.NOT_SERVING);
            int port = context.getBean(GrpcGateway.class).port();
            assertThat(health(port, InsecureChannelCredentials.create())).isEqualTo(ServingStatus.SERVING);
            AvailabilityChangeEvent.publish(context, ReadinessState.REFUSING_TRAFFIC);
            assertThat(health(port, InsecureChannelCredentials.create())).isEqualTo(ServingStatus.NOT_SERVING);
        }
    }

    /** Asks for the health of an application that has something to do yet. */
    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({ RpcCodecAutoConfiguration.class, RpcServerAutoConfiguration.class,
            RpcGrpcServerAutoConfiguration.class, JacksonAutoConfiguration.class, TaskExecutionAutoConfiguration.class,
            LifecycleAutoConfiguration.class })
    @Import(Greeter.class)
    static class Starting {

        private final List<ServingStatus> seen = new ArrayList<>();

        @Bean
        ApplicationRunner asks(GrpcGateway gateway) {
            return (arguments) -> seen.add(health(gateway.port(), InsecureChannelCredentials.create()));
        }

    }

    @Test
    void bundleGivesCertificateAndTrust() throws Exception {
        Path server = key("server");
        Path client = key("client");
        runner.withPropertyValues(MUTUAL).withPropertyValues(bundle("world", server, client)).run((context) -> {
            int port = context.getBean(GrpcGateway.class).port();
            SslBundles bundles = context.getBean(SslBundles.class);
            ChannelCredentials trusted = TlsChannelCredentials.newBuilder()
                .keyManager(bundles.getBundle("caller").getManagers().getKeyManagers())
                .trustManager(bundles.getBundle("caller").getManagers().getTrustManagers())
                .build();
            assertThat(health(port, trusted)).isEqualTo(ServingStatus.SERVING);
            assertThat(who(port, trusted)).isEqualTo("\"RpcPeerAuthentication CN=client\"");
            ChannelCredentials nobody = TlsChannelCredentials.newBuilder()
                .trustManager(bundles.getBundle("caller").getManagers().getTrustManagers())
                .build();
            assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> health(port, nobody));
        });
    }

    @Test
    void renewedBundleIsShownToNewConnectionsAndOldOnesLiveOn() throws Exception {
        Path before = key("before");
        Path after = key("after");
        runner
            .withPropertyValues("rpc.server.grpc.ssl.bundle=before", store("before", "keystore", before),
                    password("before", "keystore"), store("before", "truststore", before),
                    password("before", "truststore"), store("after", "keystore", after), password("after", "keystore"),
                    store("after", "truststore", after), password("after", "truststore"))
            .run((context) -> {
                int port = context.getBean(GrpcGateway.class).port();
                SslBundles bundles = context.getBean(SslBundles.class);
                ChannelCredentials trustsBefore = trusting(bundles.getBundle("before"));
                ChannelCredentials trustsAfter = trusting(bundles.getBundle("after"));
                ManagedChannel old = Grpc.newChannelBuilderForAddress("localhost", port, trustsBefore).build();
                try {
                    String greeting = call(old, "game.Greeter/greet", "\"Ada\"");
                    RpcPeer peer = context.getBean(RpcServer.class).peers().all().iterator().next();
                    assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> health(port, trustsAfter));
                    context.getBean(SslBundleRegistry.class).updateBundle("before", bundles.getBundle("after"));
                    assertThat(health(port, trustsAfter)).isEqualTo(ServingStatus.SERVING);
                    assertThatExceptionOfType(StatusRuntimeException.class)
                        .isThrownBy(() -> health(port, trustsBefore));
                    assertThat(call(old, "game.Greeter/greet", "\"Ada\"")).isEqualTo(greeting);
                    assertThat(context.getBean(RpcServer.class).peers().all()).containsExactly(peer);
                }
                finally {
                    old.shutdownNow();
                }
            });
    }

    private static ChannelCredentials trusting(SslBundle bundle) {
        return TlsChannelCredentials.newBuilder().trustManager(bundle.getManagers().getTrustManagers()).build();
    }

    private static String[] bundle(String name, Path server, Path client) {
        return new String[] { store(name, "keystore", server), password(name, "keystore"),
                store(name, "truststore", client), password(name, "truststore"), store("caller", "keystore", client),
                password("caller", "keystore"), store("caller", "truststore", server),
                password("caller", "truststore") };
    }

    private static String store(String bundle, String kind, Path file) {
        return "spring.ssl.bundle.jks." + bundle + "." + kind + ".location=file:" + file;
    }

    private static String password(String bundle, String kind) {
        return "spring.ssl.bundle.jks." + bundle + "." + kind + ".password=changeit";
    }

    /** A key pair, and the certificate that vouches for itself as a trusted one. */
    private static Path key(String name) throws Exception {
        Path store = directory.resolve(name + ".p12");
        Path certificate = directory.resolve(name + ".pem");
        keytool("-genkeypair", "-alias", "key", "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=" + name,
                "-ext", "san=dns:localhost", "-keystore", store.toString());
        keytool("-exportcert", "-alias", "key", "-file", certificate.toString(), "-keystore", store.toString());
        keytool("-importcert", "-noprompt", "-alias", "trusted", "-file", certificate.toString(), "-keystore",
                store.toString());
        return store;
    }

    private static void keytool(String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("-storetype", "PKCS12", "-storepass", "changeit"));
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(keytool.waitFor()).as(output).isZero();
    }

    @Test
    void callerWithoutCertificateIsAnonymous() {
        runner.run((context) -> assertThat(
                who(context.getBean(GrpcGateway.class).port(), InsecureChannelCredentials.create()))
            .isEqualTo("\"AnonymousAuthenticationToken anonymous\""));
    }

    @Test
    void unknownBundleIsNamed() {
        runner.withPropertyValues("rpc.server.grpc.ssl.bundle=nothing")
            .run((context) -> assertThat(context).getFailure()
                .rootCause()
                .isInstanceOf(InvalidConfigurationPropertyValueException.class)
                .hasMessageContaining("rpc.server.grpc.ssl.bundle"));
    }

    /** Else whoever forgets the bundle would be served without TLS, and see no error. */
    @Test
    void certificatesOfClientsNeedABundle() {
        runner.withPropertyValues("rpc.server.grpc.ssl.client-auth=need")
            .run((context) -> assertThat(context).getFailure()
                .rootCause()
                .isInstanceOf(InvalidConfigurationPropertyValueException.class)
                .hasMessageContaining("rpc.server.grpc.ssl.client-auth")
                .hasMessageContaining("rpc.server.grpc.ssl.bundle"));
    }

    @Test
    void plaintextToOtherHostsNeedsToBeAllowed() {
        runner.withPropertyValues("rpc.server.grpc.address=0.0.0.0")
            .run((context) -> assertThat(context).getFailure()
                .rootCause()
                .isInstanceOf(InvalidConfigurationPropertyValueException.class)
                .hasMessageContaining("without TLS")
                .hasMessageContaining("rpc.server.grpc.plaintext"));
        runner.withPropertyValues("rpc.server.grpc.address=0.0.0.0", "rpc.server.grpc.plaintext=true")
            .run((context) -> assertThat(context).hasNotFailed());
    }

    @Test
    void portInUseIsSaid() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            runner.withPropertyValues("rpc.server.grpc.port=" + taken.getLocalPort())
                .run((context) -> assertThat(context).getFailure()
                    .hasStackTraceContaining(GatewayException.class.getName())
                    .hasStackTraceContaining("Port " + taken.getLocalPort() + " of 127.0.0.1 is in use"));
        }
    }

    @Test
    void nothingIsThereWithoutThePortOrTheModule() {
        RpcContextRunners.application()
            .withConfiguration(AutoConfigurations.of(RpcGrpcServerAutoConfiguration.class))
            .withPropertyValues("rpc.server.endpoint=inproc:alone")
            .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(GrpcGateway.class));
        // An unset placeholder's.
        runner.withPropertyValues("rpc.server.endpoint=inproc:alone", "rpc.server.grpc.port=")
            .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(GrpcGateway.class));
        runner.withPropertyValues("rpc.server.endpoint=inproc:alone")
            .withClassLoader(new FilteredClassLoader("io.github.shmrpc.grpc"))
            .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("rpcGrpcGateway"));
    }

}
