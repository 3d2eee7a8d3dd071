package io.github.shmrpc.benchmarks.run;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.shmrpc.benchmarks.child.ChildMain;
import io.github.shmrpc.benchmarks.child.Usage;
import io.github.shmrpc.benchmarks.child.Words;
import io.github.shmrpc.benchmarks.load.Load;
import io.github.shmrpc.benchmarks.load.Timing;
import io.github.shmrpc.benchmarks.peer.Peer;
import io.github.shmrpc.benchmarks.peer.Workspace;
import io.github.shmrpc.benchmarks.run.Child.Line;
import io.github.shmrpc.benchmarks.run.Costs.Event;

/**
 * A server and a client of one peer, each in a new process, and the directories that they
 * share. Gone after {@link #end()}, and also when the JVM is told to end.
 */
final class PeerPair implements Measurement.Pair {

    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);

    /** A load that cannot keep up takes longer than it should. */
    private static final Duration LOAD_TIMEOUT = Duration.ofSeconds(90);

    private final Peer peer;

    private final Jvm jvm;

    private final Path logs;

    private final Workspace workspace;

    private final Thread killer = new Thread(this::kill, "peer-pair-killer");

    // The server, then the client. The killer reads it, on a thread of its own.
    private final List<Child> children = new CopyOnWriteArrayList<>();

    private volatile boolean isKilled;

    private Map<String, Double> start = Map.of();

    private PeerPair(Peer peer, Jvm jvm, Path logs, Workspace workspace) {
        this.peer = peer;
        this.jvm = jvm;
        this.logs = logs;
        this.workspace = workspace;
    }

    /** Returns when the client is connected and has seen that each byte is echoed. */
    static PeerPair start(Peer peer, Jvm jvm, Path logs) throws IOException, InterruptedException {
        PeerPair pair = new PeerPair(peer, jvm, logs, Workspace.create());
        Runtime.getRuntime().addShutdownHook(pair.killer);
        try {
            String address = pair.startChild(ChildMain.SERVER).receive(Words.READY, START_TIMEOUT);
            pair.start = decode(pair.startChild(ChildMain.CLIENT, address).receive(Words.READY, START_TIMEOUT));
            return pair;
        }
        catch (IOException | InterruptedException | RuntimeException ex) {
            pair.end();
            throw ex;
        }
    }

    private Child startChild(String role, String... arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(
                List.of(role, peer.name(), workspace.sockets().toString(), workspace.memory().toString()));
        all.addAll(List.of(arguments));
        Child child = Child.start(peer.name() + " " + role, logs.resolve(peer.name() + "-" + role + ".log"),
                jvm.command(peer.jvmOptions(), all));
        children.add(child);
        if (isKilled) {
            child.kill();
        }
        return child;
    }

    /** What the client measured when it connected. */
    Map<String, Double> start() {
        return start;
    }

    @Override
    public Map<String, Double> run(Load load, Timing timing) throws InterruptedException {
        Child server = children.get(0);
        Child client = children.get(1);
        Map<Event, Usage> ofClient = new EnumMap<>(Event.class);
        Map<Event, Usage> ofServer = new EnumMap<>(Event.class);
        Map<Event, Long> ofAll = new EnumMap<>(Event.class);
        client.send(
                Words.RUN + " " + load.name() + " " + timing.warmup().toMillis() + " " + timing.measured().toMillis());
        Line line = client.receive(LOAD_TIMEOUT);
        while (!line.word().equals(Words.RESULT)) {
            Event event = Event.of(line.word());
            ofClient.put(event, Usage.decode(line.arguments()));
            server.send(Words.USAGE);
            ofServer.put(event, Usage.decode(server.receive(Words.USAGE, ANSWER_TIMEOUT)));
            ofAll.put(event, Machine.busyNs());
            client.send(Words.GO);
            line = client.receive(LOAD_TIMEOUT);
        }
        Map<String, Double> metrics = decode(line.arguments());
        Costs.describe(load, ofClient, ofServer, metrics);
        Costs.describeOthers(ofClient, ofServer, ofAll, metrics);
        return metrics;
    }

    private static Map<String, Double> decode(String text) {
        Map<String, Double> metrics = new TreeMap<>();
        for (String metric : text.split(" ", -1)) {
            int equals = metric.indexOf('=');
            if (equals > 0) {
                metrics.put(metric.substring(0, equals), Double.valueOf(metric.substring(equals + 1)));
            }
        }
        return metrics;
    }

    /** Ends the client, then the server, and removes the directories. */
    void end() throws InterruptedException {
        try {
            for (int index = children.size() - 1; index >= 0; index--) {
                children.get(index).end();
            }
        }
        finally {
            workspace.delete();
            removeKiller();
        }
    }

    private void removeKiller() {
        try {
            Runtime.getRuntime().removeShutdownHook(killer);
        }
        catch (IllegalStateException ex) {
            // It runs already.
        }
    }

    private void kill() {
        isKilled = true;
        try {
            for (Child child : children) {
                child.kill();
            }
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
        finally {
            workspace.delete();
        }
    }

}
