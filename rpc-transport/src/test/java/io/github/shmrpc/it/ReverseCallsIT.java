package io.github.shmrpc.it;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.SubmissionPublisher;

import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcPeer;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.RpcStream;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.server.RpcServices;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/** A server calls its client, and one of the two is killed. */
@Timeout(120)
@ExtendWith(NothingLeft.class)
class ReverseCallsIT {

    @TempDir
    private Path directory = Path.of("");

    private String endpoint(String scheme) {
        return scheme + ":" + directory.resolve("r.sock");
    }

    @ParameterizedTest
    @ValueSource(strings = { "shm", "unix" })
    void killedClientEndsWhatItsServerHadCalled(String scheme) throws IOException {
        try (RpcServer server = RpcServer.builder(endpoint(scheme)).register(new StreamService()).build().start();
                RpcChannel bystander = RpcChannel.open(endpoint(scheme));
                ChildJvm client = ChildJvm.start(directory, ExportingClientMain.class, "endpoint=" + endpoint(scheme));
                SubmissionPublisher<Integer> summed = new SubmissionPublisher<>();
                SubmissionPublisher<Integer> numbers = new SubmissionPublisher<>()) {
            client.awaitLine("READY");
            RpcPeer peer = await().until(() -> callable(server), Optional::isPresent).orElseThrow();
            Streams streams = peer.proxy(Streams.class);
            RpcStream<Integer> count = streams.count(Integer.MAX_VALUE);
            RpcStream<Integer> doubled = streams.doubled(numbers);
            CompletableFuture<Integer> sum = streams.sum(summed).toCompletableFuture();
            await().until(() -> summed.hasSubscribers() && numbers.hasSubscribers());
            numbers.submit(21);
            summed.submit(1);
            assertThat(count.read()).isEqualTo(1);
            assertThat(doubled.read()).isEqualTo(42);
            client.kill();
            assertThatExceptionOfType(RpcException.class).isThrownBy(() -> count.forEach((number) -> {
            })).satisfies(ReverseCallsIT::isLost);
            assertThatExceptionOfType(RpcException.class).isThrownBy(doubled::read).satisfies(ReverseCallsIT::isLost);
            assertThat(catchThrowable(sum::join)).hasCauseInstanceOf(RpcException.class);
            await().until(() -> !summed.hasSubscribers() && !numbers.hasSubscribers() && !peer.isConnected());
            assertThat(bystander.proxy(Streams.class).count(3).read()).isEqualTo(1);
            await().until(() -> server.peers().all().size() == 1);
        }
    }

    /** The client may know of their connection before the server does. */
    private static Optional<RpcPeer> callable(RpcServer server) {
        return server.peers().all().stream().filter((peer) -> !peer.info().services().isEmpty()).findAny();
    }

    private static void isLost(RpcException failure) {
        assertThat(failure.status()).isEqualTo(RpcStatus.UNAVAILABLE);
        assertThat(failure.outcome()).isEqualTo(Outcome.UNKNOWN);
    }

    @ParameterizedTest
    @ValueSource(strings = { "shm", "unix" })
    void killedServerCancelsWhatItHadCalled(String scheme) {
        StreamService service = new StreamService();
        RpcServices services = RpcServices.builder().register(service).build();
        try (ChildJvm server = ChildJvm.start(directory, CallingServerMain.class, "endpoint=" + endpoint(scheme))) {
            server.awaitLine("READY");
            try (RpcChannel channel = RpcChannel.builder(endpoint(scheme)).services(services).build()) {
                channel.connect(Duration.ofSeconds(10));
                server.awaitLine("STREAMS 1 42");
                server.kill();
                await().untilAsserted(() -> assertThat(service.cancelled()).isEqualTo(3));
                // Another one takes its place, and finds the client again.
                try (ChildJvm successor = ChildJvm.start(directory, CallingServerMain.class,
                        "endpoint=" + endpoint(scheme))) {
                    successor.awaitLine("STREAMS 1 42");
                }
            }
        }
    }

}
