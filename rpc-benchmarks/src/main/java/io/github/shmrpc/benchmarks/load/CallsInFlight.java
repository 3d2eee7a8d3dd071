package io.github.shmrpc.benchmarks.load;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import io.github.shmrpc.benchmarks.peer.AsyncCaller;
import io.github.shmrpc.benchmarks.peer.ResponseHandler;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one part of an asynchronous run: limits how many are in flight and checks
 * that each request came back once. A token is the time of sending, or
 * {@link #NOT_SAMPLED}. All but the responses belong to the sending thread.
 */
abstract class CallsInFlight implements ResponseHandler {

    /** Token of a call whose latency is not recorded. */
    static final long NOT_SAMPLED = 0;

    // Sending thread.
    private long sent;

    private long sumOfSent;

    // Thread that delivers responses, under the lock of a Signalled.
    private final Histogram latencies = Latencies.newHistogram();

    private long completed;

    private long sumOfCompleted;

    private volatile @Nullable Throwable failure;

    /** Returns when one more call may be sent. */
    abstract void awaitRoom() throws Exception;

    /**
     * @param number in the request's payload
     */
    final void onSend(long number) {
        sent++;
        sumOfSent += number;
    }

    final void accept(long token, byte[] response) {
        completed++;
        sumOfCompleted += Payload.numberIn(response);
        if (token != NOT_SAMPLED) {
            Latencies.record(latencies, System.nanoTime() - token);
        }
    }

    @Override
    public void onFailure(Throwable cause) {
        failure = cause;
    }

    final void throwOnFailure() {
        Throwable cause = failure;
        if (cause != null) {
            throw new IllegalStateException("An asynchronous call failed: " + cause, cause);
        }
    }

    /** Returns when all sent calls have come back. */
    abstract void awaitAll() throws Exception;

    final void checkSums() {
        if (completed != sent || sumOfCompleted != sumOfSent) {
            throw new IllegalStateException("Responses are not the echo of the requests: sent=" + sent + ", completed="
                    + completed + ", sums " + sumOfSent + " and " + sumOfCompleted);
        }
    }

    final long sent() {
        return sent;
    }

    final long completed() {
        return completed;
    }

    final Histogram latencies() {
        return latencies;
    }

    /** Responses arrive on the sending thread, while it polls. */
    static final class Polled extends CallsInFlight {

        private final AsyncCaller caller;

        private final int limit;

        Polled(AsyncCaller caller, int limit) {
            this.caller = caller;
            this.limit = limit;
        }

        @Override
        public void onResponse(long token, byte[] response) {
            accept(token, response);
        }

        @Override
        void awaitRoom() throws Exception {
            caller.poll();
            pollUntilAtMost(limit - 1);
        }

        @Override
        void awaitAll() throws Exception {
            pollUntilAtMost(0);
            checkSums();
        }

        private void pollUntilAtMost(int inFlight) throws Exception {
            while (sent() - completed() > inFlight) {
                if (caller.poll() == 0) {
                    throwOnFailure();
                    Thread.onSpinWait();
                }
            }
        }

    }

    /** Responses arrive on threads of the peer's. */
    static final class Signalled extends CallsInFlight {

        private static final long TIMEOUT_SECONDS = 20;

        private final Semaphore room;

        private final int limit;

        Signalled(int limit) {
            this.limit = limit;
            room = new Semaphore(limit);
        }

        @Override
        public void onResponse(long token, byte[] response) {
            synchronized (this) {
                accept(token, response);
            }
            room.release();
        }

        @Override
        public void onFailure(Throwable cause) {
            super.onFailure(cause);
            room.release();
        }

        @Override
        void awaitRoom() throws InterruptedException {
            acquire(1);
        }

        @Override
        void awaitAll() throws InterruptedException {
            acquire(limit);
            synchronized (this) {
                checkSums();
            }
        }

        private void acquire(int permits) throws InterruptedException {
            if (!room.tryAcquire(permits, TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("No response for " + TIMEOUT_SECONDS + " s, calls sent: " + sent());
            }
            throwOnFailure();
        }

    }

}
