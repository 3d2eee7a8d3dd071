package io.github.shmrpc.benchmarks.child;

import io.github.shmrpc.benchmarks.peer.PeerServer;

/**
 * The server's process after its start: answers for its usage until it is told to quit.
 */
final class ServerProcess {

    private final ParentLink parent;

    ServerProcess(ParentLink parent) {
        this.parent = parent;
    }

    void run(PeerServer server) throws InterruptedException {
        parent.send(Words.READY, server.address());
        for (String line = parent.receive(); !line.equals(Words.QUIT); line = parent.receive()) {
            if (line.equals(Words.USAGE)) {
                parent.send(Words.USAGE, Usage.now().encode());
            }
            else {
                parent.send(Words.FAILED, "A server does not know: " + line);
            }
        }
    }

}
