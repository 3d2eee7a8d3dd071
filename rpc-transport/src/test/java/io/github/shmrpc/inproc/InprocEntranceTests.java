package io.github.shmrpc.inproc;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.RemotePeer;
import io.github.shmrpc.transport.Acceptor;
import io.github.shmrpc.transport.Connection;
import io.github.shmrpc.transport.ConnectionHandler;
import io.github.shmrpc.transport.Dialled;
import io.github.shmrpc.transport.Transport;
import io.github.shmrpc.transport.TransportContractTests;
import io.github.shmrpc.transport.TransportOptions;
import io.github.shmrpc.transport.Transports;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Connections beside those of another acceptor, in the same poller. */
class InprocEntranceTests extends TransportContractTests {

    private static final RemotePeer SOMEBODY = new RemotePeer(new InetSocketAddress(1), List.of());

    @Override
    protected Endpoint endpoint(Path directory) {
        return Endpoint.parse("inproc:" + directory.getFileName());
    }

    @Override
    protected Transport transport(Endpoint endpoint) {
        return new Beside();
    }

    /** Listens at an endpoint, and dials the entrance beside it. */
    private static final class Beside implements Transport {

        private final Transport own = new InprocTransport();

        private final Map<Endpoint, InprocEntrance> entrances = new ConcurrentHashMap<>();

        @Override
        public String scheme() {
            return InprocTransport.SCHEME;
        }

        @Override
        public Dialled connect(Endpoint endpoint, TransportOptions options, ConnectionHandler handler)
                throws IOException {
            InprocEntrance entrance = entrances.get(endpoint);
            return entrance == null ? own.connect(endpoint, options, handler)
                    : entrance.connect(options.name(), "local", "inproc", SOMEBODY, options, handler);
        }

        @Override
        public Acceptor listen(Endpoint endpoint, TransportOptions options, ConnectionHandler handler)
                throws IOException {
            InprocEntrance entrance = new InprocEntrance(own.listen(endpoint, options, handler), options, handler);
            entrances.put(endpoint, entrance);
            return entrance;
        }

    }

    /** As the thread that accepts is held up meanwhile. */
    @Test
    void connectionThatIsOpenedAfterTheEndIsToldAsClosed(@TempDir Path directory) throws Exception {
        Endpoint endpoint = Endpoint.parse("inproc:" + directory.getFileName());
        List<InprocEntrance> entrances = new ArrayList<>();
        List<Connection> opened = new ArrayList<>();
        List<Connection> closed = new ArrayList<>();
        ConnectionHandler handler = new ConnectionHandler() {

            @Override
            public void opened(Connection connection) {
                entrances.forEach(InprocEntrance::close);
                opened.add(connection);
            }

            @Override
            public void closed(Connection connection, @Nullable IOException cause) {
                closed.add(connection);
            }
        };
        Acceptor own = new InprocTransport().listen(endpoint, options(), handler);
        InprocEntrance entrance = new InprocEntrance(own, options(), handler);
        entrances.add(entrance);
        Connection peer = entrance
            .connect("10.0.0.1:4711", "CN=combat", "grpc", SOMEBODY, options(), new ConnectionHandler() {
            })
            .connection();
        assertThat(peer.isOpen()).isFalse();
        assertThat(opened).hasSize(1);
        assertThat(closed).isEqualTo(opened);
    }

    @Test
    void peerIsWhoItIsSaidToBe(@TempDir Path directory) throws Exception {
        Endpoint endpoint = Endpoint.parse("unix:" + directory.resolve("beside.sock"));
        BlockingQueue<Connection> opened = new LinkedBlockingQueue<>();
        ConnectionHandler handler = new ConnectionHandler() {

            @Override
            public void opened(Connection connection) {
                opened.add(connection);
            }
        };
        Transport unix = Transports.forEndpoint(endpoint);
        try (InprocEntrance entrance = new InprocEntrance(unix.listen(endpoint, options(), handler), options(),
                handler);
                Connection ofRemote = entrance
                    .connect("10.0.0.1:4711", "CN=combat", "grpc", SOMEBODY, options(), new ConnectionHandler() {
                    })
                    .connection();
                Connection ofLocal = unix.connect(endpoint, options(), new ConnectionHandler() {
                }).connection()) {
            assertThat(ofRemote.isOpen()).isTrue();
            assertThat(opened.take().peer()).satisfies((peer) -> {
                assertThat(peer.name()).isEqualTo("10.0.0.1:4711");
                assertThat(peer.user()).isEqualTo("CN=combat");
                assertThat(peer.carrier()).isEqualTo("grpc");
                assertThat(peer.remote()).isEqualTo(SOMEBODY);
            });
            assertThat(ofLocal.isOpen()).isTrue();
            assertThat(opened.take().peer().remote()).isNull();
            assertThat(entrance.endpoint()).isEqualTo(endpoint);
        }
    }

}
