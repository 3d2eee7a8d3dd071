package io.github.shmrpc.benchmarks.load;

import io.github.shmrpc.benchmarks.peer.PeerClient;

/** Makes clients of the server that is being measured. */
@FunctionalInterface
public interface Clients {

    PeerClient connect() throws Exception;

}
