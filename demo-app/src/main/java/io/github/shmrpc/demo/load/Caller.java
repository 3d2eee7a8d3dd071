package io.github.shmrpc.demo.load;

import java.time.Duration;

import io.github.shmrpc.RpcException;
import io.github.shmrpc.demo.report.LatencyReport;
import io.github.shmrpc.demo.report.Progress;

/**
 * Makes calls one after the other and checks each answer. One thread runs it.
 *
 * @param call what to do
 * @param from the first call's sequence number
 * @param count how many calls to make
 * @param warmUp how many of them are not measured
 * @param interval pause between two calls
 * @param progress told of each call
 */
record Caller(EchoCall call, long from, long count, long warmUp, Duration interval, Progress progress) {

    /** The sequence number of the very first call. */
    static final long FIRST = 1;

    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(10);

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final long FAILED = -1;

    /**
     * Makes the calls, unless none succeeds for 30 seconds.
     * @return what they came to
     * @throws InterruptedException if somebody wants to stop
     */
    LatencyReport run() throws InterruptedException {
        LatencyReport report = new LatencyReport();
        long lastSuccessNs = System.nanoTime();
        for (long i = 0; i < count; i++) {
            pause((i == 0) ? Duration.ZERO : interval);
            long tookNs = timed(call, from + i, report);
            progress.done();
            if (tookNs != FAILED) {
                report.answered(tookNs, i < warmUp);
                lastSuccessNs = System.nanoTime();
            }
            else if (System.nanoTime() - lastSuccessNs > PATIENCE.toNanos()) {
                break;
            }
            else {
                pause(PAUSE_AFTER_FAILURE);
            }
        }
        return report;
    }

    /**
     * Makes the very first call.
     * @param call what to do
     * @param report told how it ended
     * @return whether it succeeded
     * @throws InterruptedException if somebody wants to stop
     */
    static boolean first(EchoCall call, LatencyReport report) throws InterruptedException {
        long tookNs = timed(call, FIRST, report);
        if (tookNs != FAILED) {
            report.first(Duration.ofNanos(tookNs));
        }
        return tookNs != FAILED;
    }

    private static long timed(EchoCall call, long sequence, LatencyReport report) throws InterruptedException {
        try {
            long startNs = System.nanoTime();
            call.call(sequence);
            return System.nanoTime() - startNs;
        }
        catch (RpcException ex) {
            // An interrupted call is cancelled, and keeps the flag set.
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            report.failed(ex.status().name(), String.valueOf(ex.getMessage()));
        }
        catch (WrongAnswerException ex) {
            report.failed("WRONG_ANSWER", String.valueOf(ex.getMessage()));
        }
        return FAILED;
    }

    private static void pause(Duration time) throws InterruptedException {
        if (!time.isZero()) {
            Thread.sleep(time.toMillis());
        }
    }

}
