package io.github.shmrpc.benchmarks.child;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

import io.github.shmrpc.benchmarks.load.EchoCheck;
import io.github.shmrpc.benchmarks.load.FirstCalls;
import io.github.shmrpc.benchmarks.load.LoadRunner;
import io.github.shmrpc.benchmarks.load.Metric;
import io.github.shmrpc.benchmarks.peer.Peer;
import io.github.shmrpc.benchmarks.peer.PeerClient;
import io.github.shmrpc.benchmarks.peer.PeerServer;
import io.github.shmrpc.benchmarks.peer.Workspace;
import io.github.shmrpc.benchmarks.peers.Peers;

/** Entry point of both child processes. */
public final class ChildMain {

    /**
     * First argument of a server: then the peer's name and the two directories of the
     * workspace.
     */
    public static final String SERVER = "server";

    /** First argument of a client: then as for a server, and the server's address. */
    public static final String CLIENT = "client";

    private ChildMain() {
    }

    public static void main(String[] args) {
        Workspace workspace = new Workspace(Path.of(args[2]), Path.of(args[3]));
        ParentLink parent = ParentLink.open(workspace);
        int status = 0;
        try {
            Peer peer = Peers.named(args[1]);
            if (args[0].equals(SERVER)) {
                serve(parent, peer, workspace);
            }
            else {
                call(parent, peer, args[4]);
            }
        }
        catch (Exception ex) {
            ex.printStackTrace();
            parent.send(Words.FAILED, ex.toString());
            status = 1;
        }
        // Threads of some peers are not daemons.
        System.exit(status);
    }

    private static void serve(ParentLink parent, Peer peer, Workspace workspace) throws Exception {
        try (PeerServer server = peer.serve(workspace)) {
            new ServerProcess(parent).run(server);
        }
    }

    private static void call(ParentLink parent, Peer peer, String address) throws Exception {
        Map<String, Double> start = new TreeMap<>();
        long startNs = System.nanoTime();
        try (PeerClient client = peer.connect(address)) {
            start.put(Metric.CONNECT_NS, (double) (System.nanoTime() - startNs));
            FirstCalls.run(client, start);
            EchoCheck.run(client);
            new ClientProcess(parent, new LoadRunner(client, () -> peer.connect(address))).run(start);
        }
    }

}
