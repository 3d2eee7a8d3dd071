package io.github.shmrpc.unix;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.transport.ConnectionHandler;
import io.github.shmrpc.transport.TransportOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

/** Hand-overs of an endpoint that do not go as planned. */
@Timeout(60)
class SuccessionTests {

    private static final TransportOptions OPTIONS = TransportOptions.defaults();

    private static final TransportOptions TAKING_OVER = OPTIONS.withTakeOver(true)
        .withHandshakeTimeout(Duration.ofSeconds(3));

    private static final ConnectionHandler SILENT = new ConnectionHandler() {
    };

    @TempDir
    private Path directory = Path.of("");

    private Endpoint endpoint = Endpoint.parse("unix:/none");

    /** Set before each test. */
    @SuppressWarnings("NullAway.Init")
    private SocketAcceptor owner;

    @BeforeEach
    void listen() throws IOException {
        endpoint = Endpoint.parse("unix:" + directory.resolve("s.sock"));
        owner = listen(OPTIONS);
    }

    private SocketAcceptor listen(TransportOptions options) throws IOException {
        return SocketAcceptor.listen(endpoint, options, SILENT, null);
    }

    @AfterEach
    void close() {
        owner.close();
    }

    private void connectAndClose() throws IOException {
        Dialler.dial(endpoint, OPTIONS, SILENT, null).connection().close();
    }

    /** What a successor does between GRANTED and TAKEN, before it dies. */
    private void renameAnotherOver() throws IOException {
        Path temporary = directory.resolve("s.sock+");
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(temporary));
            Files.move(temporary, endpoint.path(), StandardCopyOption.ATOMIC_MOVE);
        }
    }

    @Test
    @Tag("F43")
    void ownerGoesOnWhenItsSuccessorEndsBeforeItListens() throws IOException {
        Succession.ask(endpoint, OPTIONS).close();
        connectAndClose();
    }

    @Test
    @Tag("F44")
    void ownerMakesItsSocketAnewWhenItsSuccessorEndsAfterTheRename() throws IOException {
        try (Succession granted = Succession.ask(endpoint, OPTIONS)) {
            renameAnotherOver();
            assertThatIOException().isThrownBy(this::connectAndClose);
            assertThat(granted).isNotNull();
        }
        await().atMost(Duration.ofSeconds(3)).ignoreExceptions().until(() -> {
            connectAndClose();
            return true;
        });
    }

    @Test
    void successorThatDoesNotGoOnIsGivenUp() throws IOException {
        owner.close();
        owner = listen(OPTIONS.withHandshakeTimeout(Duration.ofSeconds(1)));
        try (Succession silent = Succession.ask(endpoint, OPTIONS)) {
            renameAnotherOver();
            await().atMost(Duration.ofSeconds(3)).ignoreExceptions().until(() -> {
                connectAndClose();
                return true;
            });
            silent.taken();
        }
        connectAndClose();
    }

    @Test
    void oneSuccessorAtATime() throws IOException {
        try (Succession first = Succession.ask(endpoint, OPTIONS)) {
            assertThat(first).isNotNull();
            assertThatIOException().isThrownBy(() -> Succession.ask(endpoint, OPTIONS))
                .withMessageContaining("another one is about to take over");
            assertThatExceptionOfType(EndpointInUseException.class).isThrownBy(() -> listen(TAKING_OVER))
                .withMessageContaining("another server of this JVM")
                .withMessageContaining("another one is about to take over");
        }
        connectAndClose();
    }

    @Test
    void ownerThatStopsLeavesThePromisedNameAndLetsGoAtOnce() throws IOException {
        try (Succession granted = Succession.ask(endpoint, OPTIONS)) {
            renameAnotherOver();
            owner.stopAccepting();
            granted.taken();
            assertThat(endpoint.path()).exists();
        }
        SocketAcceptor next = listen(OPTIONS);
        connectAndClose();
        owner.close();
        connectAndClose();
        next.close();
    }

    @Test
    void staleTemporaryNamesAreNoHindrance() throws IOException {
        for (String suffix : new String[] { "~", "+" }) {
            try (ServerSocketChannel stale = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                stale.bind(UnixDomainSocketAddress.of(directory.resolve("s.sock" + suffix)));
            }
        }
        SocketAcceptor before = owner;
        owner = listen(TAKING_OVER);
        before.close();
        connectAndClose();
        assertThat(directory.resolve("s.sock+")).doesNotExist();
    }

    @Test
    void takeOverOfAFreeOrStaleEndpointIsAnOrdinaryStart() throws IOException {
        owner.close();
        owner = listen(TAKING_OVER);
        connectAndClose();
        owner.close();
        try (ServerSocketChannel stale = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            stale.bind(UnixDomainSocketAddress.of(endpoint.path()));
        }
        owner = listen(TAKING_OVER);
        connectAndClose();
    }

    @Test
    void whoWasNotGrantedTheEndpointCannotTakeIt() throws IOException {
        HandshakeSockets sockets = new HandshakeSockets(endpoint, Duration.ofSeconds(5));
        try (var channel = sockets.open()) {
            sockets.write(channel, new HandshakeMessage(HandshakeMessage.Kind.TAKEN));
            assertThatIOException().isThrownBy(() -> sockets.read(channel, HandshakeMessage.Kind.GRANTED))
                .withMessageContaining("not granted");
        }
        connectAndClose();
    }

}
