package io.github.shmrpc.spring.diagnostics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import com.google.protobuf.StringValue;
import io.github.shmrpc.RpcContract;
import io.github.shmrpc.grpc.gateway.GatewayException;
import io.github.shmrpc.grpc.remote.NoGrpcTransportException;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.spring.RpcClient;
import io.github.shmrpc.spring.RpcEndpoint;
import io.github.shmrpc.spring.autoconfigure.RpcClientAutoConfiguration;
import io.github.shmrpc.spring.autoconfigure.RpcCodecAutoConfiguration;
import io.github.shmrpc.spring.autoconfigure.RpcServerAutoConfiguration;
import io.github.shmrpc.spring.library.LibraryService;
import io.github.shmrpc.spring.library.PlainService;
import io.github.shmrpc.spring.sample.ChatService;
import io.github.shmrpc.spring.sample.World;
import io.github.shmrpc.spring.sample.WorldService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What an application that fails to start prints. */
@ExtendWith(OutputCaptureExtension.class)
class RpcFailureAnalyzerTests {

    @Test
    void endpointInUse(CapturedOutput output) throws IOException {
        try (RpcServer other = RpcServer.builder("inproc:taken").register(new World()).build()) {
            other.start();
            failToStart(World.class, "rpc.server.endpoint=inproc:taken");
        }
        assertThat(output).contains("The RPC server could not listen on inproc:taken")
            .contains("in use")
            .contains("set rpc.server.endpoint to another path");
    }

    @Test
    void nothingCarriesGrpc() {
        FailureAnalysis analysis = Objects.requireNonNull(new NoGrpcTransportFailureAnalyzer()
            .analyze(new NoGrpcTransportException("grpcs://world.example:1", new IllegalStateException())));
        assertThat(analysis.getDescription()).contains("grpcs://world.example:1");
        assertThat(analysis.getAction()).contains("io.grpc:grpc-netty-shaded");
    }

    @Test
    void endpointInUseByAnotherServerOfSharedMemory(CapturedOutput output, @TempDir Path directory) throws IOException {
        Path path = directory.resolve("taken.sock");
        try (RpcServer other = RpcServer.builder(path.toString()).register(new World()).build()) {
            other.start();
            failToStart(World.class, "rpc.server.endpoint=" + path);
        }
        assertThat(output).contains("The RPC server could not listen on shm:" + path)
            .contains("set rpc.server.endpoint to another path");
    }

