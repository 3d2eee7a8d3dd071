package io.github.shmrpc.unix;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;

import io.github.shmrpc.transport.ConnectionHandler;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.OutboundFrame;
import io.github.shmrpc.transport.TransportOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A client that spins to part from a server on its core. */
@Timeout(60)
class PartingTests {

    /** So many calls that share a core make it try. */
    private static final int CALLS_BEFORE_PARTING = 32;

    private static final int MOST_ROUNDS = 200;

    private static final long TIMEOUT_NS = 1_000_000;

    private static final long LEAST_NS = TIMEOUT_NS / 4;

    private static final long MOST_NS = 4 * TIMEOUT_NS;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    @TempDir
    private Path directory = Path.of("");

    @Test
    @Tag("F22")
    void spinEndsWithTheTimeOfTheCall() throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("s.sock"));
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address);
                SocketChannel socket = SocketChannel.open(address);
                SocketChannel accepted = server.accept()) {
            socket.configureBlocking(false);
            SocketPoller poller = SocketPoller.ofDialler(TransportOptions.defaults());
            StoppedServer connection = new StoppedServer(new Link(socket, null, true, "server", "me", List.of(), 1024,
                    TransportOptions.defaults(), new ConnectionHandler() {
                    }, Runnable::run));
            connection.attachTo(poller);
            poller.attend(connection);
            assertThat(poller.poll(new InboundFrame())).isNull();
            long spunNs = 0;
            // Not each time, and another process may have the core: until it has spun so
            // long.
            for (int round = 0; round < MOST_ROUNDS && (spunNs < LEAST_NS || spunNs > MOST_NS); round++) {
                spunNs = cpuOfUnansweredCall(poller, connection);
            }
            assertThat(spunNs).isBetween(LEAST_NS, MOST_NS);
            assertThat(accepted.isOpen()).isTrue();
            poller.close();
        }
    }

    private static long cpuOfUnansweredCall(SocketPoller poller, StoppedServer connection) {
        for (int i = 0; i < CALLS_BEFORE_PARTING; i++) {
            connection.answersOnceYielded();
            poller.await(TIMEOUT_NS);
        }
        connection.neverAnswers();
        long cpuNs = THREADS.getCurrentThreadCpuTime();
        poller.await(TIMEOUT_NS);
        return THREADS.getCurrentThreadCpuTime() - cpuNs;
    }

    /** Takes nothing by itself: answers, if at all, when its core was given to it. */
    private static final class StoppedServer extends SocketConnection {

        private boolean answers;

        private boolean answered;

        StoppedServer(Link link) {
            super(link, "test");
        }

        void answersOnceYielded() {
            answers = true;
            answered = false;
        }

        void neverAnswers() {
            answers = false;
            answered = false;
        }

        @Override
        protected boolean isPeerBehind() {
            answered = answers;
            return true;
        }

        @Override
        protected boolean hasInbound() {
            return answered;
        }

        @Override
        protected boolean canSpin() {
            return true;
        }

        @Override
        protected boolean pollFrame(InboundFrame frame) {
            return false;
        }

        @Override
        protected void arm() {
            // It wakes nobody.
        }

        @Override
        protected void disarm() {
            // It wakes nobody.
        }

        @Override
        protected void readable() {
            // Nothing comes.
        }

        @Override
        protected void release() {
            // There is no memory.
        }

        @Override
        public boolean offer(OutboundFrame frame) {
            return true;
        }

        @Override
        public void abandon(OutboundFrame frame) {
            // It takes all.
        }

        @Override
        public boolean wasTaken(long position) {
            return false;
        }

    }

}
