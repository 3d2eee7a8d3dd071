package io.github.shmrpc.demo.load;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import io.github.shmrpc.demo.report.LatencyReport;
import io.github.shmrpc.demo.report.Progress;

/**
 * Many checked calls by one or more callers at once.
 *
 * @param call what to do
 * @param callers how many at once, each a thread
 * @param requests calls of each caller
 * @param warmUp how many of them come before the JVM has compiled what they need, and are
 * not measured
 * @param interval pause between two calls of a caller
 */
public record EchoRun(EchoCall call, int callers, long requests, long warmUp, Duration interval) {

    private static final long MAX_WARM_UP = 20_000;

    /**
     * A run whose first tenth, 20,000 calls at most, is to warm up.
     * @param call what to do
     * @param callers how many at once
     * @param requests calls of each caller
     * @param interval pause between two calls of a caller
     */
    public EchoRun(EchoCall call, int callers, long requests, Duration interval) {
        this(call, callers, requests, Math.min(MAX_WARM_UP, requests / 10), interval);
    }

    /**
     * Makes the first call, and all others if it succeeds.
     * @param out told how long the first call took, and how long the others did
     * @return what they came to
     * @throws InterruptedException if somebody wants to stop; no call is open then
     */
    public LatencyReport run(PrintStream out) throws InterruptedException {
        LatencyReport report = new LatencyReport();
        if (!Caller.first(call, report)) {
            return report;
        }
        out.println(report.firstLine());
        long startNs = System.nanoTime();
        try (Progress progress = Progress.of(callers * requests)) {
            callers(progress, report);
        }
        report.elapsed(Duration.ofNanos(System.nanoTime() - startNs));
        report.lines().forEach(out::println);
        return report;
    }

    private void callers(Progress progress, LatencyReport report) throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(callers);
        try {
            List<Future<LatencyReport>> running = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                // The first caller has made its first call already.
                long made = (i == 0) ? 1 : 0;
                long from = Caller.FIRST + i * requests + made;
                Caller caller = new Caller(call, from, requests - made, warmUp, interval, progress);
                running.add(threads.submit(caller::run));
            }
            for (Future<LatencyReport> caller : running) {
                report.add(caller.get());
            }
        }
        catch (ExecutionException ex) {
            throw new IllegalStateException("A caller ended", ex.getCause());
        }
        finally {
            threads.shutdownNow();
        }
    }

}
