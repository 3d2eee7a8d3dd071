package io.github.shmrpc.server;

import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.shmrpc.transport.Connection;

/** What a server keeps with connections that carry nothing. */
final class TestConnections {

    private static final int MAX_CALLS = 16;

    private static final Connection CONNECTION = (Connection) Proxy.newProxyInstance(Connection.class.getClassLoader(),
            new Class<?>[] { Connection.class }, (proxy, method, arguments) -> {
                throw new UnsupportedOperationException(method.getName());
            });

    /** Empty, so that all may share it. */
    private static final ResponseBacklog BACKLOG = new ResponseBacklog(CONNECTION, new FramePool(), new AtomicInteger(),
            0, System::nanoTime, () -> {
            });

    private TestConnections() {
    }

    static ServerConnection open() {
        return new ServerConnection(CONNECTION, BACKLOG, MAX_CALLS);
    }

}
