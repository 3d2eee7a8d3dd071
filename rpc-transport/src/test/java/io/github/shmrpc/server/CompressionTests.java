package io.github.shmrpc.server;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Dispatch;
import io.github.shmrpc.Endpoint;
import io.github.shmrpc.RpcKey;
import io.github.shmrpc.RpcMethod;
import io.github.shmrpc.client.ChannelOptions;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.transport.Acceptor;
import io.github.shmrpc.transport.Connection;
import io.github.shmrpc.transport.ConnectionHandler;
import io.github.shmrpc.transport.TransportOptions;
import io.github.shmrpc.transport.Transports;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/** Long messages that go as gzip, or not, between the real server and client. */
@Timeout(60)
class CompressionTests {

    private static final CallOptions PATIENT = CallOptions.timeout(Duration.ofSeconds(30));

    private static final int LENGTH = 500_000;

    @TempDir
    private Path directory = Path.of("");

    private String endpoint(String scheme) {
        return scheme + ":" + (scheme.equals("inproc") ? "compression-tests" : directory.resolve("s.sock"));
    }

    private RpcServer start(String scheme, int compressAbove) throws IOException {
        return RpcServer.builder(endpoint(scheme))
            .codecs(TextCodec.codecs())
            .options(ServerOptions.defaults().withCompressAbove(compressAbove))
            .register(new Echo())
            .build()
            .start();
    }

    private RpcChannel open(String scheme, int compressAbove) {
        return RpcChannel.builder(endpoint(scheme))
            .codecs(TextCodec.codecs())
            .options(ChannelOptions.defaults().withCompressAbove(compressAbove))
            .build();
    }

    @ParameterizedTest
    @CsvSource({ "unix, 1024, 1024", "unix, 1024, 2147483647", "unix, 2147483647, 1024", "shm, 1024, 1024",
            "inproc, 1024, 1024" })
    void messagesArriveWhateverEitherSideCompresses(String scheme, int server, int client) throws Exception {
        try (RpcServer running = start(scheme, server); RpcChannel channel = open(scheme, client)) {
            for (int length : new int[] { 0, 1024, 1025, 50_000, LENGTH, 4_000_000 }) {
                String text = "text ".repeat(length / 5);
                for (String method : new String[] { "inRole", "inExecutor", "inSequence" }) {
                    assertThat(channel.call("Echo/" + method, text, String.class, PATIENT)).isEqualTo(text);
                    assertThat(
                            channel.callAsync("Echo/" + method, text, String.class, PATIENT).get(30, TimeUnit.SECONDS))
                        .isEqualTo(text);
                }
            }
            assertThat(running.statistics().protocolErrors()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "inproc", "unix", "shm" })
    void compressionIsOfferedWhereBytesCost(String scheme) throws Exception {
        Endpoint endpoint = Endpoint.parse(endpoint(scheme));
        ConnectionHandler silent = new ConnectionHandler() {
        };
        try (Acceptor acceptor = Transports.forEndpoint(endpoint).listen(endpoint, TransportOptions.defaults(), silent);
                Connection dialled = Transports.forEndpoint(endpoint)
                    .connect(endpoint, TransportOptions.defaults(), silent)
                    .connection()) {
            assertThat(acceptor.endpoint()).isEqualTo(endpoint);
            assertThat(dialled.takesCompressed()).isEqualTo(scheme.equals("unix"));
        }
    }

    @Test
    void compressibleMessageIsLimitedByItsPlainLength() throws Exception {
        try (RpcServer server = RpcServer.builder(endpoint("unix"))
            .codecs(TextCodec.codecs())
            .options(ServerOptions.defaults().withMaxMessageLength(10_000))
            .register(new Echo())
            .build()
            .start(); RpcChannel channel = open("unix", 1024)) {
            assertThat(catchThrowable(() -> channel.call("Echo/inRole", "x".repeat(10_001), String.class, PATIENT)))
                .hasMessageContaining("RESOURCE_EXHAUSTED")
                .hasMessageContaining("more than 10000 bytes when inflated");
            assertThat(channel.call("Echo/inRole", "x".repeat(10_000), String.class, PATIENT)).hasSize(10_000);
            assertThat(server.connectionCount()).isEqualTo(1);
        }
    }

    /** What is served. */
    static final class Echo {

        @RpcMethod
        public String inRole(String text) {
            return text;
        }

        @RpcMethod(dispatch = Dispatch.EXECUTOR)
        public String inExecutor(String text) {
            return text;
        }

        @RpcMethod(dispatch = Dispatch.SERIAL)
        public String inSequence(@RpcKey String text) {
            return text;
        }

    }

}
