package io.github.shmrpc.client.link;

import java.time.Duration;
import java.util.UUID;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.protocol.FrameWriter;
import io.github.shmrpc.transport.Acceptor;
import io.github.shmrpc.transport.Connection;
import io.github.shmrpc.transport.ConnectionHandler;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.OutboundFrame;
import io.github.shmrpc.transport.Transport;
import io.github.shmrpc.transport.TransportOptions;
import io.github.shmrpc.transport.Transports;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

@Tag("F16")
class LivenessTests {

    private static final Endpoint ENDPOINT = Endpoint.parse("inproc:liveness-" + UUID.randomUUID());

    /** Little room. */
    private static final TransportOptions OPTIONS = TransportOptions.defaults().withMaxFrameLength(64 * 1024);

    private static final ConnectionHandler NOBODY = new ConnectionHandler() {
    };

    private final Transport transport = Transports.forEndpoint(ENDPOINT);

    private Acceptor server;

    private Connection connection;

    private long nowNs;

    private Liveness liveness;

    @BeforeEach
    void connect() throws Exception {
        server = transport.listen(ENDPOINT, OPTIONS, NOBODY);
        connection = transport.connect(ENDPOINT, OPTIONS, NOBODY).connection();
        liveness = new Liveness(connection, ENDPOINT.toString(), () -> nowNs);
    }

    @AfterEach
    void close() {
        connection.close();
        server.close();
    }

    private void pass(Duration time) {
        nowNs += time.toNanos();
    }

    private void leaveNoRoom() {
        OutboundFrame frame = new OutboundFrame();
        FrameWriter.ping(frame, 1);
        while (connection.offer(frame)) {
            frame.sent(0);
        }
        connection.abandon(frame);
    }

    private void readAll() {
        InboundFrame frame = new InboundFrame();
        while (server.poller().poll(frame) != null) {
            frame.release();
        }
    }

    @Test
    void serverThatDoesNotAnswerIsSilent() {
        assertThat(liveness.silence()).isNull();
        liveness.unanswered();
        pass(Duration.ofSeconds(9));
        assertThat(liveness.silence()).isNull();
        pass(Duration.ofSeconds(2));
        assertThat(liveness.silence()).isEqualTo(Duration.ofSeconds(11));
        liveness.answered();
        assertThat(liveness.silence()).isNull();
    }

    @Test
    void serverThatReadsNothingIsSilent() {
        leaveNoRoom();
        liveness.unanswered();
        pass(Duration.ofSeconds(30));
        assertThat(liveness.silence()).isEqualTo(Duration.ofSeconds(30));
    }

    /** To make room is a sign of life, though it was not asked. */
    @Test
    void serverThatCouldNotBeAskedHasItsTimeToAnswer() {
        leaveNoRoom();
        liveness.unanswered();
        readAll();
        pass(Duration.ofSeconds(30));
        assertThat(liveness.silence()).isNull();
        pass(Duration.ofSeconds(11));
        assertThat(liveness.silence()).isEqualTo(Duration.ofSeconds(11));
    }

}
