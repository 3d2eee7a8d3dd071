package io.github.shmrpc.benchmarks.peer;

/** A server that echoes until it is closed. */
public interface PeerServer extends AutoCloseable {

    /** What a client passes to {@link Peer#connect}; a single word. */
    String address();

}
