package io.github.shmrpc.session;

import java.io.IOException;

import io.github.shmrpc.transport.Connection;
import io.github.shmrpc.transport.ConnectionHandler;
import org.jspecify.annotations.Nullable;

/** Passes the end of a connection on to what belongs to it. */
final class Arrival implements ConnectionHandler {

    // Set before the first poll, which alone reports the end.
    private volatile @Nullable Link link;

    void link(Link link) {
        this.link = link;
    }

    @Override
    public void closed(Connection connection, @Nullable IOException cause) {
        Link ended = link;
        if (ended != null) {
            ended.ended(cause);
        }
    }

}
