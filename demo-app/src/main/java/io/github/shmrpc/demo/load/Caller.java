package io.github.shmrpc.demo.load;

import java.time.Duration;
import java.util.concurrent.Callable;

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
record Caller(EchoCall call, long from, long count, long warmUp, Duration interval, Progress progress)
        implements Callable<LatencyReport> {

    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(10);

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /**
     * Makes the calls, unless none succeeds for 10 seconds.
     * @return what they came to
     * @throws InterruptedException if somebody wants to stop
     */
    @Override
    public LatencyReport call() throws InterruptedException {
        LatencyReport report = new LatencyReport();
        long warmUpEnd = from + warmUp;
        long lastSuccessNs = System.nanoTime();
        for (long sequence = from; sequence < from + count; sequence++) {
            pause(sequence == from ? Duration.ZERO : interval);
            if (tryCall(sequence, sequence < warmUpEnd, report)) {
                lastSuccessNs = System.nanoTime();
            }
            else if (System.nanoTime() - lastSuccessNs > PATIENCE.toNanos()) {
                break;
            }
            else {
                pause(PAUSE_AFTER_FAILURE);
            }
            progress.done();
        }
        return report;
    }

    private boolean tryCall(long sequence, boolean warmUp, LatencyReport report) throws InterruptedException {
        try {
            long startNs = System.nanoTime();
            call.call(sequence);
            long tookNs = System.nanoTime() - startNs;
            if (warmUp) {
                report.warmUp();
            }
            else {
                report.steady(tookNs);
            }
            return true;
        }
        catch (RpcException ex) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            report.failed(ex.status().name(), ex.getMessage());
        }
        catch (WrongAnswerException ex) {
            report.failed("WRONG_ANSWER", ex.getMessage());
        }
        return false;
    }

    private static void pause(Duration time) throws InterruptedException {
        if (!time.isZero()) {
            Thread.sleep(time.toMillis());
        }
    }

}
