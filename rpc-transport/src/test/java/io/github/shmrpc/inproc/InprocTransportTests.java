package io.github.shmrpc.inproc;

import java.nio.file.Path;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.transport.Acceptor;
import io.github.shmrpc.transport.Connection;
import io.github.shmrpc.transport.ConnectionHandler;
import io.github.shmrpc.transport.OutboundFrame;
import io.github.shmrpc.transport.TransportContractTests;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class InprocTransportTests extends TransportContractTests {

    @Override
    protected Endpoint endpoint(Path directory) {
        return Endpoint.parse("inproc:" + directory.getFileName());
    }

    @Test
    void peerIsLocal(@TempDir Path directory) throws Exception {
        Endpoint endpoint = endpoint(directory);
        try (Acceptor acceptor = new InprocTransport().listen(endpoint, options().withName("server"),
                new ConnectionHandler() {
                }); Connection connection = new InprocTransport().connect(endpoint, options(), new ConnectionHandler() {
                }).connection()) {
            assertThat(connection.peer().name()).isEqualTo("server");
            assertThat(connection.peer().user()).isEqualTo("local");
            assertThat(connection.peer().carrier()).isEqualTo("inproc");
            assertThat(acceptor.tellsWaiting()).isFalse();
        }
    }

    @Test
    void memoryOfAConnectionIsBounded(@TempDir Path directory) throws Exception {
        Endpoint endpoint = endpoint(directory);
        try (Acceptor acceptor = new InprocTransport().listen(endpoint, options(), new ConnectionHandler() {
        }); Connection connection = new InprocTransport().connect(endpoint, options(), new ConnectionHandler() {
        }).connection()) {
            assertThat(acceptor.endpoint()).isEqualTo(endpoint);
            OutboundFrame frame = new OutboundFrame();
            frame.length(1);
            int taken = 0;
            while (connection.offer(frame)) {
                taken++;
            }
            assertThat(taken).isBetween(1024, 4 * MAX_FRAME_LENGTH / 64);
        }
    }

    @Test
    @Tag("F07")
    void frameThatNobodyPolledBeforeTheServerDiedWasNotTaken(@TempDir Path directory) throws Exception {
        Endpoint endpoint = endpoint(directory);
        Acceptor acceptor = new InprocTransport().listen(endpoint, options(), new ConnectionHandler() {
        });
        try (Connection connection = new InprocTransport().connect(endpoint, options(), new ConnectionHandler() {
        }).connection()) {
            OutboundFrame frame = new OutboundFrame();
            frame.length(1);
            assertThat(connection.offer(frame)).isTrue();
            assertThat(connection.wasTaken(frame.position())).isTrue();
            acceptor.close();
            assertThat(connection.wasTaken(frame.position())).isFalse();
        }
    }

}
