package io.github.shmrpc.demo;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;

import io.github.shmrpc.Outcome;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.demo.report.LatencyReport;

/** Makes calls that are to fail in a documented way, and says whether they did. */
final class ExpectedFailures {

    private final LatencyReport calls = new LatencyReport();

    private final PrintStream out;

    ExpectedFailures(PrintStream out) {
        this.out = out;
    }

    /**
     * Makes a call that is to fail.
     * @param condition what is wrong
     * @param status the documented status
     * @param outcome the documented outcome
     * @param call the call
     * @throws InterruptedException if the user wants to stop
     */
    void expect(String condition, RpcStatus status, Outcome outcome, Callable<?> call) throws InterruptedException {
        check(condition, status + ", " + outcome, call);
    }

    /**
     * Makes a call that is to succeed.
     * @param condition what was wrong before
     * @param call the call
     * @throws InterruptedException if the user wants to stop
     */
    void expectAnswer(String condition, Callable<?> call) throws InterruptedException {
        check(condition, RpcStatus.OK.toString(), call);
    }

    private void check(String condition, String expected, Callable<?> call) throws InterruptedException {
        long startNs = System.nanoTime();
        Ending ending = endingOf(call);
        long tookNs = System.nanoTime() - startNs;
        boolean asDocumented = ending.status().equals(expected);
        if (asDocumented) {
            calls.answered(tookNs, false);
        }
        else {
            calls.failed(condition,
                    condition + ": expected " + expected + " but got " + ending.status() + ": " + ending.text());
        }
        out.println(String.format(Locale.ROOT, "%-4s %-25s %-36s %,8.1f ms  %s", asDocumented ? "ok" : "NOT", condition,
                asDocumented ? ending.status() : ending.status() + ", NOT " + expected, tookNs / 1e6, ending.text()));
    }

    private static Ending endingOf(Callable<?> call) throws InterruptedException {
        try {
            return new Ending(RpcStatus.OK.toString(), String.valueOf(call.call()));
        }
        catch (InterruptedException ex) {
            throw ex;
        }
        catch (RpcException ex) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            return Ending.of(ex);
        }
        catch (ExecutionException ex) {
            return (ex.getCause() instanceof RpcException failure) ? Ending.of(failure) : Ending.ofOther(ex);
        }
        catch (Exception ex) {
            return Ending.ofOther(ex);
        }
    }

    /**
     * What the calls came to.
     * @return a call that failed as documented counts as a good one
     */
    LatencyReport calls() {
        return calls;
    }

    /**
     * How many calls ended as documented.
     * @return one line
     */
    String summary() {
        return calls.ok() + " of " + calls.requests() + " conditions ended as documented";
    }

    /**
     * How a call ended.
     *
     * @param status with the outcome, if it failed
     * @param text for people
     */
    private record Ending(String status, String text) {

        static Ending of(RpcException ex) {
            return new Ending(ex.status() + ", " + ex.outcome(), ex.detail());
        }

        static Ending ofOther(Exception ex) {
            return new Ending(ex.getClass().getSimpleName(), String.valueOf(ex.getMessage()));
        }

    }

}
