package io.github.shmrpc.duplex;

import java.util.HashSet;
import java.util.Set;

import io.github.shmrpc.transport.Connection;
import io.github.shmrpc.transport.Traffic;

/**
 * Adds up what connections carry, from the opening of each to its end. Costs nothing
 * while they carry it. Any thread.
 */
public final class TrafficCount {

    // Guarded by this.
    private final Set<Connection> open = new HashSet<>();

    private Traffic ended = Traffic.NONE;

    private long fallbacks;

    public synchronized void opened(Connection connection) {
        open.add(connection);
        if (connection.isFallback()) {
            fallbacks++;
        }
    }

    /**
     * Keeps what a connection has carried, and lets go of it.
     * @param connection one that may have ended before
     */
    public synchronized void ended(Connection connection) {
        if (open.remove(connection)) {
            ended = ended.plus(connection.usage());
        }
    }

    /**
     * What all of them have carried.
     * @return a snapshot, none of whose numbers ever falls
     */
    public synchronized Traffic sum() {
        Traffic sum = ended;
        for (Connection connection : open) {
            sum = sum.plus(connection.usage());
        }
        return new Traffic(sum.sentBytes(), sum.receivedBytes(), sum.wakeUps(), fallbacks);
    }

}
