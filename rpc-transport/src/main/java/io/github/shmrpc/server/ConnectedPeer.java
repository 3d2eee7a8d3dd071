package io.github.shmrpc.server;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.shmrpc.duplex.AcceptedPeer;
import io.github.shmrpc.duplex.CallerHalf;
import io.github.shmrpc.duplex.Duplex;
import io.github.shmrpc.duplex.PeerCalls;
import org.jspecify.annotations.Nullable;

/**
 * A client that is connected. What calls it is made when somebody does so for the first
 * time. Any thread.
 */
final class ConnectedPeer extends Peer implements AcceptedPeer {

    private final ServerConnection connection;

    private final RunningServer server;

    private final AtomicBoolean ended = new AtomicBoolean();

    // Set under the lock, once.
    private volatile @Nullable CallerHalf caller;

    ConnectedPeer(ServerConnection connection, RunningServer server) {
        super(connection.connection());
        this.connection = connection;
        this.server = server;
    }

    /** What takes in the answers of its calls, {@code null} if it was never called. */
    @Nullable CallerHalf callerOrNull() {
        return caller;
    }

    CallerHalf caller() {
        CallerHalf known = caller;
        return known != null ? known : open();
    }

    private synchronized CallerHalf open() {
        CallerHalf opened = caller;
        if (opened == null) {
            opened = server.setup().peers().callers().open(this);
            caller = opened;
            if (ended.get()) {
                opened.ended();
            }
        }
        return opened;
    }

    /** The connection has ended. Not in the poll role; any number of times. */
    void ended() {
        CallerHalf opened;
        synchronized (this) {
            opened = ended.compareAndSet(false, true) ? caller : null;
        }
        if (opened != null) {
            opened.ended();
        }
    }

    @Override
    PeerCalls calls() {
        return caller().calls();
    }

    @Override
    public long droppedMessages() {
        CallerHalf opened = caller;
        return opened == null ? 0 : opened.droppedMessages();
    }

    // AcceptedPeer

    @Override
    public Duplex duplex() {
        return connection.duplex();
    }

    @Override
    public String describe() {
        return connection.describe();
    }

    @Override
    public Executor executor() {
        return server.executor()::execute;
    }

    @Override
    public void beforeWait(String what) {
        server.beforeWait(what, this);
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // The task throws nothing.
    public void schedule(Runnable task, long delayNs) {
        connection.deadlines().schedule(task, delayNs);
    }

    @Override
    public void occupied() {
        server.connections().occupied();
    }

    @Override
    public void vacant() {
        server.connections().vacant();
    }

}
