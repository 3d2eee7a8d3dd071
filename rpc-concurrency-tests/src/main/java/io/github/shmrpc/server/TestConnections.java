package io.github.shmrpc.server;

import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.shmrpc.duplex.Duplex;
import io.github.shmrpc.logging.RateLimitedLog;
import io.github.shmrpc.protocol.FrameBacklog;
import io.github.shmrpc.protocol.FramePool;
import io.github.shmrpc.stream.ConnectionStreams;
import io.github.shmrpc.transport.Connection;
import org.slf4j.LoggerFactory;

/** What a server keeps with connections that carry nothing. */
final class TestConnections {

    private static final DeadlineTimer DEADLINES = new DeadlineTimer("deadlines",
            new RateLimitedLog(LoggerFactory.getLogger(TestConnections.class), System::nanoTime));

    private static final int MAX_CALLS = 16;

    private static final Connection CONNECTION = (Connection) Proxy.newProxyInstance(Connection.class.getClassLoader(),
            new Class<?>[] { Connection.class }, (proxy, method, arguments) -> {
                if (method.getName().equals("takesCompressed")) {
                    return false;
                }
                throw new UnsupportedOperationException(method.getName());
            });

    private static final FramePool FRAMES = new FramePool();

    /** Empty, so that all may share it. */
    private static final FrameBacklog BACKLOG = new FrameBacklog(CONNECTION, FRAMES, new AtomicInteger(), 0,
            System::nanoTime, () -> {
            });

    private TestConnections() {
    }

    static ServerConnection open() {
        return new ServerConnection(new Duplex(CONNECTION, BACKLOG, new ConnectionStreams(BACKLOG, FRAMES), FRAMES),
                DEADLINES, MAX_CALLS, ServerOptions.NEVER);
    }

}
