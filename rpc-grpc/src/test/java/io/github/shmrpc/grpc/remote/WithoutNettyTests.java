package io.github.shmrpc.grpc.remote;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.grpc.gateway.GatewayException;
import io.github.shmrpc.grpc.gateway.GrpcGateway;
import io.github.shmrpc.server.RpcServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** A JVM that has this module, grpc-java's API, and nothing that speaks HTTP/2. */
@Timeout(60)
class WithoutNettyTests {

    @Test
    void whatIsMissingIsSaid() throws Exception {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter((entry) -> !entry.contains("grpc-netty") && !entry.contains("grpc-core"))
            .collect(Collectors.joining(File.pathSeparator));
        Process jvm = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                classPath, Main.class.getName())
            .redirectErrorStream(true)
            .start();
        try {
            assertThat(new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines())
                .filteredOn((line) -> line.matches("(check|channel|server): .*"))
                .containsExactly(
                        "check: Nothing can carry gRPC to grpc://localhost:1: add io.grpc:grpc-netty-shaded (or grpc-netty)"
                                + " to the class path",
                        "channel: true", "server: NETTY_MISSING Nothing on the class path serves gRPC on a port: add"
                                + " io.grpc:grpc-netty-shaded, or io.grpc:grpc-netty");
            assertThat(jvm.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(jvm.exitValue()).isZero();
        }
        finally {
            jvm.destroyForcibly();
        }
    }

    /** The JVM. */
    static final class Main {

        private Main() {
        }

        @SuppressWarnings("SystemOut")
        public static void main(String... arguments) throws IOException {
            GrpcTransport transport = new GrpcTransport();
            Endpoint endpoint = Endpoint.parse("grpc://localhost:1");
            try {
                transport.check(endpoint);
            }
            catch (NoGrpcTransportException missing) {
                System.out.println("check: " + missing.getMessage());
            }
            try (RpcChannel channel = RpcChannel.open(endpoint.toString())) {
                System.out.println("channel: made? " + channel.status());
            }
            catch (NoGrpcTransportException missing) {
                System.out.println(
                        "channel: " + String.valueOf(missing.getMessage()).contains("add io.grpc:grpc-netty-shaded"));
            }
            try (RpcServer server = RpcServer.builder("inproc:without-netty")
                .gateway(GrpcGateway.builder(0).build())
                .build()
                .start()) {
                System.out.println("server: runs? " + server.isRunning());
            }
            catch (GatewayException missing) {
                System.out.println("server: " + missing.reason() + " " + missing.getMessage());
            }
        }

    }

}
