package io.github.shmrpc.duplex;

import java.util.List;

/** The services that a channel lets its server call. Thread-safe. */
public interface ExportedServices {

    /**
     * Their names.
     * @return without duplicates, sorted
     */
    List<String> services();

    /**
     * Serves them over a connection.
     * @param connection new
     * @param back calls the server
     * @param whenIdle is run each time the last call that was being served has ended, by
     * any thread
     * @return takes in what comes
     */
    CalleeHalf open(Duplex connection, PeerCalls back, Runnable whenIdle);

}
