package io.github.shmrpc.benchmarks.load;

import java.io.Closeable;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;

import io.github.shmrpc.benchmarks.peer.Caller;
import io.github.shmrpc.benchmarks.peer.PeerClient;

/**
 * Connections, each used once and then left alone: what they cost while nothing happens.
 */
final class IdleConnections {

    private IdleConnections() {
    }

    /**
     * @param first a client that is connected already
     * @param others makes all further clients
     */
    static Map<String, Double> run(PeerClient first, Clients others, Load load, Timing timing, MeasuredWindow window)
            throws Exception {
        Deque<Closeable> opened = new ArrayDeque<>();
        try {
            opened.push(callOnce(first, load));
            window.connects();
            for (int count = 1; count < load.count(); count++) {
                PeerClient client = others.connect();
                opened.push(client);
                opened.push(callOnce(client, load));
            }
            Thread.sleep(timing.warmup().toMillis());
            window.opens();
            Thread.sleep(timing.measured().toMillis());
            window.closes();
        }
        finally {
            while (!opened.isEmpty()) {
                opened.pop().close();
            }
        }
        return new TreeMap<>();
    }

    private static Caller callOnce(PeerClient client, Load load) throws Exception {
        Caller caller = client.openCaller();
        Payload payload = new Payload(load.payloadBytes(), load.count());
        payload.check(caller.call(payload.next()));
        return caller;
    }

}
