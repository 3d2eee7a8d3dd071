package io.github.shmrpc.inproc;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.github.shmrpc.transport.Connection;
import io.github.shmrpc.transport.InboundFrame;
import org.jspecify.annotations.Nullable;

/** The ends of one poller that have something to take, which are served in turn. */
final class ReadyEnds {

    /** How many frames one connection gets while others wait. */
    private static final int FRAMES_PER_TURN = 64;

    private final Runnable wake;

    // Any thread.
    private final Queue<InprocConnection> ready = new ConcurrentLinkedQueue<>();

    // Holder of the poll role only.
    private @Nullable InprocConnection current;

    private int framesLeft;

    /**
     * None yet.
     * @param wake wakes the poller should it sleep; run after each end that is added
     */
    ReadyEnds(Runnable wake) {
        this.wake = wake;
    }

    /**
     * Notes that an end has something to take. Any thread.
     * @param connection not in the list
     */
    void add(InprocConnection connection) {
        ready.add(connection);
        wake.run();
    }

    /** Whether there may be something to poll. Holder of the poll role only. */
    boolean mayPoll() {
        return current != null || !ready.isEmpty();
    }

    /** As {@link io.github.shmrpc.transport.Poller#poll}. */
    @Nullable Connection poll(InboundFrame frame) {
        while (true) {
            InprocConnection connection = next();
            if (connection == null) {
                return null;
            }
            switch (connection.take(frame)) {
                case FRAME -> {
                    framesLeft--;
                    return connection;
                }
                case EMPTY -> {
                    if (connection.unlist()) {
                        current = null;
                    }
                }
                case ENDED -> {
                    current = null;
                    connection.reportClosed();
                }
            }
        }
    }

    private @Nullable InprocConnection next() {
        InprocConnection connection = current;
        if (connection != null && framesLeft == 0) {
            ready.add(connection);
            connection = null;
        }
        if (connection == null) {
            connection = ready.poll();
            framesLeft = FRAMES_PER_TURN;
            current = connection;
        }
        return connection;
    }

}
