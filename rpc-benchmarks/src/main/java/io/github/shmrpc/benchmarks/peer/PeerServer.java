package io.github.shmrpc.benchmarks.peer;

import java.io.Closeable;

/** A server that echoes until it is closed. */
public interface PeerServer extends Closeable {

    /** What a client passes to {@link Peer#connect}; a single word. */
    String address();

}
