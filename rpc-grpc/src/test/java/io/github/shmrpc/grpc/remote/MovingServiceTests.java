package io.github.shmrpc.grpc.remote;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import com.google.protobuf.StringValue;
import io.github.shmrpc.CallOptions;
import io.github.shmrpc.Endpoint;
import io.github.shmrpc.Outcome;
import io.github.shmrpc.PeerInfo;
import io.github.shmrpc.RpcContract;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.locality.ServiceFile;
import io.github.shmrpc.locality.ServiceTransport;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.server.ServerOptions;
import io.github.shmrpc.transport.TransportOptions;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/** A service that comes to this host, and leaves it again. */
@Timeout(60)
class MovingServiceTests {

    private static final CallOptions PATIENT = CallOptions.timeout(Duration.ofSeconds(20)).withWaitForReady(true);

    @TempDir
    private Path directory = Path.of("");

    @BeforeEach
    void setDirectory() {
        System.setProperty(ServiceFile.DIRECTORY_PROPERTY, directory.resolve("run").toString());
    }

    @AfterEach
    void clearDirectory() {
        System.clearProperty(ServiceFile.DIRECTORY_PROPERTY);
    }

    private static Server elsewhere() throws IOException {
        return Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(new StockService().definition())
            .build()
            .start();
    }

    private RpcServer here() throws IOException {
        return RpcServer.builder("shm:" + directory.resolve("words.sock"))
            .announce(ServiceFile.of("words"))
            .register(new WordsHere())
            .build()
            .start();
    }

    private static RpcChannel channel(Server elsewhere) {
        Endpoint endpoint = Endpoint.parse("grpc://localhost:" + elsewhere.getPort());
        return RpcChannel.builder("service:words")
            .transport(ServiceTransport.orElse(endpoint, new GrpcTransport()))
            .build();
    }

    private static List<String> carriers(RpcChannel channel) {
        return channel.status().servers().stream().map(PeerInfo::carrier).toList();
    }

    private static void say(RpcChannel channel) {
        StringValue word = StringValue.of("a");
        assertThat(channel.call("test.Words/say", word, StringValue.class, PATIENT)).isEqualTo(word);
    }

    @Test
    void movesThereAndBackUnderLoadWithoutLosingACall() throws Exception {
        Server elsewhere = elsewhere();
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger answered = new AtomicInteger();
        Set<String> seen = ConcurrentHashMap.newKeySet();
        try (RpcChannel channel = channel(elsewhere)) {
            List<CompletableFuture<Void>> callers = List.of(load(channel, stop, answered),
                    load(channel, stop, answered));
            for (int round = 0; round < 2; round++) {
                await().until(() -> carriers(channel).equals(List.of("grpc")));
                int before = answered.get();
                await().until(() -> answered.get() > before + 100);
                RpcServer here = here();
                await().until(() -> carriers(channel).equals(List.of("shm")));
                int then = answered.get();
                await().until(() -> answered.get() > then + 100);
                here.close();
                seen.add("round " + round);
            }
            stop.set(true);
            assertThat(callers).allSatisfy((caller) -> assertThat(caller).succeedsWithin(Duration.ofSeconds(20)));
        }
        finally {
            stop.set(true);
            elsewhere.shutdownNow().awaitTermination();
        }
        assertThat(seen).hasSize(2);
        try (var left = Files.list(directory.resolve("run"))) {
            assertThat(left).isEmpty();
        }
    }

    private static CompletableFuture<Void> load(RpcChannel channel, AtomicBoolean stop, AtomicInteger answered) {
        return CompletableFuture.runAsync(() -> {
            while (!stop.get()) {
                say(channel);
                answered.incrementAndGet();
            }
        });
    }

    @Test
    void fileOfADeadServerIsIgnored() throws Exception {
        ServiceFile.of("words").write(Endpoint.parse("shm:" + directory.resolve("gone.sock")));
        Server elsewhere = elsewhere();
        try (RpcChannel channel = channel(elsewhere)) {
            say(channel);
            assertThat(carriers(channel)).containsExactly("grpc");
        }
        finally {
            elsewhere.shutdownNow().awaitTermination();
        }
    }

    /** As one that has failed for good, and is started again by its process. */
    @Test
    void serverThatIsStartedOnceMoreIsFoundAgain() throws Exception {
        Endpoint endpoint = Endpoint.parse("shm:" + directory.resolve("words.sock"));
        ServiceFile file = ServiceFile.of("words");
        file.write(endpoint);
        Server elsewhere = elsewhere();
        try (RpcChannel channel = channel(elsewhere)) {
            say(channel);
            assertThat(carriers(channel)).containsExactly("grpc");
            try (RpcServer here = RpcServer.builder(endpoint)
                .announce(file)
                .register(new WordsHere())
                .build()
                .start()) {
                await().until(() -> carriers(channel).equals(List.of("shm")));
                assertThat(here.connectionCount()).isEqualTo(1);
            }
        }
        finally {
            elsewhere.shutdownNow().awaitTermination();
        }
    }

    @Test
    void serverThatWasFullIsTriedAgain() throws Exception {
        Endpoint endpoint = Endpoint.parse("shm:" + directory.resolve("words.sock"));
        Server elsewhere = elsewhere();
        try (RpcServer here = RpcServer.builder(endpoint)
            .options(ServerOptions.defaults().withTransport(TransportOptions.defaults().withMaxConnections(1)))
            .announce(ServiceFile.of("words"))
            .register(new WordsHere())
            .build()
            .start(); RpcChannel channel = channel(elsewhere)) {
            try (RpcChannel only = RpcChannel.open(endpoint.toString())) {
                say(only);
                say(channel);
                assertThat(carriers(channel)).containsExactly("grpc");
            }
            await().atMost(Duration.ofSeconds(40)).until(() -> carriers(channel).equals(List.of("shm")));
            assertThat(here.connectionCount()).isEqualTo(1);
        }
        finally {
            elsewhere.shutdownNow().awaitTermination();
        }
    }

    @Test
    void fileThatOthersMayWriteIsNotBelieved() throws Exception {
        try (RpcServer here = here(); RpcChannel channel = RpcChannel.open("service:words")) {
            assertThat(here.isRunning()).isTrue();
            say(channel);
            Path file = directory.resolve("run/words");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
            try (RpcChannel second = RpcChannel.open("service:words")) {
                assertThatExceptionOfType(RpcException.class).isThrownBy(() -> second.connect(Duration.ofSeconds(5)))
                    .withMessageContaining("may be written by others");
            }
        }
    }

    @Test
    void serviceThatIsNowhereIsSaidSo() {
        try (RpcChannel channel = RpcChannel.open("service:words")) {
            assertThatExceptionOfType(RpcException.class)
                .isThrownBy(() -> channel.call("test.Words/say", StringValue.of("a"), StringValue.class,
                        CallOptions.timeout(Duration.ofSeconds(2))))
                .withMessageContaining("service 'words' does not run on this host")
                .satisfies((failure) -> assertThat(failure.outcome()).isEqualTo(Outcome.NOT_EXECUTED));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> RpcChannel.open("service:../x"))
            .withMessageContaining("Service name");
    }

    /** Serves on this host what {@link StockService} does elsewhere. */
    @RpcContract("test.Words")
    interface SayWords {

        StringValue say(StringValue word);

    }

    static final class WordsHere implements SayWords {

        @Override
        public StringValue say(StringValue word) {
            return word;
        }

    }

}