    @Test
    void directoryIsOpenToOthers(CapturedOutput output, @TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "not a directory");
        failToStart(World.class, "rpc.server.endpoint=" + file.resolve("world.sock"));
        assertThat(output).contains("The RPC server could not listen on shm:" + file)
            .contains("Set rpc.server.endpoint to a path in a directory that belongs to the user");
    }

    @Test
    void endpointsOfTheSameService(CapturedOutput output) {
        failToStart(TwoWorlds.class, "rpc.server.endpoint=inproc:two-worlds");
        assertThat(output).contains("cannot be served together at inproc:two-worlds")
            .contains("game.World/move")
            .contains("@RpcEndpoint(\"another.Name\")");
    }

    @Test
    void messageWithoutCodec(CapturedOutput output) {
        failToStart(NeedsList.class, "rpc.client.channels.default.endpoint=inproc:x");
        assertThat(output).contains("No RPC client can be made of " + ListContract.class.getName())
            .contains("StringValue")
            .contains("io.github.shmrpc.codec.Codec");
    }

    @Test
    void pathTooLong(CapturedOutput output) {
        failToStart(World.class, "rpc.server.endpoint=/tmp/" + "x".repeat(120));
        assertThat(output).contains("The property rpc.server.endpoint is not an endpoint")
            .contains("Endpoint path is too long")
            .contains("Origin: \"rpc.server.endpoint\" from property source")
            .contains("A path has at most 105 bytes");
    }

    @Test
    void channelWithoutEndpoint(CapturedOutput output) {
        failToStart(Empty.class, "rpc.client.channels.world.timeout=1s");
        assertThat(output).contains("The property rpc.client.channels.world.endpoint is not an endpoint")
            .contains("The channel has no endpoint");
    }

    @Test
    void wrongValueIsReportedByItsName(CapturedOutput output) {
        failToStart(World.class, "rpc.server.endpoint=inproc:x", "rpc.server.ring-length=100KB");
        assertThat(output).contains("rpc.server.ring-length").contains("power of two");
    }

    @Test
    void directoryNotOurs() {
        assertThat(RpcServerStartFailureAnalyzer.action("shm:/x/y", new IOException("Permission denied")))
            .contains("mode 0700");
    }

    @Test
    void sharedMemoryTooSmall() {
        assertThat(RpcServerStartFailureAnalyzer.action("shm:/x/y", new IOException("No space left on device")))
            .contains("--shm-size")
            .contains("rpc.server.unix-fallback=true");
    }

    @Test
    void otherReason() {
        assertThat(RpcServerStartFailureAnalyzer.action("shm:/x/y", new IOException("No such file")))
            .contains("its directory must exist");
    }

    @Test
    void channelOfContractIsNotConfigured(CapturedOutput output) {
        failToStart(NeedsChat.class, "rpc.client.channels.world.endpoint=inproc:x");
        assertThat(output)
            .contains("No RPC channel is named 'default', which clients of " + ChatService.class.getName() + " need")
            .contains("Set rpc.client.channels.default.endpoint to where the server listens")
            .contains("or name a channel that there is: world.");
    }

    @Test
    void channelOfInjectionPointIsUnknown(CapturedOutput output) {
        failToStart(NeedsWolrd.class, "rpc.client.channels.world.endpoint=inproc:x");
        assertThat(output)
            .contains("asks for a client of " + WorldService.class.getName() + " over the channel 'wolrd'")
            .contains("Set rpc.client.channels.wolrd.endpoint")
            .contains("or name a channel that there is: world.");
    }

    @Test
    void contractOutsideOfThePackages(CapturedOutput output) {
        failToStart(NeedsLibrary.class, "rpc.client.channels.world.endpoint=inproc:x");
        assertThat(output).contains("asks for a client of " + LibraryService.class.getName())
            .contains("@ImportRpcClients(types = LibraryService.class)");
    }

    @Test
    void interfaceWithoutAnnotation(CapturedOutput output) {
        failToStart(NeedsPlain.class, "rpc.client.channels.world.endpoint=inproc:x");
        assertThat(output).contains("Mark the interface " + PlainService.class.getName() + " with @RpcContract");
    }

    @Test
    void clientsSwitchedOff(CapturedOutput output) {
        failToStart(NeedsWorld.class, "rpc.client.channels.world.endpoint=inproc:x", "rpc.client.enabled=false");
        assertThat(output).contains("remove rpc.client.enabled=false");
    }

    @Test
    void contractWithoutMethods(CapturedOutput output) {
        failToStart(NeedsEmptyContract.class, "rpc.client.channels.default.endpoint=inproc:x");
        assertThat(output).contains("No RPC client can be made of " + EmptyContract.class.getName())
            .contains("Reply method(Request)");
    }

    @Test
    void contractWithBadMethod(CapturedOutput output) {
        failToStart(NeedsBadContract.class, "rpc.client.channels.default.endpoint=inproc:x");
        assertThat(output).contains("No RPC client can be made of " + BadContract.class.getName())
            .contains("twoArguments")
            .contains("Messages are protobuf messages, records");
    }

    @Test
    void endpointWithoutMethods(CapturedOutput output) {
        failToStart(EmptyEndpoint.class, "rpc.server.endpoint=inproc:empty-endpoint");
        assertThat(output).contains("RPC endpoint bean 'rpcFailureAnalyzerTests.EmptyEndpoint'")
            .contains("Let the class implement an interface marked @RpcContract");
    }

    private static void failToStart(Class<?> source, String... properties) {
        SpringApplication application = new SpringApplication(source, Application.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.setRegisterShutdownHook(false);
        List<String> arguments = new ArrayList<>();
        for (String property : properties) {
            arguments.add("--" + property);
        }
        assertThatThrownBy(() -> application.run(arguments.toArray(String[]::new)).close()).isNotNull();
    }

    @Test
    void gatewayThatCannotListenIsExplained() {
        assertThat(action(GatewayException.Reason.PORT_IN_USE, "Port 9090 of 127.0.0.1 is in use: ..."))
            .contains("rpc.server.grpc.port");
        assertThat(action(GatewayException.Reason.NETTY_MISSING, "Nothing on the class path serves gRPC on a port"))
            .contains("io.grpc:grpc-netty-shaded");
        assertThat(action(GatewayException.Reason.ADDRESS, "Port 9090 of 10.0.0.1 cannot be listened on: ..."))
            .contains("rpc.server.grpc.address");
    }

    private static String action(GatewayException.Reason reason, String message) {
        return RpcServerStartFailureAnalyzer.action("shm:/tmp/a.sock", new GatewayException(reason, message, null));
    }

    @Configuration(proxyBeanMethods = false)
    @AutoConfigurationPackage(basePackageClasses = { WorldService.class, RpcFailureAnalyzerTests.class })
    @ImportAutoConfiguration({ RpcClientAutoConfiguration.class, RpcCodecAutoConfiguration.class,
            RpcServerAutoConfiguration.class })
    static class Application {

    }

    @Configuration(proxyBeanMethods = false)
    static class Empty {

    }

    @Configuration(proxyBeanMethods = false)
    static class NeedsChat {

        @Bean
        String needs(ChatService chat) {
            return "needs " + chat;
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class NeedsWorld {

        @Bean
        String needs(WorldService world) {
            return "needs " + world;
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class NeedsWolrd {

        @Bean
        String needs(@RpcClient("wolrd") WorldService world) {
            return "needs " + world;
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class NeedsLibrary {

        @Bean
        String needs(LibraryService library) {
            return "needs " + library;
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class NeedsPlain {

        @Bean
        String needs(@RpcClient("world") PlainService plain) {
            return "needs " + plain;
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class NeedsEmptyContract {

        @Bean
        String needs(EmptyContract contract) {
            return "needs " + contract;
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class NeedsBadContract {

        @Bean
        String needs(BadContract contract) {
            return "needs " + contract;
        }

    }

    /** Has nothing to call. */
    @RpcContract
    interface EmptyContract {

    }

    /** Has a method of a form that cannot be called. */
    @RpcContract
    interface BadContract {

        String twoArguments(String first, String second);

    }

    /** Has a message that nothing can carry. */
    @RpcContract
    interface ListContract {

        String join(List<StringValue> values);

    }

    @Configuration(proxyBeanMethods = false)
    static class NeedsList {

        @Bean
        String needs(ListContract contract) {
            return "needs " + contract;
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class TwoWorlds {

        @Bean
        World first() {
            return new World();
        }

        @Bean
        World second() {
            return new World();
        }

    }

    @RpcEndpoint
    static class EmptyEndpoint {

    }

}
