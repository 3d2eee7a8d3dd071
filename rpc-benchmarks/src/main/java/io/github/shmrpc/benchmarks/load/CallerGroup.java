package io.github.shmrpc.benchmarks.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;

import io.github.shmrpc.benchmarks.peer.Caller;
import io.github.shmrpc.benchmarks.peer.PeerClient;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Threads that call through one client, in step: all warm up, wait, are measured, and
 * wait again, so that what each allocated can still be read. The threads are the same in
 * both parts.
 */
final class CallerGroup {

    /** What one thread does in one part. Its fields belong to that thread. */
    interface Work {

        /** Calls from start to end, both of {@link System#nanoTime()}. */
        void run(Caller caller, long startNs, long endNs) throws Exception;

        /** What was measured since the last reset. */
        Histogram histogram();

        default void reset() {
            histogram().reset();
        }

    }

    private final PeerClient client;

    private final List<? extends Work> works;

    private final CyclicBarrier barrier;

    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    // Thread in run() only, then the last to reach the barrier.
    private long durationNs;

    // Written by the last thread that reaches the barrier, while all others wait at it.
    private long startNs;

    private long endNs;

    private long elapsedNs;

    /**
     * @param works one for each thread
     */
    CallerGroup(PeerClient client, List<? extends Work> works) {
        this.client = client;
        this.works = works;
        barrier = new CyclicBarrier(works.size() + 1, this::startClock);
    }

    private void startClock() {
        startNs = System.nanoTime();
        endNs = startNs + durationNs;
    }

    /**
     * Runs both parts.
     * @throws IllegalStateException with the first failure of a caller
     */
    void run(ThreadFactory threads, Timing timing, MeasuredWindow window) throws Exception {
        List<Thread> started = new ArrayList<>();
        for (Work work : works) {
            Thread thread = threads.newThread(() -> runParts(work));
            started.add(thread);
            thread.start();
        }
        try {
            runPart(timing.warmup().toNanos());
            window.opens();
            elapsedNs = runPart(timing.measured().toNanos());
            window.closes();
            barrier.await();
        }
        catch (BrokenBarrierException ex) {
            throw new IllegalStateException("A caller failed: " + failure.get(), failure.get());
        }
        catch (Exception ex) {
            breakBarrier();
            throw ex;
        }
        for (Thread thread : started) {
            thread.join();
        }
    }

    /** Returns how long it took until the last caller had finished. */
    private long runPart(long newDurationNs) throws InterruptedException, BrokenBarrierException {
        durationNs = newDurationNs;
        barrier.await();
        long begin = startNs;
        barrier.await();
        return System.nanoTime() - begin;
    }

    private void runParts(Work work) {
        try (Caller caller = client.openCaller()) {
            barrier.await();
            work.run(caller, startNs, endNs);
            work.reset();
            barrier.await();
            barrier.await();
            work.run(caller, startNs, endNs);
            barrier.await();
            barrier.await();
        }
        catch (BrokenBarrierException ex) {
            // Another thread failed and has said why.
        }
        catch (Throwable ex) {
            failure.compareAndSet(null, ex);
            breakBarrier();
        }
    }

    /**
     * For good, unlike {@link CyclicBarrier#reset()}: also for those who have yet to
     * reach it.
     */
    private void breakBarrier() {
        Thread.currentThread().interrupt();
        try {
            barrier.await();
        }
        catch (InterruptedException | BrokenBarrierException ex) {
            // As intended.
        }
        finally {
            Thread.interrupted();
        }
    }

    /**
     * Duration of the measured part in nanoseconds, until the last caller had finished.
     */
    long elapsedNs() {
        return elapsedNs;
    }

    Histogram latencies() {
        Histogram sum = Latencies.newHistogram();
        works.forEach((work) -> sum.add(work.histogram()));
        return sum;
    }

}
