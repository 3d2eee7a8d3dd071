package io.github.shmrpc.benchmarks.child;

import java.util.Map;
import java.util.stream.Collectors;

import io.github.shmrpc.benchmarks.load.Load;
import io.github.shmrpc.benchmarks.load.LoadRunner;
import io.github.shmrpc.benchmarks.load.MeasuredWindow;
import io.github.shmrpc.benchmarks.load.Timing;

/**
 * The client's process after its start: runs the loads that the parent names, until it is
 * told to quit.
 */
final class ClientProcess {

    private final ParentLink parent;

    private final LoadRunner loads;

    ClientProcess(ParentLink parent, LoadRunner loads) {
        this.parent = parent;
        this.loads = loads;
    }

    /**
     * Returns when the parent says so.
     * @param start what was measured until now
     */
    void run(Map<String, Double> start) throws InterruptedException {
        parent.send(Words.READY, encode(start));
        for (String line = parent.receive(); !line.equals(Words.QUIT); line = parent.receive()) {
            try {
                runLoad(line.split(" ", -1));
            }
            catch (Exception ex) {
                ex.printStackTrace();
                parent.send(Words.FAILED, ex.toString());
            }
        }
    }

    private void runLoad(String[] command) throws Exception {
        if (!command[0].equals(Words.RUN)) {
            throw new IllegalArgumentException("A client does not know: " + command[0]);
        }
        Timing timing = Timing.ofMillis(Long.parseLong(command[2]), Long.parseLong(command[3]));
        parent.send(Words.RESULT, encode(loads.run(Load.parse(command[1]), timing, new ReportedWindow())));
    }

    private static String encode(Map<String, Double> metrics) {
        return metrics.entrySet()
            .stream()
            .map((metric) -> metric.getKey() + "=" + metric.getValue())
            .collect(Collectors.joining(" "));
    }

    /** Waits at each event until the parent has looked at the server, too. */
    private final class ReportedWindow implements MeasuredWindow {

        @Override
        public void connects() throws InterruptedException {
            report(Words.CONNECTS);
        }

        @Override
        public void opens() throws InterruptedException {
            report(Words.OPENS);
        }

        @Override
        public void closes() throws InterruptedException {
            report(Words.CLOSES);
        }

        private void report(String event) throws InterruptedException {
            parent.send(event, Usage.now().encode());
            String answer = parent.receive();
            if (!answer.equals(Words.GO)) {
                throw new IllegalStateException("Expected go, but the parent said: " + answer);
            }
        }

    }

}
