package io.github.shmrpc.it;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.client.ChannelOptions;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.server.ServerOptions;
import io.github.shmrpc.transport.HardenedMode;
import io.github.shmrpc.transport.TransportOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

/** What two sides agree on, of which each has its own mind about sealed memory. */
@ExtendWith(NothingLeft.class)
class HardenedTests {

    private static final CallOptions PATIENT = CallOptions.timeout(Duration.ofSeconds(20)).withWaitForReady(false);

    @TempDir
    private Path directory = Path.of("");

    private String endpoint() {
        return "shm:" + directory.resolve("s.sock");
    }

    private RpcServer server(TransportOptions options) throws IOException {
        return RpcServer.builder(endpoint())
            .options(ServerOptions.defaults().withTransport(options))
            .register(new PlainService())
            .build()
            .start();
    }

    private RpcChannel channel(TransportOptions options) {
        return RpcChannel.builder(endpoint()).options(ChannelOptions.defaults().withTransport(options)).build();
    }

    private static TransportOptions hardened(HardenedMode mode) {
        return TransportOptions.defaults().withHardened(mode);
    }

    private static String carrier(RpcChannel channel) {
        byte[] answer = channel.call("PlainService/connection", new byte[0], byte[].class, PATIENT);
        return Bytes.toText(answer).split(" ", -1)[0];
    }

    @ParameterizedTest
    @CsvSource({ "OFF, OFF, 0", "OFF, PREFERRED, 0", "PREFERRED, OFF, 0", "PREFERRED, PREFERRED, 2",
            "PREFERRED, REQUIRED, 2", "REQUIRED, PREFERRED, 2", "REQUIRED, REQUIRED, 2" })
    @Tag("F48")
    @Tag("T5")
    @EnabledForJreRange(min = JRE.JAVA_22)
    void memoryIsSealedWhereBothSidesWantIt(HardenedMode ofServer, HardenedMode ofClient, int sealed)
            throws IOException {
        // This process is both sides.
        SealedMappings mappings = SealedMappings.now();
        try (RpcServer server = server(hardened(ofServer)); RpcChannel channel = channel(hardened(ofClient))) {
            assertThat(carrier(channel)).isEqualTo("shm");
            assertThat(mappings.added()).isEqualTo(sealed);
            byte[] large = new byte[1_000_000];
            for (int i = 0; i < 100; i++) {
                assertThat(channel.call("PlainService/add", large, byte[].class, PATIENT)).hasSize(large.length);
            }
            // Which are made beside the calls.
            await().untilAsserted(() -> assertThat(mappings.added()).as("with the slots").isEqualTo(2 * sealed));
            assertThat(server.connectionCount()).isOne();
        }
        await().untilAsserted(() -> assertThat(mappings.added()).as("after the end").isZero());
    }

    @Test
    @Tag("F48")
    @EnabledForJreRange(min = JRE.JAVA_22)
    void serverThatRequiresItRefusesOthers() throws IOException {
        try (RpcServer server = server(hardened(HardenedMode.REQUIRED));
                RpcChannel channel = channel(hardened(HardenedMode.OFF))) {
            assertRefused(channel, "this endpoint shares sealed memory only: set hardened=preferred for the client");
            assertThat(server.connectionCount()).isZero();
        }
    }

    @Test
    @Tag("F48")
    @EnabledForJreRange(min = JRE.JAVA_22)
    void clientThatRequiresItRefusesOthers() throws IOException {
        try (RpcServer server = server(hardened(HardenedMode.OFF));
                RpcChannel channel = channel(hardened(HardenedMode.REQUIRED))) {
            assertRefused(channel, "the server shares memory that is not sealed: set hardened=preferred there");
            assertThat(server.connectionCount()).isZero();
        }
    }

    /** Frames through a socket need no memory. */
    @Test
    @EnabledForJreRange(min = JRE.JAVA_22)
    void socketTakesThePlaceOfMemoryThatMayNotBeShared() throws IOException {
        try (RpcServer server = server(hardened(HardenedMode.REQUIRED).withUnixFallback(true));
                RpcChannel channel = channel(hardened(HardenedMode.OFF).withUnixFallback(true))) {
            assertThat(carrier(channel)).isEqualTo("unix");
            assertThat(server.connectionCount()).isOne();
        }
    }

    @Test
    @EnabledForJreRange(max = JRE.JAVA_21)
    void requiringItNeedsANewerJvm() throws IOException {
        assertThatIOException().isThrownBy(() -> server(hardened(HardenedMode.REQUIRED)))
            .withMessageContaining("Memory cannot be sealed (hardened=required)")
            .withMessageContaining("Java 22 or later is needed, this is Java " + Runtime.version());
        assertThat(directory).as("nothing was begun").isEmptyDirectory();
        try (RpcServer server = server(hardened(HardenedMode.PREFERRED))) {
            try (RpcChannel channel = channel(hardened(HardenedMode.REQUIRED))) {
                assertRefused(channel, "Java 22 or later is needed");
            }
            try (RpcChannel channel = channel(hardened(HardenedMode.PREFERRED))) {
                assertThat(carrier(channel)).isEqualTo("shm");
            }
            assertThat(server.isRunning()).isTrue();
        }
    }

    private static void assertRefused(RpcChannel channel, String text) {
        assertThatExceptionOfType(RpcException.class).isThrownBy(() -> carrier(channel))
            .satisfies((refused) -> assertThat(refused.status()).isEqualTo(RpcStatus.FAILED_PRECONDITION))
            .withMessageContaining(text);
    }

}
